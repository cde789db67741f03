import { epochMs, epochOf, isPortFault } from '@understudy/core';
import type { MoveRequest } from '@understudy/core';
import { expect, test } from 'vitest';
import { testCredentials } from '../system/test-support/aws.ts';
import { startServer } from '../system/test-support/servers.ts';
import type { Answer, Heard } from '../system/test-support/servers.ts';
import { createStatesMover } from './index.ts';
import { executionNameOf } from './states-mover.ts';

const stateMachineArn = 'arn:aws:states:us-east-2:123456789012:stateMachine:move';
const request: MoveRequest = { to: 'us-east-2', kind: 'failover', runId: 'failover-2-us-east-2', fromEpoch: epochOf(1), by: 'detector us-east-2', reason: 'D-60: lost' };
const at = epochMs(1_767_614_430_000);

const json = (status: number, body: object): Answer => ({ status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) });
const started = json(200, { executionArn: 'arn:aws:states:us-east-2:123456789012:execution:move:x', startDate: 1_767_614_430 });

async function startAgainst(answer: (heard: Heard) => Answer | 'lost'): Promise<unknown> {
  const server = await startServer(answer);
  try {
    await createStatesMover({ stateMachineArn, region: 'us-east-2', endpoint: server.url, credentials: testCredentials, clock: { now: () => at } }).start(request);
    return 'started';
  } catch (error) {
    return error;
  } finally {
    await server.close();
  }
}

test('states mover: a request -> one execution of the workflow, with the request as its input', async () => {
  const heard: Heard[] = [];
  const result = await startAgainst((one) => {
    heard.push(one);
    return started;
  });
  expect(result).toBe('started');
  expect(heard).toHaveLength(1);
  expect(heard[0]?.headers['x-amz-target']).toBe('AWSStepFunctions.StartExecution');
  const body = JSON.parse(heard[0]?.body ?? '') as { name: string; input: string; stateMachineArn: string };
  expect(body).toMatchObject({ stateMachineArn, name: `failover-2-us-east-2-${Math.floor(at / 60_000)}` });
  expect(JSON.parse(body.input)).toEqual(request);
});

test('states mover: the execution exists already -> no fault', async () => {
  expect(await startAgainst(() => json(400, { __type: 'com.amazonaws.sfn#ExecutionAlreadyExists', message: 'x' }))).toBe('started');
});

test.each<[string, Answer | 'lost', boolean]>([
  ['a lost answer', 'lost', true],
  ['a 500', json(500, { __type: 'InternalFailure' }), true],
  ['throttling', json(400, { __type: 'ThrottlingException' }), true],
  ['an answer without an execution', json(200, {}), true],
  ['a workflow that does not exist', json(400, { __type: 'com.amazonaws.sfn#StateMachineDoesNotExist', message: 'x' }), false],
])('states mover: %s -> a fault of the mover that says whether to try again', async (_what, answer, retryable) => {
  const fault = await startAgainst(() => answer);
  expect(isPortFault(fault) && { port: fault.port, retryable: fault.retryable }).toEqual({ port: 'mover', retryable });
});

test('states mover: the name of an execution -> the same within a minute, another in the next, never two runs\' alike', () => {
  const minute = 60_000 * 29_460_240;
  expect(executionNameOf('run-1', minute)).toBe(executionNameOf('run-1', minute + 59_999));
  expect(executionNameOf('run-1', minute)).not.toBe(executionNameOf('run-1', minute + 60_000));
  const long = 'r'.repeat(90);
  const names = [executionNameOf(`${long}1`, minute), executionNameOf(`${long}2`, minute), executionNameOf('a b', minute), executionNameOf('a_b', minute)];
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
});
