/**
 * One audit in a process of its own, so that its memory is its own: so many settled payments, generated, compared three
 * ways. argv[2]: `{payments, folder}` as JSON. Says how long it took, less the making of the records, and
 * the most memory it held.
 */
import { FileSpool, systemClock } from '@understudy/adapters/system';
import { audit, epochMs, epochOf, firstEpochRecord } from '@understudy/core';
import type { ChargeEntry, LedgerEntry, PageRequest, Payment, ReportPage } from '@understudy/core';
import { decidedAt, keyAt } from './payments.ts';

export interface AuditConfiguration {
  readonly payments: number;
  readonly folder: string;
}

export interface Audited {
  readonly event: 'audited';
  readonly seconds: number;
  readonly residentMaxMb: number;
}

const { payments, folder } = JSON.parse(process.argv[2] ?? '') as AuditConfiguration;
const PREFIX = 'audit';
/** As an audit asks for them. */
const PAGE = 1000;

const settled = (n: number): Payment => ({ ...decidedAt(keyAt(PREFIX, n), n), postedEpoch: epochOf(1), inWork: false });

/** Each record has an order of its own. A step that has no factor in common with their number meets every payment once. */
async function page<T>({ limit, cursor }: PageRequest, step: number, make: (n: number) => T): Promise<ReportPage<T>> {
  const from = Number(cursor ?? 0);
  const to = Math.min(payments, from + limit);
  return { entries: Array.from({ length: to - from }, (_, i) => make(((from + i) * step) % payments)), ...(to < payments && { cursor: String(to) }) };
}

function ledgerEntry(n: number): LedgerEntry {
  const { acceptance, decision, ...key } = decidedAt(keyAt(PREFIX, n), n);
  return { side: 'ledger', merchantId: key.merchantId, transactionId: key.transactionId, row: { amount: acceptance.amount, outcome: decision.outcome, reference: decision.acquirerReference ?? '' }, refunds: [], balanced: true, newestAt: decision.decidedAt };
}

function chargeEntry(n: number): ChargeEntry {
  const { acceptance, decision, ...key } = decidedAt(keyAt(PREFIX, n), n);
  return { side: 'acquirer', merchantId: key.merchantId, transactionId: key.transactionId, reference: decision.acquirerReference ?? '', amount: acceptance.amount, outcome: 'approved', voided: false, refundedMinor: 0n as ChargeEntry['refundedMinor'], live: true, newestAt: decision.decidedAt };
}

const sources = {
  journal: (request: PageRequest) => page(request, 1, settled),
  ledger: (request: PageRequest) => page(request, 7919, ledgerEntry),
  acquirer: (request: PageRequest) => page(request, 104_729, chargeEntry),
};

/**
 * How long making the records takes, which is no part of an audit. In turns: if entries of one kind alone fill the heap
 * when they are first made, V8 takes them for long-lived ones, and what it then leaves lying about is counted as ours.
 */
async function makingMs(): Promise<number> {
  const startedAt = performance.now();
  for (let from = 0; from < payments; from += PAGE) for (const source of Object.values(sources)) await source({ limit: PAGE, cursor: String(from) });
  return performance.now() - startedAt;
}

const record = firstEpochRecord('us-east-1', epochMs(0));
// Once before it counts: what an audit asks for is made by code that was compiled long ago.
await makingMs();
const making = await makingMs();
const startedAt = performance.now();
const result = await audit({
  epochs: { read: async () => record, compareAndSet: async () => ({ won: false, record }), initialise: async () => undefined },
  journal: { read: async () => undefined } as unknown as Parameters<typeof audit>[0]['journal'],
  workIndex: {
    scan: async (request) => {
      const { entries, ...rest } = await sources.journal(request);
      return { payments: entries, ...rest };
    },
  },
  ledger: { page: sources.ledger, of: async () => undefined },
  acquirer: { page: sources.acquirer, of: async () => [] },
  spool: new FileSpool(folder),
  clock: systemClock,
  progress: () => undefined,
}, { quietMs: 60_000 });
if (result.code !== 'audited' || result.report.compared !== payments || result.report.findings.length > 0) throw new Error(`not all was compared: ${JSON.stringify(result).slice(0, 500)}`);
process.send?.({ event: 'ready', seconds: (performance.now() - startedAt - making) / 1000, residentMaxMb: process.resourceUsage().maxRSS / 1024 });
process.disconnect();
