// Walks everything that is not known to be in this epoch's ledger: marks what has its row, settles what has
// not. It is the safety net of every lost hint and, after a failover, the replay. There is no time window:
// a watermark would lose what a stalled index or a lagging standby hid.
import { keyText } from '../domain/payment/payment.ts';
import { refundsOf } from '../domain/refund/refund.ts';
import type { RefundId } from '../domain/refund/refund.ts';
import { epochOf, maySettle } from '../domain/region/epoch.ts';
import type { EpochRecord } from '../domain/region/epoch.ts';
import type { LedgerSnapshot } from '../ports/ledger.ts';
import { WORK_SHARDS } from '../ports/work-index.ts';
import type { WorkEntry, WorkIndex } from '../ports/work-index.ts';
import type { SettlePorts } from './decide-payment.ts';
import { inParallel } from './in-parallel.ts';
import { markPosted, settleUnder } from './settle-payments.ts';
import type { MarkResult } from './settle-payments.ts';
import { scanOfWork, walkOfWork } from './work-pages.ts';
import type { FoundWork, PageOfWork } from './work-pages.ts';

export type ReconcilePorts = SettlePorts & { readonly workIndex: WorkIndex };

export interface ReconcilePolicy {
  /** A payment younger than this, accepted under this epoch, still has its hint on the way. */
  readonly graceMs: number;
  /**
   * Most payments settled in one pass, and as many restored: new payments keep their share of the acquirer and the
   * ledger, and what waits for the acquirer keeps out nothing whose outcome has been told.
   */
  readonly settleMax: number;
  /**
   * How far from the shard where others start at this moment: two passes that go the same way at the same time settle
   * everything twice, and one that comes where the other has been finds it done.
   */
  readonly shardsAhead?: number;
  /** Nothing but the backlog is looked at: where more is accepted than is settled, a pass over all of it would be lost in what is new. */
  readonly backlogOnly?: boolean;
}

export interface ReconcilePass {
  /** `idle`: not the active, open region. `fenced`: the ledger is not this epoch's primary. */
  readonly code: 'idle' | 'fenced' | 'walked';
  readonly marked: number;
  readonly settled: number;
  /** Absent from the ledger, or a refund of it is, and not settled in this pass. Of a long backlog only what was looked at. */
  readonly waiting: number;
  /**
   * Accepted before this epoch opened and, after this pass, still not known to be in its ledger: the replay is done
   * when none is left. What needs nobody is not counted: posted meanwhile, or set aside under this epoch, for a person.
   * Of a long backlog it is one more than was looked at.
   */
  readonly backlog: number;
}

const emptyPass = (code: ReconcilePass['code']): ReconcilePass => ({ code, marked: 0, settled: 0, waiting: 0, backlog: 0 });

/** Small enough that new payments interleave with a long backlog. */
const BATCH = 25;
/** While one is posted, another is decided; a third would only wait for the same ledger and add to what the acquirer is asked at a time. */
const BATCHES_AT_ONCE = 2;
const PARALLEL_MAX = 8;
/** Most marks of one pass: at 0.1 s each they take ten minutes, so that the pass still settles before its process is ended. */
const MARKS_MAX = 50_000;
/**
 * How much more a pass looks at than it may settle. Each pass over a backlog of a million would look at all of it again:
 * a replay of twice the length would take four times as long.
 */
const SKIPPED_MAX = 2_000;

/** One pass over the work index (`index`) or over the whole journal, strongly (`scan`). Throws PortFault when the index or the ledger cannot be read. */
export async function reconcile(ports: ReconcilePorts, policy: ReconcilePolicy, over: 'index' | 'scan' = 'index'): Promise<ReconcilePass> {
  const record = await ports.epochs.read();
  if (!maySettle(record, ports.region)) return emptyPass('idle');
  // The fence, the presence of rows and therefore every mark below belong to the epoch read before them.
  const found = await ports.ledger.withSnapshot((snapshot) => sort(ports, { record, policy, over, snapshot }));
  if (!found) return emptyPass('fenced');
  // What was told before comes back before anything new is charged.
  const finished = [...(await settleAbsent(ports, record, found.restore)), ...(await settleAbsent(ports, record, found.settle))];
  const settled = finished.filter((entry) => entry.result === 'settled').length;
  if (found.marked + settled > 0) ports.log.info('reconciled', { epoch: record.epoch, over, marked: found.marked, settled });
  ports.metrics.count('ReconcileMarked', found.marked);
  ports.metrics.count('ReconcileSettled', settled);
  return { code: 'walked', marked: found.marked, settled, waiting: found.skipped + found.restore.length + found.settle.length - finished.length, backlog: found.backlog - finished.filter((entry) => entry.isBacklog).length };
}

interface Pass {
  readonly record: EpochRecord;
  readonly policy: ReconcilePolicy;
  readonly over: 'index' | 'scan';
  readonly snapshot: LedgerSnapshot;
}

interface AbsentWork extends WorkEntry {
  /** Counted as such. */
  readonly isBacklog: boolean;
}

interface Sorted {
  /** Posted under an earlier epoch: its decision is made and told, and only the row is lost. */
  readonly restore: AbsentWork[];
  readonly settle: AbsentWork[];
  marked: number;
  skipped: number;
  backlog: number;
}

