// What an audit tells by bytes alone against judging every payment from all of its entries: the same report, whatever
// mix of entries the three records hold.
import { InMemorySpool, SeededRandom } from '@understudy/adapters/in-memory';
import { describe, expect, test } from 'vitest';
import { Cases, compare, newestAtOf } from '../domain/audit/compare.ts';
import type { Finding } from '../domain/audit/compare.ts';
import { journalEntry } from '../domain/audit/entries.ts';
import type { AuditEntry, ChargeEntry, LedgerEntry } from '../domain/audit/entries.ts';
import { hashOf } from '../domain/audit/packing.ts';
import { Totals } from '../domain/audit/totals.ts';
import { minorUnits } from '../domain/money/money.ts';
import { customerId, keyText, merchantId, transactionId } from '../domain/payment/payment.ts';
import type { Payment, PaymentKey } from '../domain/payment/payment.ts';
import type { Refund, RefundId } from '../domain/refund/refund.ts';
import { epochOf, firstEpochRecord } from '../domain/region/epoch.ts';
import { businessDateOf, epochMs } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { PageRequest, ReportPage } from '../ports/audit-reports.ts';
import { audit } from './audit.ts';
import type { AuditOptions, AuditPorts } from './audit.ts';

interface Records {
  readonly payments: Payment[];
  readonly rows: LedgerEntry[];
  readonly charges: ChargeEntry[];
}

const now = epochMs(10_000_000);
const quietMs = 1_000_000;
const epoch = epochOf(1);
const amount = { minor: minorUnits(1250n), currency: 'EUR' };
const others = [{ ...amount, minor: minorUnits(1251n) }, { ...amount, currency: 'USD' }, { ...amount, minor: minorUnits(2n ** 70n) }];

/** Two fill a sheet, one is longer than a sheet, one is so only once it is JSON. */
const LONG = ['r'.repeat(14_000), 'r'.repeat(33_000), 'ü'.repeat(7_000)];

class Mix {
  readonly records: Records = { payments: [], rows: [], charges: [] };
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  #pick<const T>(...choices: readonly [T, ...T[]]): T {
    return choices[this.#random.integer(choices.length)] ?? choices[0];
  }

