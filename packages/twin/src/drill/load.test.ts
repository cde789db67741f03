// The load against a sender that answers as it is told: what the history says is what the client saw.
import { expect, test } from 'vitest';
import type { Answer, Sender } from './clients.ts';
import { Load } from './load.ts';

const accepted: Answer = { kind: 'accepted', region: 'us-east-2' };

interface Wishes {
  readonly send?: (id: string, tries: number) => Answer;
  readonly status?: string;
}

function senderThat({ send = () => accepted, status = 'processed' }: Wishes) {
  const tries = new Map<string, number>();
  const refunded: number[] = [];
  let sessions = 0;
  const sender: Sender = {
    send: async ({ transactionId }) => {
      tries.set(transactionId, (tries.get(transactionId) ?? 0) + 1);
      return send(transactionId, tries.get(transactionId) ?? 0);
    },
    openSession: async () => `session-${(sessions += 1)}`,
    refund: async ({ amountMinor }) => (refunded.push(amountMinor) > 2 ? { kind: 'refused', status: 409 } : accepted),
    statusOf: async () => status,
    close: () => undefined,
  };
  return { sender, refunded };
}

const options = { ratePerSecond: 500, durationMs: 48, seed: 1, prefix: 'p' } as const;

test('load: payments alone -> each sent once, and acknowledged by whom', async () => {
  const { sender } = senderThat({});
  const result = await new Load({ ...options, sender }).run();
  expect(result).toMatchObject({ acked: 24, calls: 24, failedCalls: 0, sessionsOpened: 0, refunds: [] });
  expect(result.payments[0]).toMatchObject({ transactionId: 'p-0', ackedBy: 'us-east-2', tries: 1 });
});

test('load: no answer at first -> repeated under the same id by who repeats, and left unknown by who does not', async () => {
  const sometimes = { send: (id: string, tries: number): Answer => (id === 'p-1' && tries < 3 ? { kind: 'unknown' } : accepted) };
  const patient = await new Load({ ...options, sender: senderThat(sometimes).sender }).run();
  expect(patient.payments.find(({ transactionId }) => transactionId === 'p-1')).toMatchObject({ tries: 3, ackedBy: 'us-east-2' });
  expect(patient).toMatchObject({ acked: 24, calls: 26, failedCalls: 2 });
  const once = await new Load({ ...options, sender: senderThat(sometimes).sender, retry: false }).run();
  expect(once).toMatchObject({ acked: 23, calls: 24, failedCalls: 1 });
});

test('load: errands -> a session for one in ten, half of them with a rival, and a refund in parts with one that is too much', async () => {
  const { sender, refunded } = senderThat({ send: (id) => (id.endsWith('rival') ? { kind: 'refused', status: 409 } : accepted) });
  const { payments, refunds, sessionsOpened } = await new Load({ ...options, sender, durationMs: 40, errands: true }).run();
  expect(sessionsOpened).toBe(2);
  expect(payments.filter(({ sessionId }) => sessionId !== undefined).map(({ transactionId, refusedStatus }) => [transactionId, refusedStatus])).toEqual([['p-3', undefined], ['p-3-rival', 409], ['p-13', undefined]]);
  const ofFive = refunds.filter(({ transactionId }) => transactionId === 'p-5');
  const amount = payments.find(({ transactionId }) => transactionId === 'p-5')?.amountMinor;
  expect(ofFive.map(({ refundId }) => refundId)).toEqual(['part-1', 'part-2', 'part-3']);
  expect([(ofFive[0]?.amountMinor ?? 0) + (ofFive[1]?.amountMinor ?? 0), ofFive[2]?.amountMinor]).toEqual([amount, amount]);
  expect(refunded).toHaveLength(6);
});

test('load: a payment that failed -> nothing of it is asked back', async () => {
  const { sender, refunded } = senderThat({ status: 'failed' });
  await new Load({ ...options, sender, durationMs: 16, errands: true }).run();
  expect(refunded).toEqual([]);
});

test('load: ended -> nothing new; abandoned -> nothing is repeated either', async () => {
  const load = new Load({ ...options, sender: senderThat({}).sender, durationMs: 60_000 });
  const running = load.run();
  load.end();
  expect((await running).acked).toBe(1);
  const lost = new Load({ ...options, sender: senderThat({ send: () => ({ kind: 'unknown' }) }).sender, durationMs: 60_000 });
  const abandoned = lost.run();
  lost.abandon();
  expect(await abandoned).toMatchObject({ acked: 0, calls: 1 });
});
