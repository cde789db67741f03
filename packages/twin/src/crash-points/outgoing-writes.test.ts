import { expect, test } from 'vitest';
import { OutgoingWrites } from './outgoing-writes.ts';
import type { Write } from './outgoing-writes.ts';

const request = (body: string, headers: Readonly<Record<string, string>> = {}, line = 'POST / HTTP/1.1'): Buffer =>
  Buffer.from(`${line}\r\n${Object.entries({ host: 'x', 'Content-Length': String(Buffer.byteLength(body)), ...headers }).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);

const dynamo = (operation: string, body: object): Buffer => request(JSON.stringify(body), { 'X-Amz-Target': `DynamoDB_20120810.${operation}` });

const statement = (letter: 'Q' | 'P', text: string): Buffer => {
  const body = Buffer.from(`${letter === 'P' ? '\0' : ''}${text}\0`);
  const head = Buffer.alloc(5, letter);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

const pk = (text: string) => ({ pk: { S: text } });

test.each<[string, Buffer, Write | undefined]>([
  ['an acceptance', dynamo('PutItem', { Item: pk('P#m#1') }), { kind: 'journal accept', about: 'P#m#1' }],
  ['an id spent by a cancellation', dynamo('PutItem', { Item: { ...pk('P#m#1'), decision: {} } }), { kind: 'journal spend', about: 'P#m#1' }],
  ['a decision', dynamo('UpdateItem', { Key: pk('P#m#1'), UpdateExpression: 'SET #v = if_not_exists(#v, :v), #decision = :decision' }), { kind: 'journal decide', about: 'P#m#1' }],
  ['an acceptance of a refund', dynamo('UpdateItem', { Key: pk('P#m#1'), UpdateExpression: 'SET #v = if_not_exists(#v, :v), #refund = :refund, #work_sort = :sort' }), { kind: 'refund accept', about: 'P#m#1' }],
  ['a decision about a refund', dynamo('UpdateItem', { Key: pk('P#m#1'), UpdateExpression: 'SET #refund.#decision = :decision' }), { kind: 'refund decide', about: 'P#m#1' }],
  ['a canary', dynamo('UpdateItem', { Key: pk('CANARY#us-east-1') }), undefined],
  ['a vote', dynamo('UpdateItem', { Key: pk('VOTE#us-east-1') }), undefined],
  ['a read', dynamo('GetItem', { Key: pk('P#m#1') }), undefined],
  ['a claim of the epoch', dynamo('UpdateItem', { Key: pk('EPOCH'), UpdateExpression: 'SET #epoch = :set_epoch', ExpressionAttributeValues: { ':set_phase': { S: 'moving' } } }), { kind: 'epoch moving', about: 'EPOCH' }],
  ['a hint', request('{}', { 'x-amz-target': 'AmazonSQS.SendMessage' }), { kind: 'queue send', about: '' }],
  ['a long poll', request('{}', { 'x-amz-target': 'AmazonSQS.ReceiveMessage' }), undefined],
  ['an alert', request('Action=Publish&Message=x'), { kind: 'topic publish', about: '' }],
  ['a promotion', request('Action=FailoverGlobalCluster'), { kind: 'cluster failover', about: '' }],
  ['a charge', request('{"transaction_id":"1"}', {}, 'POST /v1/charges HTTP/1.1'), { kind: 'acquirer charge', about: '1' }],
  ['a refund', request('{"refund_id":"r"}', {}, 'POST /v1/refunds HTTP/1.1'), { kind: 'acquirer refund', about: 'r' }],
  ['a void', request('{}', {}, 'POST /v1/charges/abc/void HTTP/1.1'), { kind: 'acquirer void', about: '' }],
  ['a lookup', Buffer.from('GET /v1/charges?transaction_id=1 HTTP/1.1\r\nhost: x\r\n\r\n'), undefined],
  ['an answer of our own', Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'), undefined],
  ['hints about events', request('Action=PublishBatch&PublishBatchRequestEntries.member.1.Id=0'), { kind: 'topic hint', about: '' }],
  ['a webhook', request('{}', { 'webhook-id': 'evt_1' }, 'POST /hook HTTP/1.1'), { kind: 'webhook send', about: 'evt_1' }],
  ['the targets of an event', statement('P', 'WITH locked AS (SELECT 1) INSERT INTO understudy.delivery (a) VALUES (1)'), { kind: 'outbox address', about: '' }],
  ['a note of what was told', statement('P', '\nUPDATE understudy.delivery SET\n  failures = 1'), { kind: 'outbox note', about: '' }],
  ['a claim to tell', statement('P', 'UPDATE understudy.delivery SET due_at = $2'), undefined],
  ['a posting', statement('P', 'INSERT INTO understudy.payment (a) VALUES (1)'), { kind: 'ledger insert', about: '' }],
  ['a posting of a refund', statement('P', 'INSERT INTO understudy.refund (a) VALUES (1)'), { kind: 'ledger refund', about: '' }],
  ['a commit', statement('Q', 'COMMIT'), { kind: 'ledger commit', about: '' }],
  ['the fence', statement('P', 'UPDATE understudy.fence SET epoch = $1'), { kind: 'ledger fence', about: '' }],
  ['a receipt', request('{}', {}, `PUT /documents/receipts/2026-01-05/shop/${'t'.repeat(128)}.json?x-id=PutObject HTTP/1.1`), { kind: 'receipt put', about: `/documents/receipts/2026-01-05/shop/${'t'.repeat(128)}.json` }],
  ['a settlement file', request('x', {}, 'PUT /documents/settlements/2026-01-05/EUR/1.csv?x-id=PutObject HTTP/1.1'), { kind: 'settlement put', about: '/documents/settlements/2026-01-05/EUR/1.csv' }],
  ['an object on its way to the other region', request('x', { 'x-replica-version': 'v1' }, 'PUT /documents/receipts/a.json HTTP/1.1'), undefined],
  ['an assignment', statement('P', '\nWITH chosen AS (SELECT 1), file AS (\n  INSERT INTO understudy.settlement_file (live) SELECT true)'), { kind: 'settlement assign', about: '' }],
  ['a note that a file is published', statement('P', 'UPDATE understudy.settlement_file SET published_epoch = $2'), { kind: 'settlement note', about: '' }],
  ['a note that receipts are written', statement('P', 'UPDATE understudy.entry SET receipt_due = false'), { kind: 'receipt note', about: '' }],
  ['a query', statement('Q', 'SELECT 1'), undefined],
])('outgoing writes: %s -> named, or nothing', (_what, bytes, expected) => {
  expect(new OutgoingWrites().take(bytes)).toEqual(expected);
});

test('outgoing writes: a request in pieces -> named once, with its last byte', () => {
  const writes = new OutgoingWrites();
  const bytes = dynamo('PutItem', { Item: pk('P#m#1') });
  const taken = [...bytes].map((byte) => writes.take(Buffer.from([byte]))).filter(Boolean);
  expect(taken, 'a first piece without the request line says nothing; Node writes the head in one').toEqual([]);
  const cut = bytes.length - 3;
  expect([writes.take(bytes.subarray(0, 100)), writes.take(bytes.subarray(100, cut)), writes.take(bytes.subarray(cut))]).toEqual([undefined, undefined, { kind: 'journal accept', about: 'P#m#1' }]);
  expect(writes.take(bytes)).toEqual({ kind: 'journal accept', about: 'P#m#1' });
});

test('outgoing writes: the commit of a read-only snapshot -> nothing; of the posting after it -> named', () => {
  const writes = new OutgoingWrites();
  expect(writes.take(statement('Q', 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1'))).toBeUndefined();
  expect(writes.take(statement('Q', 'COMMIT'))).toBeUndefined();
  expect(writes.take(statement('Q', 'BEGIN ISOLATION LEVEL READ COMMITTED; SELECT 1'))).toBeUndefined();
  expect(writes.take(statement('Q', 'COMMIT'))).toEqual({ kind: 'ledger commit', about: '' });
});
