// A file of payments: what is read of it, what is sent, and what is left when the command dies in the middle.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PaymentError, UnansweredError } from '@understudy/api/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPayments } from './read.ts';
import type { Line } from './read.ts';
import { readResults, ResultFile, unfinished } from './results.ts';
import type { Result } from './results.ts';
import { sendAll } from './send.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-payments-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const HEADING = 'transaction_id,customer_id,amount,currency,payment_method';
const ROW = 'a-1,c-1,1.00,USD,card_visa';
const json = (id: string, amount = '"1.00"'): string => `{"transaction_id":"${id}","customer_id":"c-1","amount":${amount},"currency":"USD","payment_method":"card_visa"}`;

test('payments file: the same payments as CSV and as NDJSON -> read alike, an amount as it was written', async () => {
  const csv = await readPayments(file('same.csv', `\uFEFF${HEADING},session_id\r\n${ROW},\r\n\r\na-2,c-1,0.30,USD,card_visa,\r\n`));
  const ndjson = await readPayments(file('same.ndjson', `${json('a-1', '1.00')}\n\n${json('a-2', '0.30')}\n`));
  expect(csv.map(({ payment }) => payment)).toEqual(ndjson.map(({ payment }) => payment));
  expect(csv.map(({ fingerprint }) => fingerprint)).toEqual(ndjson.map(({ fingerprint }) => fingerprint));
  expect(ndjson.map(({ number, payment }) => [number, payment.amount])).toEqual([[1, '1.00'], [3, '0.30']]);
});

const CARD = '4111111111111111';
test.each([
  ['not one of its kind', 'p.txt', ROW, /must end in \.csv/],
  ['empty', 'p1.csv', `${HEADING}\n`, /holds no payment/],
  ['an amount with too many decimals', 'p2.csv', `${HEADING}\n${ROW}\na-2,c-1,1.001,USD,card_visa\n`, /nothing of it was:\n {2}line 3: amount has more decimals/],
  ['a card number', 'p3.csv', `${HEADING}\na-1,c-1,1.00,USD,${CARD}\n`, /line 2: payment_method must not hold a card number/],
  ['a column that is none', 'p4.csv', `${HEADING},colour\n${ROW},red\n`, /line 2: colour is not a field/],
  ['a row too short', 'p5.csv', `${HEADING}\n${ROW}\na-2,c-1\n`, /line 3 is no CSV/],
  ['an id twice', 'p6.ndjson', `${json('a-1')}\n${json('a-2')}\n${json('a-1', '"2.00"')}\n`, /line 3: the transaction_id of line 1 again/],
  ['a line that is no JSON', 'p7.ndjson', `${json('a-1')}\n{oops ${CARD}\n`, /line 2: the body must be a JSON object/],
  ['an amount that no double holds', 'p8.ndjson', `${json('a-1', '1.0000000000000000001')}\n`, /line 1: amount has more decimals/],
])('payments file: %s -> refused with its line, exit 2, and no value is repeated', async (_what, name, text, sentence) => {
  const refusal = await readPayments(file(name, text)).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ exitCode: 2, message: expect.stringMatching(sentence) });
  expect(String(refusal)).not.toContain(CARD);
});

const line = (id: string, number = 1): Line => ({ number, payment: { transaction_id: id, customer_id: 'c', amount: '1', currency: 'USD', payment_method: 'm' }, fingerprint: `of ${id}` });
const result = (id: string, status: Result['status'], fingerprint = `of ${id}`): Result => ({ line: 1, transaction_id: id, fingerprint, status, at: '2026-01-01T00:00:00.000Z' });

test('results: dying within a write leaves a torn line -> cut off, its payment is sent again, the others are not', async () => {
  const path = file('torn.ndjson', '');
  const written = new ResultFile(path);
  written.add(result('a', 'processed'));
  written.add(result('b', 'unanswered'));
  written.add(result('b', 'declined'));
  written.close();
  const whole = readFileSync(path, 'utf8');
  for (let cut = 1; cut < 30; cut += 1) {
    writeFileSync(path, `${whole}${JSON.stringify(result('c', 'processed')).slice(0, cut)}`);
    const results = await readResults(path);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    expect(unfinished([line('a'), line('b'), line('c')], results, true).map(({ payment }) => payment.transaction_id)).toEqual(['c']);
  }
});

