// What a drill judges beside payments, proved by planting each kind of broken promise into records that were in order.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { settlementFileKey, settlementFileText } from '@understudy/core';
import type { AuditReport, Entry } from '@understudy/core';
import { Webhook } from 'standardwebhooks';
import type { RecordEntry, RefundEntry } from '../../acquirer-sandbox/record.ts';
import { Bucket } from '../../stand-ins/s3/index.ts';
import { Listener } from '../listener.ts';
import type { HeardEvent } from '../listener.ts';
import type { SentPayment, SentRefund } from '../load.ts';
import type { LedgerRefundBody, LedgerRowBody } from '../running-twin.ts';
import { checkAudit, isClean } from './audit.ts';
import { sentences } from './promise.ts';
import type { Books } from './promise.ts';
import { checkPublishing, entriesOf, publishedIn } from './publishing.ts';
import { checkRefunds } from './refunds.ts';
import { checkSessions } from './sessions.ts';
import { checkWebhooks, unheard } from './webhooks.ts';

const row = (id: string, change: Partial<LedgerRowBody> = {}): LedgerRowBody => ({ merchant_id: 'demo', transaction_id: id, amount_minor: 900, currency: 'EUR', status: 'processed', epoch: 1, ...change });
const refundRow = (id: string, refund: string, change: Partial<LedgerRefundBody> = {}): LedgerRefundBody => ({ ...row(id), amount_minor: 300, refund_id: refund, ...change });
const charge = (id: string, change: Partial<RecordEntry> = {}): RecordEntry =>
  ({ key: `key-${id}`, merchant_id: 'demo', transaction_id: id, amount_minor: 900, currency: 'EUR', live: false, outcome: 'approved', voided: false, refunded_minor: 0, requests: 1, charges: 1, voids: 0, ...change });
const given = (id: string, refund: string, change: Partial<RefundEntry> = {}): RefundEntry =>
  ({ key: `key-${id}-${refund}`, merchant_id: 'demo', transaction_id: id, refund_id: refund, amount_minor: 300, currency: 'EUR', live: false, outcome: 'approved', requests: 1, ...change });
const sentRefund = (id: string, refund: string, change: Partial<SentRefund> = {}): SentRefund => ({ transactionId: id, refundId: refund, amountMinor: 300, currency: 'EUR', tries: 1, ackedAt: 2, ...change });
const { ackedAt: _ackedAt, ...unanswered } = sentRefund('a', 'r3');

describe('refunds', () => {
  const books: Books = { rows: [row('a')], refunds: [refundRow('a', 'r1'), refundRow('a', 'r2', { amount_minor: 600 })], charges: [charge('a', { refunded_minor: 900 })] };
  const sent = [sentRefund('a', 'r1'), sentRefund('a', 'r2', { amountMinor: 600 }), { ...unanswered, refusedStatus: 409 }];
  const back = [given('a', 'r1'), given('a', 'r2', { amount_minor: 600 })];

  test('records in order -> kept, and counted', () => {
    expect(checkRefunds(sent, books, back)).toMatchObject({ broken: [], seen: '3 asked for, 2 acknowledged, 1 refused; 2 in the books' });
  });

  test.each<[string, readonly SentRefund[], Partial<Books>, readonly RefundEntry[], string]>([
    ['acknowledged and in no books', sent, { refunds: [refundRow('a', 'r2', { amount_minor: 600 })] }, back, 'a~r1 was acknowledged and has no row'],
    ['refused and booked', [...sent.slice(0, 2), sentRefund('a', 'r3', { refusedStatus: 409 })], { refunds: [...books.refunds, refundRow('a', 'r3')] }, back, 'a~r3 was refused with 409 and stands in the ledger'],
    ['booked over another amount', sent, { refunds: [refundRow('a', 'r1', { amount_minor: 301 }), books.refunds[1] as LedgerRefundBody] }, back, 'booked as 301'],
    ['above the charge', sent, { refunds: [...books.refunds, refundRow('a', 'r4')] }, [...back, given('a', 'r4')], 'of a 1200 is booked as given back, and 900 as charged'],
    ['never asked for', sent, { refunds: [...books.refunds, refundRow('a', 'r4')] }, back, 'a~r4 stands in the ledger and was never asked for'],
    ['given back twice', sent, {}, [...back, given('a', 'r1', { key: 'other' })], 'a~r1 is processed over 300, and 300 and 300 was given back'],
    ['booked and not given back', sent, {}, back.slice(1), 'a~r1 is processed over 300, and nothing was given back'],
    ['failed and given back', sent, { refunds: [refundRow('a', 'r1', { status: 'failed' }), books.refunds[1] as LedgerRefundBody] }, back, 'a~r1 is failed over 300, and 300 was given back'],
    ['given back and not booked', sent, {}, [...back, given('a', 'r4')], 'a~r4 was given back and has no row'],
    ['another sum at the acquirer', sent, { charges: [charge('a', { refunded_minor: 899 })] }, back, 'of a the acquirer gave back 899, and the books 900'],
  ])('%s -> broken, and says so', (_situation, asked, change, acquirer, sentence) => {
    expect(checkRefunds(asked, { ...books, ...change }, acquirer).broken.join('\n')).toContain(sentence);
  });
});

