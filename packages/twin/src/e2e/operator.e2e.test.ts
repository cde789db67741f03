/**
 * The operator's command against a running twin, as a shell runs it: the audit after a failover and with faults planted
 * in each record, dead letters and payments that were set aside.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import pg from 'pg';
import type { Region } from '@understudy/core';
import { RunningTwin } from '../drill/running-twin.ts';
import { doorsOf, payment } from './client.ts';
import type { Doors } from './client.ts';

const command = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const LIMIT_MS = 60_000;
/** Quiet for the audit's purposes: nothing of the twin takes longer. */
const QUIET_S = 5;

interface Ran {
  readonly code: number;
  readonly json: Record<string, unknown>;
  readonly err: string;
}

let twin: RunningTwin;
let doors: Doors;

const understudy = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [command, ...args, '--json', '--base', String(twin.basePort)], { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      resolve({ code, json: stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>), err: stderr });
    });
  });

interface Finding {
  readonly code: string;
  readonly transactionId: string;
}

const audit = (...args: readonly string[]): Promise<Ran> => understudy('audit', '--quiet', String(QUIET_S), ...args);
const findingsOf = ({ json }: Ran): readonly string[] => (json['findings'] as readonly Finding[]).map((finding) => `${finding.code} ${finding.transactionId}`);
const untilNothingInFlight = (): Promise<Ran> => vi.waitFor(async () => {
  const ran = await audit();
  expect(ran.json).toMatchObject({ inFlight: 0 });
  return ran;
}, { timeout: LIMIT_MS, interval: 1000 });

async function pay(...ids: readonly string[]): Promise<void> {
  for (const [i, id] of ids.entries()) expect((await (i % 2 === 0 ? doors.east1 : doors.east2).pay(payment(id))).status).toBe(202);
}
const untilStatus = (id: string, status: string): Promise<void> =>
  vi.waitFor(async () => expect((await doors.east2.read(id)).body['status']).toBe(status), { timeout: LIMIT_MS, interval: 300 });

const behave = (body: object) => fetch(`${twin.urls.acquirer}/behaviour`, { method: 'POST', body: JSON.stringify(body) });

