// Compares journal, ledger and acquirer, payment by payment, in bounded memory: each record is streamed into partitions
// by payment, and the partitions are compared one after the other.
// Invariant: a finding was read twice, the second time strongly and alone; nothing that may still change by itself is one.
// It changes nothing.
import type { Agreement } from '../domain/audit/agreement.ts';
import { caseOf, Cases, compare, newestAtOf } from '../domain/audit/compare.ts';
import type { AuditCase, Finding } from '../domain/audit/compare.ts';
import { journalEntry } from '../domain/audit/entries.ts';
import type { AuditEntry } from '../domain/audit/entries.ts';
import { Totals } from '../domain/audit/totals.ts';
import type { TotalsRow } from '../domain/audit/totals.ts';
import type { PaymentKey } from '../domain/payment/payment.ts';
import type { EpochRecord } from '../domain/region/epoch.ts';
import { epochMs } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { ChargeReport, LedgerReport, PageRequest, ReportPage, Spool } from '../ports/audit-reports.ts';
import type { Clock } from '../ports/clock.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { WorkIndex } from '../ports/work-index.ts';
import { AUDIT_PARTITIONS, Partitions } from './audit-partitions.ts';
import { repeat } from './repeat.ts';

export interface AuditPorts {
  readonly epochs: EpochRegister;
  readonly journal: Journal;
  readonly workIndex: Pick<WorkIndex, 'scan'>;
  /** Of the active region's ledger. */
  readonly ledger: LedgerReport;
  readonly acquirer: ChargeReport;
  readonly spool: Spool;
  readonly clock: Clock;
  progress(step: AuditProgress): void;
}

export interface AuditProgress {
  readonly doing: 'journal' | 'ledger' | 'acquirer' | 'compare' | 'look again';
  readonly done: number;
}

export interface AuditOptions {
  /** Only payments that changed at or after this. */
  readonly since?: EpochMs;
  /** What changed this recently is in flight. */
  readonly quietMs: number;
}

export interface AuditReport {
  readonly epoch: EpochRecord;
  readonly startedAt: EpochMs;
  /** Entries read from each record. */
  readonly read: { readonly journal: number; readonly ledger: number; readonly acquirer: number };
  readonly compared: number;
  readonly inFlight: number;
  readonly totals: readonly TotalsRow[];
  /** At most FINDINGS_MAX of them. */
  readonly findings: readonly Finding[];
  /** How many suspects were beyond that and were only counted. */
  readonly findingsLeftOut: number;
}

export type AuditResult =
  | { readonly code: 'audited'; readonly report: AuditReport }
  /** The active region changed, or is changing: what was read belongs to two ledgers. */
  | { readonly code: 'moving' };

/** A minute is longer than anything takes that is not stuck, and than a replica of a report is behind. */
export const AUDIT_QUIET_MS = 60_000;
const PAGE = 1000;
/** More than this needs somebody to find the one cause, not a longer list. */
export const FINDINGS_MAX = 10_000;
/** A scan of an hour must not end at one lost answer. */
const patientTries = { tries: 6, pauseMs: 100 };
const PROGRESS_EVERY = 10_000;

/** Throws PortFault when a record cannot be read. */
export async function audit(ports: AuditPorts, options: AuditOptions): Promise<AuditResult> {
  const epoch = await ports.epochs.read();
  if (epoch.phase !== 'open') return { code: 'moving' };
  const startedAt = ports.clock.now();
  const partitions = new Partitions(ports.spool);
  const read = await putAsideAll(ports, epoch, partitions);
  const compared = await compareAll(ports, partitions, { ...options, quietBefore: epochMs(startedAt - options.quietMs) });
  const findings = await lookAgain(ports, epoch, { suspects: compared.suspects, quietMs: options.quietMs });
  const after = await ports.epochs.read();
  if (after.epoch !== epoch.epoch || after.phase !== 'open') return { code: 'moving' };
  const { suspects: _suspects, ...counts } = compared;
  return { code: 'audited', report: { epoch, startedAt, read: read.counts, ...counts, findings: [...read.unreadable, ...findings] } };
}

interface PutAside {
  readonly counts: AuditReport['read'];
  readonly unreadable: readonly Finding[];
}

