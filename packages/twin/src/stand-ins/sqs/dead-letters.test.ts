/** Dead letters as an operator has them, over the adapter and real messages that failed too often. */
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, expect, test } from 'vitest';
import { createSqsDeadLetters, createSqsQueue, parseHint } from '@understudy/adapters/sqs';
import type { PaymentKey } from '@understudy/core';
import { deadLettersContract } from '@understudy/core/contracts';
import { cleanUp, connect, manualClock, redriveTo, start } from './sqs-harness.ts';

afterAll(cleanUp);

async function failing() {
  const clock = manualClock();
  const { client, port, url } = await start({ dead: {}, payments: { VisibilityTimeout: '1', ...redriveTo('dead', 1) } }, { clock: clock.now });
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const address = { queueUrl: url('payments'), endpoint, region: 'us-east-1' };
  const queue = createSqsQueue({ queues: { 'us-east-1': address, 'us-east-2': address }, credentials });
  const letters = createSqsDeadLetters({ queue: 'payments', region: 'us-east-1', queueUrl: url('payments'), deadLetterUrl: url('dead'), endpoint, credentials });
  const receive = async () => (await client.send(new ReceiveMessageCommand({ QueueUrl: url('payments'), MaxNumberOfMessages: 10 }))).Messages ?? [];
  return {
    letters, clock, receive, url, client: connect(port),
    bury: async (key: PaymentKey) => {
      await queue.send('us-east-1', key);
      await receive();
      clock.advance(2000);
      // The second receipt is one too many: the message goes to the dead-letter queue instead.
      await receive();
    },
    waiting: async () => (await receive()).map((message) => parseHint(message.Body ?? '')).filter((key) => key !== undefined),
    close: async () => letters.close(),
  };
}

for (const contract of deadLettersContract(failing)) test(`dead letters: ${contract.name}`, () => contract.run());

test('dead letters: held and forgotten -> there again after a minute', async () => {
  const { letters, bury, clock } = await failing();
  await bury({ merchantId: 'shop', transactionId: 'a' } as PaymentKey);
  expect(await letters.hold(10)).toHaveLength(1);
  clock.advance(61_000);
  expect(await letters.hold(10)).toHaveLength(1);
});

test('dead letters: a body that is no hint -> shown without a payment, and brought back as it was', async () => {
  const { letters, client, url, receive } = await failing();
  await client.send(new SendMessageCommand({ QueueUrl: url('dead'), MessageBody: 'not a hint' }));
  const [letter] = await letters.hold(10);
  if (!letter) throw new Error('there is no letter');
  expect(letter.key).toBeUndefined();
  expect(JSON.stringify(letter)).not.toContain('not a hint');
  await letters.redrive(letter);
  expect((await receive()).map((message) => message.Body)).toEqual(['not a hint']);
});