/** Past every guard of the database, as nobody but a superuser by hand can. */
async function plantInLedger(region: Region, ...statements: readonly string[]): Promise<void> {
  const { ledgers } = (await (await fetch(`${twin.urls.console}/twin/connections`)).json()) as { readonly ledgers: Readonly<Record<Region, pg.ClientConfig>> };
  const client = new pg.Client(ledgers[region]);
  await client.connect();
  try {
    await client.query('SET session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  twin = await RunningTwin.start();
  doors = doorsOf(twin);
});
afterAll(() => twin?.stop());

describe('status', () => {
  test('a quiet twin -> exit 0, the active region and both ledgers', async () => {
    const { code, json } = await understudy('status');
    expect(code).toBe(0);
    expect(json).toMatchObject({ epoch: { activeRegion: 'us-east-1', phase: 'open' }, ledgers: { 'us-east-1': { role: 'primary' }, 'us-east-2': { role: 'standby' } } });
  });
});

describe('dead letters and payments set aside', () => {
  test('a payment that the acquirer refuses -> listed, brought back, settled', async () => {
    await behave({ mode: 'fail', match: '^hopeless' });
    await pay('hopeless-1');
    // Its hint fails more often than the queue bears; the payment itself only waits.
    const name = await vi.waitFor(async () => {
      const { code, json } = await understudy('dlq', 'list');
      const letters = json['letters'] as readonly { readonly name: string; readonly payment: string }[];
      expect(letters.map((letter) => letter.payment)).toContain('payment:demo:hopeless-1');
      expect(code).toBe(1);
      return letters[0]?.name ?? '';
    }, { timeout: LIMIT_MS, interval: 1000 });
    const shown = await understudy('dlq', 'show', name);
    expect(shown.json).toMatchObject({ letter: { name }, payment: { status: 'accepted' } });
    expect(JSON.stringify(shown.json)).not.toContain('card_visa');
    await behave({ mode: 'approve' });
    expect((await understudy('dlq', 'redrive', '--all')).code).toBe(0);
    await untilStatus('hopeless-1', 'processed');
    expect((await understudy('operations')).json['operations']).toMatchObject([{ what: 'redrive' }]);
  });

  test('a dead letter thrown away -> gone, with its reason on record, and its payment is settled all the same', async () => {
    await behave({ mode: 'fail', match: '^buried' });
    await pay('buried-1');
    const name = await vi.waitFor(async () => {
      const letters = (await understudy('dlq', 'list')).json['letters'] as readonly { readonly name: string }[];
      expect(letters).toHaveLength(1);
      return letters[0]?.name ?? '';
    }, { timeout: LIMIT_MS, interval: 1000 });
    expect((await understudy('dlq', 'discard', name)).code).toBe(2);
    expect(await understudy('dlq', 'discard', name, '--reason', 'a test')).toMatchObject({ code: 0, json: { done: [{ name, result: 'done' }] } });
    expect(await understudy('dlq', 'list')).toMatchObject({ code: 0, json: { letters: [] } });
    expect(await understudy('dlq', 'redrive', name)).toMatchObject({ code: 1, json: { done: [{ name, result: 'not_found' }] } });
    await behave({ mode: 'approve' });
    await untilStatus('buried-1', 'processed');
    expect((await understudy('operations', '--limit', '1')).json['operations']).toMatchObject([{ what: 'discard', reason: 'a test' }]);
  });

  test('a payment that is not set aside, or unknown -> refused', async () => {
    expect(await understudy('dlq', 'discard', 'payment:demo:buried-1', '--reason', 'x')).toMatchObject({ code: 1, json: { done: [{ result: 'already_decided' }] } });
    expect(await understudy('dlq', 'redrive', 'payment:demo:nobody')).toMatchObject({ code: 1, json: { done: [{ result: 'not_found' }] } });
    expect((await understudy('dlq', 'redrive', 'nonsense')).code).toBe(2);
  });
});

describe('audit', () => {
  test('a twin on which payments were made -> nothing found, and the three agree', async () => {
    await pay('a-1', 'a-2', 'a-3', 'a-4', 'a-5');
    await untilStatus('a-5', 'processed');
    expect((await doors.api.call('/payments/a-5/refunds', { body: { refund_id: 'r-1', amount: '4.00' } })).status).toBe(202);
    await vi.waitFor(async () => expect((await doors.api.call('/payments/a-5/refunds')).body).toMatchObject({ refunds: [{ status: 'processed' }] }), { timeout: LIMIT_MS, interval: 300 });
    const ran = await untilNothingInFlight();
    expect({ code: ran.code, findings: findingsOf(ran) }).toEqual({ code: 0, findings: [] });
    expect(ran.json['totals']).toMatchObject([{ merchantId: 'demo', currency: 'USD',
      journal: { count: 7, amount: '70.00' }, ledger: { count: 7, amount: '70.00' }, acquirer: { count: 7, amount: '70.00' }, refunded: { journal: '4.00', ledger: '4.00', acquirer: '4.00' } }]);
  });

  test('the active region is killed under payments -> after it healed nothing is found', async () => {
    const paying = pay(...Array.from({ length: 40 }, (_, i) => `f-${i}`)).catch(() => undefined);
    await twin.order('/twin/regions/us-east-1/kill', {});
    await paying;
    for (let i = 0; i < 10; i += 1) expect((await doors.east2.pay(payment(`g-${i}`))).status).toBe(202);
    await vi.waitFor(async () => expect((await twin.state()).epoch).toMatchObject({ activeRegion: 'us-east-2', phase: 'open', healed: true }), { timeout: LIMIT_MS, interval: 500 });
    // One ledger is away, so the standby confirms nothing and everything stays in work: that hides no fault from the audit.
    expect((await understudy('status')).code).toBe(1);
    const ran = await untilNothingInFlight();
    expect({ code: ran.code, findings: findingsOf(ran) }).toEqual({ code: 0, findings: [] });
  });

  test('a fault planted in each record -> each is found, and nothing else', async () => {
    await plantInLedger('us-east-2',
      "DELETE FROM understudy.posting WHERE transaction_id = 'a-1'", "DELETE FROM understudy.payment WHERE transaction_id = 'a-1'",
      "UPDATE understudy.payment SET amount_minor = 999 WHERE transaction_id = 'a-2'", "UPDATE understudy.posting SET amount_minor = sign(amount_minor) * 999 WHERE transaction_id = 'a-2'",
      "DELETE FROM understudy.posting WHERE transaction_id = 'a-3' AND amount_minor < 0",
      "DELETE FROM understudy.posting WHERE transaction_id = 'a-5' AND refund_id = 'r-1'", "DELETE FROM understudy.refund WHERE transaction_id = 'a-5'");
    const [{ key } = { key: '' }] = (await twin.charges()).filter((charge) => charge.transaction_id === 'a-4');
    await behave({ mode: 'expire_keys', match: '^a-4$', count: 1 });
    await fetch(`${twin.urls.acquirer}/v1/charges`, {
      method: 'POST', headers: { 'idempotency-key': key },
      body: JSON.stringify({ merchant_id: 'demo', transaction_id: 'a-4', amount_minor: '1000', currency: 'USD', payment_method: 'card_visa', live: false }),
    });
    const ran = await untilNothingInFlight();
    expect({ code: ran.code, findings: findingsOf(ran).toSorted() }).toEqual({ code: 1, findings: ['amount_differs a-2', 'duplicate_charge a-4', 'missing_in_ledger a-1', 'missing_in_ledger a-5', 'unbalanced a-3'] });
  });

  test('--void-orphans -> the second charge is given back, the first stands, and it is on record', async () => {
    const ran = await audit('--void-orphans');
    expect(ran.json['voided']).toMatchObject([{ transactionId: 'a-4', voided: [expect.any(String)] }]);
    expect((await twin.charges()).filter((charge) => charge.transaction_id === 'a-4')).toMatchObject([{ charges: 2, voids: 1 }]);
    expect(findingsOf(await audit()).toSorted()).toEqual(['amount_differs a-2', 'missing_in_ledger a-1', 'missing_in_ledger a-5', 'unbalanced a-3']);
    expect((await understudy('operations', '--limit', '1')).json['operations']).toMatchObject([{ what: 'void_orphan' }]);
  });
});
