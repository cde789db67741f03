import { connect as openSocket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { LongPolls } from './long-polls.ts';
import { MoveTasks } from './move-tasks.ts';
import { sqsOperations } from './operations.ts';
import { QueueStore } from './queue-store.ts';
import { cleanUp, start } from './sqs-harness.ts';

afterEach(cleanUp);

const QueueUrl = 'http://127.0.0.1/000000000000/hints';

const inProcess = () => {
  const store = new QueueStore({ region: 'us-east-1', accountId: '000000000000', clock: () => 1000 });
  const queue = store.declare('hints', {});
  const parts = { store, polls: new LongPolls(store), tasks: new MoveTasks(store), queueUrl: () => QueueUrl, accountId: '000000000000' };
  const receive = (gone: AbortSignal, WaitTimeSeconds = 0) =>
    sqsOperations(parts)['ReceiveMessage']!({ QueueUrl, WaitTimeSeconds }, { method: 'POST', path: '/', headers: {}, body: '', bytes: Buffer.alloc(0), gone });
  return { store, queue, receive };
};

test('long poll: the caller leaves after the message was taken, before the answer left -> visible at once, not counted', async () => {
  const { store, queue, receive } = inProcess();
  store.send(queue, { body: 'x', attributes: {} });
  const caller = new AbortController();
  expect(await receive(caller.signal)).toHaveProperty('Messages');
  expect(queue.counts(1000)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  caller.abort();
  expect(queue.counts(1000)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  expect(store.take(queue, { countMax: 1, visibilityMs: 1 })[0]?.receiveCount).toBe(1);
});

test('long poll: the caller has left before it is served -> nothing is taken', async () => {
  const { store, queue, receive } = inProcess();
  store.send(queue, { body: 'x', attributes: {} });
  expect(await receive(AbortSignal.abort())).toEqual({});
  expect(queue.counts(1000)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
});

test('long poll: given back after another consumer took it -> stays with that consumer', () => {
  const { store, queue } = inProcess();
  store.send(queue, { body: 'x', attributes: {} });
  const first = store.take(queue, { countMax: 1, visibilityMs: 0 });
  store.take(queue, { countMax: 1, visibilityMs: 1000 });
  store.giveBack(queue, first);
  expect(queue.counts(1000)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
});

test('long poll: the caller half-closes its connection and a message comes -> the message stays visible', async () => {
  const { sqs, port } = await start();
  const body = JSON.stringify({ QueueUrl: sqs.queueUrl('hints'), WaitTimeSeconds: 20 });
  const socket = openSocket(port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume().end(`POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: AmazonSQS.ReceiveMessage\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await closed;
  const send = { method: 'POST', headers: { 'x-amz-target': 'AmazonSQS.SendMessage' }, body: JSON.stringify({ QueueUrl: sqs.queueUrl('hints'), MessageBody: 'x' }) };
  await fetch(`http://127.0.0.1:${port}/`, send);
  await vi.waitFor(() => expect(sqs.counts('hints')).toEqual({ visible: 1, inFlight: 0, delayed: 0 }));
});