  /** The first is the one that agrees: with all the others it is as likely as one of them. */
  #mostly<const T>(usual: T, ...odd: readonly T[]): T {
    return odd.length === 0 || this.#random.integer(12) > 0 ? usual : this.#pick(usual, ...odd);
  }

  /** Whole millions, so that many are just as old as what is asked for, or just quiet. */
  #when(): EpochMs {
    return epochMs(1_000_000 * (1 + this.#random.integer(8) + this.#mostly(0, 1, 2)));
  }

  add(key: PaymentKey): void {
    const money = this.#mostly(amount, ...others);
    const reference = this.#mostly(`ch_${key.transactionId}`, 'ch_ü', '', ...LONG);
    for (let times = this.#mostly(1, 0, 2); times > 0; times -= 1) this.records.payments.push(this.#payment(key, this.#mostly(money, ...others), this.#mostly(reference, 'ch_x')));
    for (let times = this.#mostly(1, 0, 2); times > 0; times -= 1) this.records.rows.push(this.#row(key, this.#mostly(money, ...others), this.#mostly(reference, 'ch_y')));
    for (let times = this.#mostly(1, 0, 2); times > 0; times -= 1) this.records.charges.push(this.#charge(key, this.#mostly(money, ...others), this.#mostly(reference, 'ch_z')));
  }

  #payment(key: PaymentKey, money: typeof amount, reference: string): Payment {
    const [acceptedAt, decidedAt] = [this.#when(), this.#when()];
    const outcome = this.#mostly('processed', 'failed', 'cancelled');
    const accepted = { fingerprint: 'f', acceptedAt, acceptedRegion: 'us-east-1' as const, live: true };
    const known = this.#mostly('acceptance', 'tombstone', 'neither');
    return {
      ...key, attempts: 0,
      ...(known === 'acceptance' && { acceptance: { ...accepted, customerId: customerId('c'), amount: money, settleBefore: acceptedAt } }),
      ...(known === 'tombstone' && { tombstone: { ...accepted, purgedAt: now } }),
      ...(this.#mostly(true, false) && { decision: { outcome, decidedAt, businessDate: businessDateOf(decidedAt), ...(this.#mostly(outcome === 'processed', false) && { acquirerReference: reference }) } }),
      postedEpoch: epochOf(this.#mostly(1, 0)), inWork: this.#mostly(false, true),
      ...(this.#mostly(false, true) && { quarantine: { reason: 'a fault', at: acceptedAt, epoch } }),
      ...(this.#mostly(false, true) && { refunds: [this.#refund()] }),
    };
  }

  #refund(): Refund {
    const acceptedAt = this.#when();
    const decision = { outcome: this.#pick('processed', 'failed'), decidedAt: acceptedAt, businessDate: businessDateOf(acceptedAt) };
    return { refundId: 'r-1' as RefundId, amountMinor: minorUnits(250n), acceptedAt, acceptedRegion: 'us-east-1', posted: this.#pick(true, false), ...(this.#pick(true, false) && { decision }) };
  }

  #row(key: PaymentKey, money: typeof amount, reference: string): LedgerEntry {
    const row = { amount: money, outcome: this.#mostly('processed', 'failed', 'cancelled'), ...(this.#mostly(true, false) && { reference }) };
    const refunds = this.#mostly(false, true) ? [{ refundId: 'r-1', minor: this.#pick(minorUnits(250n), minorUnits(1n)), outcome: this.#pick('processed', 'failed') }] : [];
    return { ...key, side: 'ledger', ...(this.#mostly(true, false) && { row }), refunds, balanced: this.#mostly(true, false), newestAt: this.#when() };
  }

  #charge(key: PaymentKey, money: typeof amount, reference: string): ChargeEntry {
    return {
      ...key, side: 'acquirer', reference, amount: money, outcome: this.#mostly('approved', 'declined', 'in_progress'), voided: this.#mostly(false, true),
      refundedMinor: this.#mostly(minorUnits(0n), minorUnits(250n)), live: this.#pick(true, false), newestAt: this.#when(),
    };
  }

  shuffle(): Records {
    for (const list of Object.values(this.records) as unknown[][]) {
      for (let i = list.length - 1; i > 0; i -= 1) {
        const j = this.#random.integer(i + 1);
        [list[i], list[j]] = [list[j], list[i]];
      }
    }
    return this.records;
  }
}

const keyOf = (merchant: string, id: string): PaymentKey => ({ merchantId: merchantId(merchant), transactionId: transactionId(id) });
const isOf = (key: PaymentKey) => (other: PaymentKey): boolean => keyText(key) === keyText(other);
/** By text alone: two sides may not say the same of one payment in the same order. */
const byName = (findings: readonly Finding[]): readonly string[] => findings.map(({ code, detail, ...key }) => `${keyText(key)} ${code} ${detail}`).toSorted();

async function pageOf<T>(list: readonly T[], { limit, cursor }: PageRequest): Promise<ReportPage<T>> {
  const from = Number(cursor ?? 0);
  return { entries: list.slice(from, from + limit), ...(from + limit < list.length && { cursor: String(from + limit) }) };
}

async function audited({ payments, rows, charges }: Records, options: AuditOptions) {
  const record = firstEpochRecord('us-east-1', epochMs(0));
  const ports = {
    epochs: { read: async () => record },
    journal: { read: async (key: PaymentKey) => payments.findLast(isOf(key)) },
    workIndex: { scan: async (request: PageRequest) => pageOf(payments, request).then(({ entries, ...rest }) => ({ payments: entries, ...rest })) },
    ledger: { page: (request: PageRequest) => pageOf(rows, request), of: async (key: PaymentKey) => rows.findLast(isOf(key)) },
    acquirer: { page: (request: PageRequest) => pageOf(charges, request), of: async (key: PaymentKey) => charges.filter(isOf(key)) },
    spool: new InMemorySpool(), clock: { now: () => now, sleep: async () => {} }, progress: () => {},
  } as unknown as AuditPorts;
  const result = await audit(ports, options);
  if (result.code !== 'audited') throw new Error(result.code);
  const { compared, inFlight, totals, findings } = result.report;
  return { compared, inFlight, totals, findings: byName(findings) };
}

function judgedInFull({ payments, rows, charges }: Records, { since, quietMs: quiet }: AuditOptions) {
  const cases = new Cases();
  const entries: readonly AuditEntry[] = [...payments.map((payment) => journalEntry(payment, epoch)), ...rows, ...charges];
  for (const entry of entries) cases.add(entry);
  const totals = new Totals();
  const findings: Finding[] = [];
  let [compared, inFlight] = [0, 0];
  for (const found of cases.all()) {
    if (since !== undefined && newestAtOf(found) < since) continue;
    const verdict = compare(found, epochMs(now - quiet));
    totals.add(found, verdict);
    findings.push(...verdict.findings);
    if (verdict.inFlight) inFlight += 1;
    else compared += 1;
  }
  return { compared, inFlight, totals: totals.rows(), findings: byName(findings) };
}

describe('audit', () => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))('random records, seed %i -> the report that judging each payment in full gives', async (seed) => {
    const mix = new Mix(seed);
    for (let n = 0; n < 200; n += 1) mix.add(keyOf(n % 3 === 0 ? 'market' : 'shop', `order-${n}`));
    const records = mix.shuffle();
    for (const options of [{ quietMs }, { quietMs: 0 }, { quietMs, since: epochMs(6_000_000) }]) expect(await audited(records, options)).toEqual(judgedInFull(records, options));
  });

  test('two payments whose hashes are the same -> each is judged by its own entries', async () => {
    const [one, two] = [keyOf('shop', 'h7biax'), keyOf('shop', 'kf493')];
    expect(hashOf(one)).toBe(hashOf(two));
    for (let seed = 0; seed < 100; seed += 1) {
      const mix = new Mix(seed);
      for (const key of [one, two]) mix.add(key);
      const records = mix.shuffle();
      expect(await audited(records, { quietMs })).toEqual(judgedInFull(records, { quietMs }));
    }
  });
});