describe('sessions', () => {
  const payer = (id: string, change: Partial<SentPayment> = {}): SentPayment => ({ transactionId: id, amountMinor: 900, currency: 'EUR', sentAt: 1, tries: 1, sessionId: 's1', ...change });

  test('one of two payers is charged, the other refused -> kept', () => {
    const books = { rows: [row('a')], refunds: [], charges: [charge('a')] };
    expect(checkSessions([payer('a', { ackedAt: 2 }), payer('b', { refusedStatus: 409 })], books)).toMatchObject({ broken: [], seen: '1 sessions, 1 of them paid; 1 had two payers at once' });
  });

  test.each<[string, readonly SentPayment[], Books, string]>([
    ['both are processed', [payer('a'), payer('b')], { rows: [row('a'), row('b')], refunds: [], charges: [] }, 'session s1 was paid 2 times'],
    ['both are charged', [payer('a'), payer('b')], { rows: [], refunds: [], charges: [charge('a'), charge('b')] }, 'with 2 charges that stand'],
    ['its only payer is refused', [payer('a', { refusedStatus: 409 })], { rows: [], refunds: [], charges: [] }, 'refused its only payment, a, with 409'],
  ])('%s -> broken', (_situation, payments, books, sentence) => {
    expect(checkSessions(payments, books).broken.join('\n')).toContain(sentence);
  });
});

describe('webhooks', () => {
  const books = { rows: [row('a'), row('b', { status: 'failed' })], refunds: [refundRow('a', 'r1')] };
  const event = (id: string, type: string, transactionId: string, change: Partial<HeardEvent> = {}): readonly [string, HeardEvent] => [id, { id, type, transactionId, texts: new Set(['text']), times: 1, ...change }];
  const all = [event('e1', 'payment.processed', 'a', { times: 2 }), event('e2', 'payment.failed', 'b'), event('e3', 'refund.processed', 'a', { refundId: 'r1' })];

  test('all of it heard, some of it twice -> kept', () => {
    expect(checkWebhooks(books, { heard: new Map(all), wrong: [] })).toMatchObject({ broken: [], seen: '3 outcomes, heard 4 times' });
    expect(unheard(books, { heard: new Map(all.slice(1)) })).toBe(1);
  });

  test.each<[string, readonly (readonly [string, HeardEvent])[], readonly string[], string]>([
    ['an outcome was not heard', all.slice(1), [], 'payment.processed of a stands in the books and was never heard'],
    ['in two texts', [...all.slice(1), event('e1', 'payment.processed', 'a', { texts: new Set(['one', 'two']) })], [], 'e1 of a was heard in 2 texts'],
    ['under two ids', [...all, event('e4', 'payment.processed', 'a')], [], 'a was heard under 2 ids'],
    ['another outcome', [...all.slice(1), event('e1', 'payment.failed', 'a')], [], 'payment.failed of a was heard, and in the books it is payment.processed'],
    ['of what never was', [...all, event('e4', 'payment.processed', 'ghost')], [], 'of ghost was heard, and in the books it is nothing'],
    ['signed wrongly', all, ['no matching signature'], 'a webhook was refused: no matching signature'],
  ])('%s -> broken', (_situation, heard, wrong, sentence) => {
    expect(checkWebhooks(books, { heard: new Map(heard), wrong: [...wrong] }).broken.join('\n')).toContain(sentence);
  });

  test('the endpoint: signed rightly -> taken and told apart by its text; wrongly, or before its secret is known -> refused', async () => {
    const listener = await Listener.start();
    const secret = `whsec_${Buffer.from('a secret of enough bytes').toString('base64')}`;
    const tell = async (id: string, data: object, by = secret) => {
      const body = JSON.stringify({ type: 'payment.processed', data });
      const at = new Date();
      const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook(by).sign(id, at, body) };
      return (await fetch(listener.url, { method: 'POST', body, headers })).status;
    };
    expect(await tell('e1', { transaction_id: 'a' })).toBe(400);
    listener.expectSecret(secret);
    expect([await tell('e1', { transaction_id: 'a' }), await tell('e1', { transaction_id: 'a' }), await tell('e1', { transaction_id: 'a', amount: 'other' })]).toEqual([204, 204, 204]);
    expect(await tell('e2', {}, `whsec_${Buffer.from('not the secret, as long').toString('base64')}`)).toBe(400);
    expect([...listener.heard.values()]).toMatchObject([{ id: 'e1', transactionId: 'a', times: 3 }]);
    expect(listener.heard.get('e1')?.texts.size).toBe(2);
    expect(listener.wrong).toHaveLength(2);
    await listener.close();
  });
});

