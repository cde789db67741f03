/**
 * The client library against two real regions: whatever becomes of one of them, no call fails, nothing is done twice,
 * and somebody is acknowledged nearly all the time. The gaps are printed; they mean something on a quiet machine only.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PaymentClient } from '@understudy/api/client';
import type { Region } from '@understudy/core';
import { check, untilSettled } from '../drill/check.ts';
import type { SentPayment } from '../drill/load.ts';
import { RunningTwin } from '../drill/running-twin.ts';

const RATE_PER_S = 40;
const SETTLE_LIMIT_MS = 90_000;

let twin: RunningTwin;
const everything: SentPayment[] = [];

beforeAll(async () => {
  twin = await RunningTwin.start();
});

afterAll(() => twin?.stop());

const clientOf = (): PaymentClient => new PaymentClient({ endpoints: Object.values(twin.urls.regions), apiKey: twin.urls.apiKey });
const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));

const requestOf = ({ transactionId, amountMinor, currency }: SentPayment) => ({
  transaction_id: transactionId, customer_id: `customer-${amountMinor % 97}`, amount: (amountMinor / 100).toFixed(2), currency, payment_method: 'card_visa',
});

function next(prefix: string, n: number): SentPayment {
  const payment: SentPayment = { transactionId: `${prefix}-${n}`, amountMinor: 1_000 + n, currency: 'USD', sentAt: Date.now(), tries: 1 };
  everything.push(payment);
  return payment;
}

interface Load {
  /** Of calls that were rejected. */
  readonly failures: readonly unknown[];
  readonly acknowledged: number;
  readonly longestGapMs: number;
  readonly longestCallMs: number;
}

/** Open loop: payments are sent when they are due, however slow the answers are. */
async function load(prefix: string, durationS: number): Promise<Load> {
  const client = clientOf();
  const startedAt = Date.now();
  const [failures, sent, calls]: [unknown[], SentPayment[], Promise<void>[]] = [[], [], []];
  for (let n = 0; n < RATE_PER_S * durationS; n += 1) {
    await seconds(Math.max(0, startedAt / 1000 + n / RATE_PER_S - Date.now() / 1000));
    const payment = next(prefix, n);
    sent.push(payment);
    calls.push(client.pay(requestOf(payment)).then(() => void (payment.ackedAt = Date.now()), (error: unknown) => void failures.push(error)));
  }
  await Promise.all(calls);
  const acks = sent.flatMap(({ ackedAt }) => ackedAt ?? []).toSorted((a, b) => a - b);
  const longest = (durations: readonly number[]): number => durations.reduce((most, duration) => Math.max(most, duration), 0);
  return {
    failures, acknowledged: acks.length,
    longestGapMs: longest(acks.slice(1).map((at, i) => at - (acks[i] ?? at))),
    longestCallMs: longest(sent.map(({ sentAt, ackedAt = sentAt }) => ackedAt - sentAt)),
  };
}

const scenarios: readonly { readonly name: string; readonly loadS: number; readonly play: () => Promise<unknown> }[] = [
  {
    name: 'dynamodb-endpoint-loss', loadS: 10,
    play: async () => {
      await twin.service('us-east-1', 'dynamodb', { fail: true });
      await seconds(6);
      await twin.service('us-east-1', 'dynamodb', { fail: false });
    },
  },
  {
    name: 'slow-region', loadS: 10,
    play: async () => {
      for (const service of ['dynamodb', 'ledger'] as const) await twin.service('us-east-1', service, { fail: false, delayMs: 100 });
      await seconds(6);
      for (const service of ['dynamodb', 'ledger'] as const) await twin.service('us-east-1', service, { fail: false });
    },
  },
  {
    name: 'flapping', loadS: 12,
    play: async () => {
      for (let n = 0; n < 4; n += 1) {
        await twin.region('us-east-1', 'isolate');
        await seconds(0.7);
        await twin.region('us-east-1', 'rejoin');
        await seconds(1.3);
      }
    },
  },
  { name: 'region-loss', loadS: 12, play: () => twin.region('us-east-1', 'kill') },
];

describe('client library on the twin', () => {
  test.each(scenarios)('$name under load -> no call fails, and acknowledgements hardly pause', async ({ name, loadS, play }) => {
    const running = load(name, loadS);
    await seconds(3);
    // These wait for their outcome through whatever comes.
    const waiting = Array.from({ length: 10 }, (_, n) => next(`${name}-wait`, n)).map(async (payment) => {
      const client = clientOf();
      await client.payAndWait(requestOf(payment), { deadlineMs: SETTLE_LIMIT_MS });
      payment.ackedAt = Date.now();
    });
    await play();
    const { failures, ...figures } = await running;
    console.log(name, JSON.stringify(figures));
    expect(failures).toEqual([]);
    expect(figures.acknowledged).toBe(RATE_PER_S * loadS);
    await Promise.all(waiting);
  });

  test('after all of it -> every payment is processed, and charged once', async () => {
    expect(await untilSettled(twin, everything, SETTLE_LIMIT_MS)).toBe(0);
    expect(await check(twin, everything)).toEqual({ broken: [], acknowledged: everything.length, processed: everything.length, failed: 0, cancelled: 0, unacknowledgedButDone: 0 });
    const survivor: Region = 'us-east-2';
    expect((await twin.state()).epoch?.activeRegion).toBe(survivor);
    const client = clientOf();
    for (const { transactionId } of everything.slice(-20)) expect(await client.read(transactionId)).toMatchObject({ status: 'processed' });
  });
});