/** Sorts all work by one snapshot, or as much of it as there is use for. */
async function sort(ports: ReconcilePorts, pass: Pass): Promise<Sorted | undefined> {
  const { record, snapshot, policy } = pass;
  if (snapshot.inRecovery || snapshot.fence !== record.epoch) return undefined;
  const sorted: Sorted = { restore: [], settle: [], marked: 0, skipped: 0, backlog: 0 };
  if (pass.over === 'scan') {
    if (!(await sortPages(ports, pass, { pages: scanOfWork(ports.workIndex, record.epoch), sorted, skippedMax: Infinity }))) sorted.backlog += 1;
    return sorted;
  }
  const wanted = { posted: 'below', epoch: record.epoch, firstShard: shardToStartFrom(ports, policy) } as const;
  const isWhole = await sortPages(ports, pass, { pages: walkOfWork(ports.workIndex, wanted), sorted, skippedMax: SKIPPED_MAX });
  if (isWhole) return sorted;
  // What was not walked may hold anything.
  sorted.backlog += 1;
  // In each shard what was never posted comes first, and may be all that the walk came to.
  if (sorted.marked < MARKS_MAX) await sortPages(ports, pass, { pages: walkOfWork(ports.workIndex, { ...wanted, from: epochOf(1) }), sorted, skippedMax: sorted.skipped + SKIPPED_MAX });
  return sorted;
}

interface Sorting {
  readonly pages: AsyncIterable<PageOfWork>;
  readonly sorted: Sorted;
  readonly skippedMax: number;
}

/** False when it ended early. */
async function sortPages(ports: ReconcilePorts, pass: Pass, { pages, sorted, skippedMax }: Sorting): Promise<boolean> {
  const { record, snapshot, policy } = pass;
  const known = new Set(sorted.restore.map((entry) => keyText(entry.key)));
  for await (const page of pages) {
    const entries = page.filter((entry) => !known.has(keyText(entry.key)) && (!policy.backlogOnly || isBacklog(entry, record)));
    const present = await snapshot.present(entries.map((entry) => entry.key));
    const there = entries.filter((entry) => present.has(keyText(entry.key)));
    const marks = await inParallel(there, PARALLEL_MAX, (entry) => markPosted(ports, record.epoch, { ...entry, refunds: present.get(keyText(entry.key)) ?? [] }));
    const withMark = (mark: MarkResult) => new Set(there.filter((_, i) => marks[i] === mark).map((entry) => keyText(entry.key)));
    // An index that lags shows what is marked already; marking it again changes nothing, and it is no backlog.
    const [done, unknown] = [withMark('marked'), withMark('unknown')];
    sorted.marked += done.size;
    for (const { payment, ...entry } of entries) {
      const text = keyText(entry.key);
      if (done.has(text)) continue;
      const counts = isBacklog(entry, record) && (unknown.has(text) || !lacksOnlyNew(payment, present.get(text), record));
      if (counts) sorted.backlog += 1;
      if (unknown.has(text) || isInGrace(ports, entry, pass)) continue;
      const list = entry.postedEpoch > 0 ? sorted.restore : sorted.settle;
      if (list.length >= policy.settleMax) sorted.skipped += 1;
      else list.push({ ...entry, isBacklog: counts });
    }
    if (sorted.marked >= MARKS_MAX || sorted.skipped >= skippedMax) return false;
  }
  return true;
}

/** Elsewhere each time: what cannot be settled now, more of it than a pass may settle, must not keep the rest out. */
const shardToStartFrom = (ports: ReconcilePorts, { shardsAhead = 0 }: ReconcilePolicy): number => (Math.floor(Math.abs(ports.clock.now()) / 1000) + shardsAhead) % WORK_SHARDS;

const isBacklog = (entry: WorkEntry, record: EpochRecord): boolean => entry.postedEpoch > 0 || entry.acceptedAt < record.at;

/**
 * Its row is there, and all of its refunds but some that were accepted under this epoch and are not told: nothing of it
 * is from before. Otherwise a move would never be healed where old payments are refunded all the time.
 */
const lacksOnlyNew = (payment: FoundWork['payment'], rows: readonly RefundId[] | undefined, record: EpochRecord): boolean =>
  payment !== undefined && rows !== undefined && refundsOf(payment).every((refund) => rows.includes(refund.refundId) || (!refund.posted && refund.acceptedAt >= record.at));

/** Its hint is likely alive: it was accepted moments ago, and not before this epoch opened, when the hint may have died with a region. */
const isInGrace = (ports: ReconcilePorts, entry: WorkEntry, { record, policy }: Pass): boolean =>
  !isBacklog(entry, record) && ports.clock.now() - entry.acceptedAt < policy.graceMs;

interface Finished extends AbsentWork {
  readonly result: 'settled' | 'dropped';
}

/** Those that need nobody any more. */
async function settleAbsent(ports: ReconcilePorts, record: EpochRecord, absent: readonly AbsentWork[]): Promise<readonly Finished[]> {
  const batches = Array.from({ length: Math.ceil(absent.length / BATCH) }, (_, i) => absent.slice(i * BATCH, (i + 1) * BATCH));
  const finished = await inParallel(batches, BATCHES_AT_ONCE, async (batch) => {
    const results = await settleUnder(ports, record.epoch, batch.map((entry) => entry.key));
    return batch.flatMap((entry): readonly Finished[] => {
      const result = results.get(keyText(entry.key));
      return result === 'settled' || result === 'dropped' ? [{ ...entry, result }] : [];
    });
  });
  return finished.flat();
}