describe('receipts and settlement files', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'understudy-checks-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  const books = { rows: [row('a'), row('b', { status: 'failed' })], refunds: [refundRow('a', 'r1')] };
  const name = { live: false, businessDate: '2026-01-05', currency: 'EUR', n: 1 } as Parameters<typeof settlementFileText>[0];
  const entry = (id: string, amountMinor: bigint, refundId?: string) =>
    ({ merchantId: 'demo', transactionId: id, ...(refundId !== undefined && { refundId }), customerId: 'c', live: false, amountMinor, currency: 'EUR', decidedAt: 1, businessDate: '2026-01-05' }) as unknown as Entry;
  const file = (...entries: readonly Entry[]) => ({ key: settlementFileKey(name), text: settlementFileText(name, entries) });
  const receipts = entriesOf(books).map(({ id }) => id);
  const whole = file(entry('a', 900n), entry('a', -300n, 'r1'));

  test('each entry once -> kept', () => {
    expect(checkPublishing(books, { receipts, files: [whole], rewritten: [] })).toMatchObject({ broken: [], seen: '2 entries, 2 receipts, 1 settlement files' });
  });

  test.each<[string, Parameters<typeof checkPublishing>[1], string]>([
    ['no receipt', { receipts: receipts.slice(1), files: [whole], rewritten: [] }, 'demo/a stands in the books and has no receipt'],
    ['a receipt of nothing', { receipts: [...receipts, 'demo/ghost'], files: [whole], rewritten: [] }, 'demo/ghost has a receipt and does not stand in the books'],
    ['in no file', { receipts, files: [file(entry('a', 900n))], rewritten: [] }, 'demo/a~r1 stands in settlement files 0 times'],
    ['in two files', { receipts, files: [whole, { ...whole, key: settlementFileKey({ ...name, n: 2 }) }], rewritten: [] }, 'demo/a stands in settlement files 2 times'],
    ['over another amount', { receipts, files: [file(entry('a', 901n), entry('a', -300n, 'r1'))], rewritten: [] }, 'demo/a stands in test-settlements/2026-01-05/EUR/1.csv as 901 EUR'],
    ['a file that does not add up', { receipts, files: [{ ...whole, text: whole.text.replace('6.00', '6.01') }], rewritten: [] }, 'cannot be read, or does not add up'],
    ['a key with two texts', { receipts, files: [whole], rewritten: ['receipts/x.json'] }, 'receipts/x.json was rewritten'],
  ])('%s -> broken', (_situation, published, sentence) => {
    expect(checkPublishing(books, published).broken.join('\n')).toContain(sentence);
  });

  test('read from the buckets -> receipts and files of the region asked for, and what was rewritten in either', () => {
    const buckets = { 'us-east-1': new Bucket(join(dataDir, 'buckets', 'us-east-1')), 'us-east-2': new Bucket(join(dataDir, 'buckets', 'us-east-2')) };
    const put = (region: keyof typeof buckets, key: string, text: string) => buckets[region].put(key, Buffer.from(text), { contentType: 'text/plain' });
    put('us-east-2', 'receipts/2026-01-05/demo/a.json', 'one');
    put('us-east-2', whole.key, whole.text);
    put('us-east-1', 'receipts/2026-01-05/demo/a.json', createHash('md5').update('another').digest('hex'));
    expect(publishedIn({ dataDir }, 'us-east-2')).toEqual({ receipts: ['demo/a'], files: [whole], rewritten: ['receipts/2026-01-05/demo/a.json'] });
  });
});

describe('the audit', () => {
  const report = (change: Partial<AuditReport>): AuditReport => ({ compared: 5, inFlight: 0, findings: [], findingsLeftOut: 0, ...change }) as AuditReport;

  test('clean -> kept; in flight, found or not made -> broken', () => {
    expect(isClean(report({}))).toBe(true);
    expect(checkAudit(report({}))).toMatchObject({ broken: [], seen: '5 payments compared, 0 in flight, 0 findings' });
    const finding = { code: 'orphan_charge', detail: 'it stands', merchantId: 'demo', transactionId: 'a' } as unknown as AuditReport['findings'][number];
    for (const [bad, sentence] of [[report({ inFlight: 2 }), '2 payments are still in flight'], [report({ findings: [finding] }), 'orphan_charge'], [undefined, 'could not be made']] as const) {
      expect(isClean(bad)).toBe(false);
      expect(checkAudit(bad).broken.join()).toContain(sentence);
    }
  });
});

test('promises: many sentences of one kind -> the first, and how many more', () => {
  expect(sentences(Array.from({ length: 23 }, (_, n) => `${n}`)).at(-1)).toBe('and 3 more like these');
});
