// Each class of fault, through a real client from a server that answers as DynamoDB does.
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { AssertionFault, PortFault } from '@understudy/core';
import { classify, faultOf } from './faults.ts';
import { Items } from './items.ts';
import { connect, createErringEndpoint, createTestEndpoint } from './test-table.ts';

/** What one read does when the near endpoint answers so, and how often each endpoint was asked. */
const readFrom = async (name: string, status: number): Promise<{ readonly fault: unknown; readonly near: number; readonly far: number }> => {
  const near = await createErringEndpoint(name, status);
  const far = await createErringEndpoint('AccessDeniedException', 400);
  const connection = connect({ primaryEndpoint: near.url, peerEndpoint: far.url });
  onTestFinished(async () => {
    connection.close();
    await Promise.all([near.close(), far.close()]);
  });
  const fault: unknown = await new Items(connection, 'journal').read('P#a#b').then(() => undefined, (error: unknown) => error);
  return { fault, near: near.count(), far: far.count() };
};

const isFault = (fault: unknown, retryable: boolean): boolean => fault instanceof PortFault && fault.port === 'journal' && fault.retryable === retryable;

describe('faults', () => {
  test.each([
    ['ReplicatedWriteConflictException', 400], ['TransactionConflictException', 400], ['ThrottlingException', 400],
    ['ProvisionedThroughputExceededException', 400], ['RequestLimitExceeded', 400], ['LimitExceededException', 400], ['ExpiredTokenException', 400], ['SomethingNew', 429],
  ])('faults: %s (%i) -> a fault worth repeating, at this endpoint', async (name, status) => {
    const { fault, near, far } = await readFrom(name, status);
    expect(isFault(fault, true)).toBe(true);
    expect([near, far]).toEqual([1, 0]);
  });

  test.each([
    ['ValidationException', 400], ['AccessDeniedException', 400], ['ResourceNotFoundException', 400], ['UnrecognizedClientException', 400], ['SomethingNew', 404],
  ])('faults: %s (%i) -> a fault not worth repeating, and the other endpoint is not asked', async (name, status) => {
    const { fault, near, far } = await readFrom(name, status);
    expect(isFault(fault, false)).toBe(true);
    expect([near, far]).toEqual([1, 0]);
  });

  test.each([['InternalServerError', 500], ['ServiceUnavailable', 503], ['SomethingNew', 502]])(
    'faults: %s (%i) -> the other endpoint is asked, and its refusal leaves the outcome unknown',
    async (name, status) => {
      const { fault, near, far } = await readFrom(name, status);
      expect(isFault(fault, true)).toBe(true);
      expect([near, far]).toEqual([1, 1]);
    },
  );

  test('faults: a refused condition -> an answer; a broken assertion or type -> a bug; silence -> the endpoint', () => {
    expect(classify(new ConditionalCheckFailedException({ message: 'no', $metadata: { httpStatusCode: 400 } }))).toBe('answer');
    expect(classify(new AssertionFault('broken'))).toBe('bug');
    expect(classify(new TypeError('broken'))).toBe('bug');
    expect(classify(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe('endpoint');
    expect(classify(new DOMException('aborted', 'AbortError'))).toBe('endpoint');
  });

  test('faults: an error named like a property of every object -> classified as any unknown one', () => {
    expect(classify(Object.assign(new Error('odd'), { name: 'constructor' }))).toBe('endpoint');
  });

  test('faults: the fault -> names the error and its status, and keeps the cause', () => {
    const cause = Object.assign(new Error('secret details'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });
    const fault = faultOf('votes', cause, false);
    expect(fault.message).toBe('votes: ThrottlingException (HTTP 400)');
    expect(fault.cause).toBe(cause);
  });

  test('faults: a right that the role lacks -> the fault says which', () => {
    const cause = Object.assign(new Error('User: u is not authorized to perform: dynamodb:Scan on resource: r'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    expect(faultOf('journal', cause, false)).toMatchObject({
      retryable: false, message: 'journal: AccessDeniedException (HTTP 400): User: u is not authorized to perform: dynamodb:Scan on resource: r',
    });
  });

  test.each([['its item, which stands there', { pk: { S: 'P#a#b' }, v: { N: '1' }, n: { N: '7' } }], ['another, and nothing stands there', undefined]])('faults: a put that met the other region\'s write of %s -> refused by it, or a fault worth repeating', async (_what, Item) => {
    const asked: string[] = [];
    const endpoint = await createTestEndpoint((request, response) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      asked.push(operation);
      request.resume();
      response.writeHead(operation === 'PutItem' ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(operation === 'PutItem' ? { __type: 'com.amazonaws.dynamodb.v20120810#ReplicatedWriteConflictException', message: 'met' } : { Item }));
    });
    const connection = connect({ primaryEndpoint: endpoint.url, peerEndpoint: endpoint.url });
    onTestFinished(async () => {
      connection.close();
      await endpoint.close();
    });
    const result: unknown = await new Items(connection, 'journal').putNew('P#a#b', {}).then(({ standing }) => standing?.number('n'), (error: unknown) => error);
    if (Item) expect(result).toBe(7);
    else expect(isFault(result, true)).toBe(true);
    expect(asked).toEqual(['PutItem', 'GetItem']);
  });
});