test('results: a file of something else -> refused and left as it is', async () => {
  for (const text of ['transaction_id,amount\na-1,1', 'no end of line', '{"a":1}\n', '{"a":1}\n{"torn', json('a-1'), `${JSON.stringify(result('a', 'processed'))}\n${json('a-1')}`]) {
    const path = file('other.txt', text);
    await expect(readResults(path)).rejects.toMatchObject({ exitCode: 2 });
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
});

test('results: no answer, or an acceptance alone -> sent again; with --no-wait the acceptance is the end', () => {
  const results = new Map([['a', result('a', 'accepted')], ['b', result('b', 'unanswered')], ['c', result('c', 'refused')]]);
  const ids = (waits: boolean) => unfinished([line('a'), line('b'), line('c')], results, waits).map(({ payment }) => payment.transaction_id);
  expect(ids(true)).toEqual(['a', 'b']);
  expect(ids(false)).toEqual(['b']);
});

test('results: a line was changed after it was sent -> refused, because its id is another payment', () => {
  expect(() => unfinished([line('a', 7)], new Map([['a', result('a', 'processed', 'of another')]]), true)).toThrow(/line 7 is not what was sent/);
});

const no = (status: number, code: 'declined' | 'unauthorized' | 'session_paid') => new PaymentError(status, { code, error: 'no' });

test('send: each way of answering -> its status, once each', async () => {
  const answers: Readonly<Record<string, () => Promise<'processed'>>> = {
    a: () => Promise.resolve('processed'), b: () => Promise.reject(no(402, 'declined')), c: () => Promise.reject(no(409, 'session_paid')), d: () => Promise.reject(new UnansweredError(3)),
  };
  const told: Result[] = [];
  await sendAll(['a', 'b', 'c', 'd'].map((id) => line(id)), { ratePerSecond: 500, send: ({ transaction_id: id }) => answers[id]?.() ?? Promise.reject(new Error(id)), tell: (each) => told.push(each) });
  expect(Object.fromEntries(told.map(({ transaction_id: id, status, code }) => [id, [status, code]]))).toEqual({ a: ['processed', undefined], b: ['declined', 'declined'], c: ['refused', 'session_paid'], d: ['unanswered', undefined] });
});

test('send: the key is refused -> ends it all, and no payment is told as refused', async () => {
  const told: Result[] = [];
  let sent = 0;
  const sending = sendAll(Array.from({ length: 1000 }, (_, i) => line(`k-${i}`)), { ratePerSecond: 1e6, send: () => { sent += 1; return Promise.reject(no(401, 'unauthorized')); }, tell: (each) => told.push(each) });
  await expect(sending).rejects.toMatchObject({ code: 'unauthorized' });
  expect(told).toEqual([]);
  expect(sent).toBeLessThanOrEqual(64);
});

test('send: nobody answers for a while -> what was held up is not sent faster than the rate afterwards', async () => {
  let now = 0;
  const sentAt: number[] = [];
  const clock = { now: () => now, sleep: (ms: number) => { now += ms; return Promise.resolve(); } };
  const send = async (): Promise<'accepted'> => {
    sentAt.push(now);
    if (sentAt.length === 10) now += 50_000;
    return Promise.resolve('accepted');
  };
  await sendAll(Array.from({ length: 600 }, (_, i) => line(`s-${i}`)), { ratePerSecond: 10, clock, send, tell: () => undefined });
  const afterwards = sentAt.filter((at) => at > 50_000);
  // Whoever had begun to wait when it stalled goes at once.
  expect(afterwards.filter((at) => at <= (afterwards[0] ?? 0) + 1_000).length).toBeLessThanOrEqual(64 + 11);
});

test('send: a rate and slow answers -> no faster than the rate, and never more than 64 under way', async () => {
  let [now, underWay, most] = [0, 0, 0];
  const sentAt: number[] = [];
  const clock = { now: () => now, sleep: (ms: number) => { now = Math.max(now, now + ms); return Promise.resolve(); } };
  await sendAll(Array.from({ length: 300 }, (_, i) => line(`r-${i}`)), {
    ratePerSecond: 100, clock, tell: () => undefined,
    send: async () => {
      sentAt.push(now);
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return 'accepted';
    },
  });
  expect(sentAt).toHaveLength(300);
  for (const [i, at] of sentAt.entries()) expect(at).toBeGreaterThanOrEqual(i * 10 - 0.001);
  expect(most).toBeLessThanOrEqual(64);
});
