// The promises of what an audit reads and writes: nothing is left out, and each page goes on where the last one ended.
import { assert } from '../../support/assert.ts';
import type { AuditEntry, ChargeEntry, LedgerEntry } from '../../domain/audit/entries.ts';
import { minorUnits } from '../../domain/money/money.ts';
import { keyText } from '../../domain/payment/payment.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { epochMs } from '../../domain/time.ts';
import type { Acquirer } from '../acquirer.ts';
import type { ChargeReport, LedgerReport, PageRequest, ReportPage, Spool } from '../audit-reports.ts';
import type { Digest } from '../digest.ts';
import type { Ledger } from '../ledger.ts';
import type { Operation, OperationLog } from '../operation-log.ts';
import type { ContractCase } from './contract.ts';
import { decided } from './ledger-samples.ts';
import { approval, cancellation, paymentKey } from './payment-samples.ts';
import { casesOf } from './with-fixture.ts';

export interface LedgerReportFixture {
  /** With its fence at 1 and no payment. */
  readonly ledger: Ledger;
  readonly report: LedgerReport;
  readonly close: () => Promise<void>;
}

export interface ChargeReportFixture {
  readonly acquirer: Acquirer;
  readonly report: ChargeReport;
  readonly digest: Digest;
  /** The acquirer forgets every key so far. */
  readonly forgetKeys: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** In pages of this size: what is read must not depend on it. */
async function allOf<Entry extends AuditEntry>(page: (request: PageRequest) => Promise<ReportPage<Entry>>, limit: number): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const found = await page({ limit, ...(cursor !== undefined && { cursor }) });
    entries.push(...found.entries);
    ({ cursor } = found);
  }
  return entries;
}

const namesOf = (entries: readonly AuditEntry[]): string => entries.map(keyText).toSorted().join(' ');

const ledgerCases: Readonly<Record<string, (fixture: LedgerReportFixture) => Promise<void>>> = {
  'empty books -> no entry, and no more pages': async ({ report }) => {
    const page = await report.page({ limit: 10 });
    assert(page.entries.length === 0 && page.cursor === undefined, 'there is nothing');
  },
  'seven payments of two merchants in pages of three -> each once, balanced': async ({ ledger, report }) => {
    const payments = ['a', 'b', 'c', 'd'].map((id) => decided(id)).concat(['a', 'b', 'z'].map((id) => decided(id, { merchant: 'market' })));
    await ledger.post(epochOf(1), payments);
    for (const limit of [1, 3, 7, 100]) {
      const entries = await allOf<LedgerEntry>((request) => report.page(request), limit);
      assert(namesOf(entries) === payments.map(keyText).toSorted().join(' '), `each is there once in pages of ${limit}`);
      assert(entries.every((entry) => entry.balanced), 'all are balanced');
    }
  },
  'a payment by its key -> what its row says; one that is not there -> undefined': async ({ ledger, report }) => {
    const payment = decided('a', { decision: approval('ch_a') });
    await ledger.post(epochOf(1), [payment]);
    const entry = await report.of(payment);
    assert(entry?.row?.amount.minor === payment.acceptance.amount.minor && entry.row.outcome === 'processed', 'the amount and the outcome are those decided');
    assert(entry.row.reference === payment.decision.acquirerReference && entry.balanced, 'the charge is named and the postings balance');
    assert((await report.of(paymentKey('b'))) === undefined, 'there is no other');
  },
  'a cancelled payment -> a row without postings, which is balanced': async ({ ledger, report }) => {
    const payment = decided('a', { decision: cancellation });
    await ledger.post(epochOf(1), [payment]);
    const entry = await report.of(payment);
    assert(entry?.row?.outcome === 'cancelled' && entry.balanced, 'nothing was to be posted');
  },
};