async function putAsideAll(ports: AuditPorts, epoch: EpochRecord, partitions: Partitions): Promise<PutAside> {
  const unreadable: Finding[] = [];
  // The journal first and the acquirer last would miss a decision between them; what changed since the start is left out.
  const journal = await putAside(ports, { doing: 'journal', partitions }, async (request) => {
    const page = await ports.workIndex.scan(request);
    for (const key of page.unreadable ?? []) unreadable.push({ ...key, code: 'unreadable', detail: 'the journal\'s item is damaged or of a later version' });
    return { entries: page.payments.map((payment) => journalEntry(payment, epoch.epoch)), ...(page.cursor !== undefined && { cursor: page.cursor }) };
  });
  const ledger = await putAside(ports, { doing: 'ledger', partitions }, (request) => ports.ledger.page(request));
  const acquirer = await putAside(ports, { doing: 'acquirer', partitions }, (request) => ports.acquirer.page(request));
  return { counts: { journal, ledger, acquirer }, unreadable };
}

interface From {
  readonly doing: 'journal' | 'ledger' | 'acquirer';
  readonly partitions: Partitions;
}

async function putAside(ports: AuditPorts, { doing, partitions }: From, read: (request: PageRequest) => Promise<ReportPage<AuditEntry>>): Promise<number> {
  let [count, told] = [0, 0];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const request = { limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const page = await repeat(ports.clock, () => read(request), patientTries);
    for (const entry of page.entries) {
      const adding = partitions.add(entry);
      if (adding) await adding;
    }
    count += page.entries.length;
    if (count - told >= PROGRESS_EVERY) ports.progress({ doing, done: (told = count) });
    ({ cursor } = page);
  }
  ports.progress({ doing, done: count });
  return count;
}

interface Compared extends Pick<AuditReport, 'compared' | 'inFlight' | 'totals' | 'findingsLeftOut'> {
  readonly suspects: readonly PaymentKey[];
}

async function compareAll(ports: AuditPorts, partitions: Partitions, { since, quietBefore }: AuditOptions & { readonly quietBefore: EpochMs }): Promise<Compared> {
  const totals = new Totals();
  const suspects: PaymentKey[] = [];
  let [compared, inFlight, findingsLeftOut] = [0, 0, 0];
  for (let partition = 0; partition < AUDIT_PARTITIONS; partition += 1) {
    const found = await partitions.read(partition);
    for (const { amount, newestAt } of found.agreed()) {
      if (since !== undefined && newestAt < since) continue;
      const isInFlight = newestAt > quietBefore;
      totals.addAgreed(amount, isInFlight);
      if (isInFlight) inFlight += 1;
      else compared += 1;
    }
    for (const other of casesOf(found)) {
      if (since !== undefined && newestAtOf(other) < since) continue;
      const verdict = compare(other, quietBefore);
      totals.add(other, verdict);
      if (verdict.inFlight) inFlight += 1;
      else compared += 1;
      if (verdict.findings.length === 0) continue;
      if (suspects.length < FINDINGS_MAX) suspects.push({ merchantId: other.merchantId, transactionId: other.transactionId });
      else findingsLeftOut += 1;
    }
    if (partition % 32 === 31) ports.progress({ doing: 'compare', done: compared + inFlight });
  }
  return { compared, inFlight, totals: totals.rows(), suspects, findingsLeftOut };
}

function casesOf(found: Agreement): Iterable<AuditCase> {
  const cases = new Cases();
  for (const entry of found.others()) cases.add(entry);
  return cases.all();
}

/** Reads each suspect anew, from all three at about one instant: what was only seen half-way is no finding. */
async function lookAgain(ports: AuditPorts, epoch: EpochRecord, { suspects, quietMs }: { readonly suspects: readonly PaymentKey[]; readonly quietMs: number }): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [i, key] of suspects.entries()) {
    const found = await readCase(ports, epoch, key);
    if (found) findings.push(...compare(found, epochMs(ports.clock.now() - quietMs)).findings);
    if (i % 100 === 99) ports.progress({ doing: 'look again', done: i + 1 });
  }
  return findings;
}

/** All that the three say of one payment now. Undefined: the journal's item cannot be read, which is a finding of its own. */
export async function readCase(ports: Omit<AuditPorts, 'spool' | 'workIndex' | 'progress' | 'epochs'>, epoch: EpochRecord, key: PaymentKey): Promise<AuditCase | undefined> {
  const ask = <T>(call: () => Promise<T>): Promise<T> => repeat(ports.clock, call, patientTries);
  try {
    // The journal last: it decides, and so a row or a charge read before it can only be older.
    const charges = await ask(() => ports.acquirer.of(key));
    const ledger = await ask(() => ports.ledger.of(key));
    const payment = await ask(() => ports.journal.read(key));
    return caseOf(key, [...charges, ...(ledger ? [ledger] : []), ...(payment ? [journalEntry(payment, epoch.epoch)] : [])]);
  } catch (error) {
    if (isPortFault(error) && !error.retryable && error.port === 'journal') return undefined;
    throw error;
  }
}