const chargeCases: Readonly<Record<string, (fixture: ChargeReportFixture) => Promise<void>>> = {
  'no charge -> no entry': async ({ report }) => {
    assert((await allOf<ChargeEntry>((request) => report.page(request), 10)).length === 0, 'there is nothing');
  },
  'charges on both sides in small pages -> each once, with its side': async ({ acquirer, report, digest }) => {
    const keys = ['a', 'b', 'c', 'd', 'e'].map((id) => paymentKey(id));
    for (const [i, key] of keys.entries()) await acquirer.charge(requestOf(key, digest, i % 2 === 0));
    for (const limit of [1, 2, 100]) {
      const entries = await allOf<ChargeEntry>((request) => report.page(request), limit);
      assert(namesOf(entries) === keys.map(keyText).toSorted().join(' '), `each is there once in pages of ${limit}`);
      assert(entries.filter((entry) => entry.live).length === 3, 'each says its side');
    }
  },
  'a charge that was given back -> says so': async ({ acquirer, report, digest }) => {
    const key = paymentKey('a');
    const answer = await acquirer.charge(requestOf(key, digest, true));
    assert(answer.code === 'approved', 'the charge is approved');
    const [before] = await report.of(key);
    await acquirer.void({ ...key, live: true }, answer.reference);
    const [after] = await report.of(key);
    assert(before?.voided === false && after?.voided === true && after.reference === answer.reference, 'it was standing, and is not any more');
    assert(after.amount.minor === 1250n && after.amount.currency === 'EUR', 'its amount is exact');
  },
  'two charges of one payment, after the key was forgotten -> two entries': async ({ acquirer, report, digest, forgetKeys }) => {
    const key = paymentKey('a');
    await acquirer.charge(requestOf(key, digest, true));
    await forgetKeys();
    await acquirer.charge(requestOf(key, digest, true));
    assert((await report.of(key)).length === 2, 'both are known of the payment');
    const entries = await allOf<ChargeEntry>((request) => report.page(request), 1);
    assert(new Set(entries.map((entry) => entry.reference)).size === 2, 'both are in the report, by different references');
    assert((await report.of(paymentKey('b'))).length === 0, 'another payment has none');
  },
};

const requestOf = (key: ReturnType<typeof paymentKey>, digest: Digest, live: boolean) =>
  ({ ...key, idempotencyKey: digest(keyText(key)), amount: { minor: minorUnits(1250n), currency: 'EUR' }, live });

const operation = (at: number, change: Partial<Operation> = {}): Operation => ({ at: epochMs(at), by: 'operator', what: 'redrive', subject: 'payment:shop:a', ...change });

const operationCases: Readonly<Record<string, (fixture: { readonly operations: OperationLog; readonly close: () => Promise<void> }) => Promise<void>>> = {
  'operations -> listed newest first, no more than asked for': async ({ operations }) => {
    for (const at of [2000, 1000, 3000]) await operations.append(operation(at));
    assert((await operations.list(2)).map((each) => each.at).join(' ') === '3000 2000', 'the newest two');
  },
  'an operation -> read back equal, with its reason and without': async ({ operations }) => {
    await operations.append(operation(1000));
    await operations.append(operation(2000, { what: 'discard', reason: 'a test of ours' }));
    const [newest, oldest] = await operations.list(10);
    assert(newest?.reason === 'a test of ours' && newest.what === 'discard', 'the reason is kept');
    assert(oldest !== undefined && !('reason' in oldest) && oldest.by === 'operator' && oldest.subject === 'payment:shop:a', 'without one there is none');
  },
  'two operations of one instant -> both': async ({ operations }) => {
    await operations.append(operation(1000));
    await operations.append(operation(1000));
    assert((await operations.list(10)).length === 2, 'neither hides the other');
  },
};

const spoolCases: Readonly<Record<string, (fixture: { readonly spool: Spool; readonly close: () => Promise<void> }) => Promise<void>>> = {
  'bytes of three partitions -> each in its own, in order; none in another': async ({ spool }) => {
    const bytes = new Uint8Array(1000);
    for (let i = 0; i < 300; i += 1) await spool.append(i % 3, bytes.fill(i % 256));
    for (const partition of [0, 1, 2]) {
      const read = await spool.read(partition);
      assert(read.length === 100_000 && read.every((byte, at) => byte === (partition + 3 * Math.floor(at / 1000)) % 256), 'a third of all bytes is here, as they were when they were appended');
    }
    assert((await spool.read(3)).length === 0, 'nothing was appended here');
  },
  'partitions of several sizes, the small one read first -> each whole': async ({ spool }) => {
    for (const [partition, size] of [[1, 10], [2, 5000], [3, 100]] as const) await spool.append(partition, new Uint8Array(size).fill(partition));
    for (const [partition, size] of [[1, 10], [2, 5000], [3, 100]] as const) {
      const read = await spool.read(partition);
      assert(read.length === size && read.every((byte) => byte === partition), `all ${size} bytes are here`);
    }
  },
};

export const ledgerReportContract = (make: () => Promise<LedgerReportFixture>): readonly ContractCase[] => casesOf(make, ledgerCases);
export const chargeReportContract = (make: () => Promise<ChargeReportFixture>): readonly ContractCase[] => casesOf(make, chargeCases);
export const operationLogContract = (make: () => Promise<{ readonly operations: OperationLog; readonly close: () => Promise<void> }>): readonly ContractCase[] => casesOf(make, operationCases);
export const spoolContract = (make: () => Promise<{ readonly spool: Spool; readonly close: () => Promise<void> }>): readonly ContractCase[] => casesOf(make, spoolCases);
