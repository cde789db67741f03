// The two ways to read what is still in work: through the index (cheap, eventual) or by scanning the journal
// (strong, complete, as costly as the table).
import { epochOf } from '../domain/region/epoch.ts';
import type { Epoch, EpochRecord } from '../domain/region/epoch.ts';
import type { Payment, PaymentKey } from '../domain/payment/payment.ts';
import { isInBooks, isSetAside } from '../domain/payment/settle-step.ts';
import { hasWaitingRefund, refundsOf } from '../domain/refund/refund.ts';
import { epochMs } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import { WORK_SHARDS } from '../ports/work-index.ts';
import type { WorkEntry, WorkIndex } from '../ports/work-index.ts';
import { inParallel } from './in-parallel.ts';

export interface FoundWork extends WorkEntry {
  /** As a scan read it; an index shows no more than the entry. */
  readonly payment?: Payment;
}

export type PageOfWork = readonly FoundWork[];

/**
 * One `present` question to the ledger a page, and as many marks or confirmations before the next one: the ledger ends
 * a snapshot that idles for a minute.
 */
const PAGE = 500;
/** Shards read at once. */
const SHARDS_AT_ONCE = 8;
/** Up to so many entries are read whole: of their size that costs no more than one small read of each shard, which would be many requests. */
const WHOLE_MAX = 2000;

export interface WantedWork {
  readonly posted: 'below' | 'equal';
  readonly epoch: Epoch;
  /** With `below`: not those of an earlier epoch than this. */
  readonly from?: Epoch;
  /** Where the walk through all shards begins; 0 when absent. */
  readonly firstShard?: number;
}

export async function* walkOfWork(index: WorkIndex, wanted: WantedWork): AsyncGenerator<PageOfWork> {
  const all = await index.all(WHOLE_MAX);
  if (!all) return yield* walkOfShards(index, wanted);
  const found = turned(all.filter((entry) => isWanted(entry, wanted)).toSorted(asInShard), (wanted.firstShard ?? 0) / WORK_SHARDS);
  yield* pagesOf(found);
}

function* pagesOf(entries: readonly WorkEntry[]): Generator<PageOfWork> {
  for (let start = 0; start < entries.length; start += PAGE) yield entries.slice(start, start + PAGE);
}

const isWanted = ({ postedEpoch }: WorkEntry, { posted, epoch, from = epochOf(0) }: WantedWork): boolean =>
  (posted === 'equal' ? postedEpoch === epoch : postedEpoch >= from && postedEpoch < epoch);

const asInShard = (a: WorkEntry, b: WorkEntry): number => a.postedEpoch - b.postedEpoch || a.acceptedAt - b.acceptedAt;

/** Begins at that share of it, as a walk through the shards begins at one of them. */
const turned = <T>(entries: readonly T[], share: number): readonly T[] => {
  const first = Math.floor(share * entries.length);
  return [...entries.slice(first), ...entries.slice(0, first)];
};

async function* walkOfShards(index: WorkIndex, { firstShard = 0, ...wanted }: WantedWork): AsyncGenerator<PageOfWork> {
  for (let first = 0; first < WORK_SHARDS; first += SHARDS_AT_ONCE) {
    const shards = Array.from({ length: Math.min(SHARDS_AT_ONCE, WORK_SHARDS - first) }, (_, i) => (firstShard + first + i) % WORK_SHARDS);
    const heads = await inParallel(shards, SHARDS_AT_ONCE, (shard) => index.query({ ...wanted, shard, limit: PAGE }));
    const entries = heads.flatMap((head) => head.entries);
    yield* pagesOf(entries);
    for (const [i, head] of heads.entries()) {
      for (let cursor = head.cursor; cursor !== undefined; ) {
        const page = await index.query({ ...wanted, shard: shards[i] ?? 0, limit: PAGE, cursor });
        if (page.entries.length > 0) yield page.entries;
        cursor = page.cursor;
      }
    }
  }
}

/**
 * Everything that this epoch's ledger is not known to hold, whether or not an index shows it. A page in which nothing
 * is missing is given as well, empty: most pages of a large journal are, and whoever walks keeps a snapshot awake.
 */
export async function* scanOfWork(index: WorkIndex, epoch: Epoch): AsyncGenerator<PageOfWork> {
  let cursor: string | undefined;
  do {
    const page = await index.scan({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    yield [...page.payments.filter((payment) => isMissing(payment, epoch)).map((payment) => entryOf(payment, epoch)), ...(page.unreadable ?? []).map(unknownEntry)];
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** In work and not all in the books of this epoch, nor set aside under it; or, which should never be, out of work without all of it ever having been posted. */
const isMissing = (payment: Payment, epoch: Epoch): boolean =>
  payment.acceptance !== undefined && !isSetAside(payment, epoch) && (payment.inWork ? !isInBooks(payment, epoch) : payment.postedEpoch === 0 || hasWaitingRefund(payment));

/** Nothing is known of it, so it counts as waiting since ever: it is looked at, and no move is healed while it is there. */
const unknownEntry = (key: PaymentKey): WorkEntry => ({ key, postedEpoch: epochOf(0), acceptedAt: 0 as EpochMs });

/** As the index would show it. Beside a row that an earlier ledger may have lost, a refund that waits is nothing new. */
function entryOf(payment: Payment, epoch: Epoch): FoundWork {
  const key = { merchantId: payment.merchantId, transactionId: payment.transactionId };
  const waitsSince = Math.min(...refundsOf(payment).filter((refund) => !refund.posted).map((refund) => refund.acceptedAt));
  if (payment.postedEpoch >= epoch) return { key, payment, postedEpoch: epochOf(0), acceptedAt: epochMs(waitsSince) };
  return { key, payment, postedEpoch: payment.postedEpoch, acceptedAt: payment.acceptance?.acceptedAt ?? (0 as EpochMs) };
}

export interface OldestWorkPorts {
  readonly workIndex: WorkIndex;
  readonly clock: Clock;
  /** To look up what the index shows: it knows neither what was set aside nor, when it lags, what was posted long ago. Without it, all it shows counts. */
  readonly journal?: Journal;
}

/** How many entries are looked up that turn out not to wait, before the age is given up as not known. */
const LOOKS_MAX = 200;
/** And for how long: a detector has other things to find out, and half a minute for all of them. */
const LOOKING_MS_MAX = 5000;

/**
 * Age of the oldest payment or refund that this region's index shows as never posted and that still waits to be.
 * Undefined: none, or not known. Throws PortFault.
 */
export async function oldestUnpostedAgeMs(ports: OldestWorkPorts, record: EpochRecord): Promise<number | undefined> {
  if (record.phase !== 'open') return undefined;
  const oldest = await oldestWaiting(ports, record);
  if (oldest === undefined) return undefined;
  // Before this epoch opened nobody could settle; that time is no stall of the active region.
  return Math.max(0, ports.clock.now() - Math.max(record.at, oldest.acceptedAt));
}

async function oldestWaiting(ports: OldestWorkPorts, record: EpochRecord): Promise<WorkEntry | undefined> {
  let [looks, startedAt] = [0, ports.clock.now()];
  for await (const entry of neverPosted(ports.workIndex)) {
    if (looks === 0) startedAt = ports.clock.now();
    if (looks >= LOOKS_MAX || ports.clock.now() - startedAt >= LOOKING_MS_MAX) return undefined;
    if (await stillWaits(ports, record, entry)) return entry;
    looks += 1;
  }
  return undefined;
}

/** What the index shows as never posted, the oldest first. */
async function* neverPosted(index: WorkIndex): AsyncGenerator<WorkEntry> {
  const all = await index.all(WHOLE_MAX);
  if (all) yield* all.filter((entry) => entry.postedEpoch === 0).toSorted(asInShard);
  else yield* neverPostedByShards(index);
}

interface ShardHead {
  readonly shard: number;
  readonly entry: WorkEntry;
  readonly cursor?: string;
}

/** Reads the oldest entry of each shard first, and then, whenever one is given, the next of its shard. */
async function* neverPostedByShards(index: WorkIndex): AsyncGenerator<WorkEntry> {
  const shards = Array.from({ length: WORK_SHARDS }, (_, shard) => shard);
  const heads = (await inParallel(shards, SHARDS_AT_ONCE, (shard) => headOf(index, shard))).filter((head) => head !== undefined);
  for (;;) {
    const oldest = heads.toSorted((a, b) => asInShard(a.entry, b.entry))[0];
    if (!oldest) return;
    yield oldest.entry;
    const next = oldest.cursor === undefined ? undefined : await headOf(index, oldest.shard, oldest.cursor);
    heads.splice(heads.indexOf(oldest), 1, ...(next ? [next] : []));
  }
}

async function headOf(index: WorkIndex, shard: number, cursor?: string): Promise<ShardHead | undefined> {
  const page = await index.query({ shard, posted: 'below', epoch: epochOf(1), limit: 1, ...(cursor === undefined ? {} : { cursor }) });
  const [entry] = page.entries;
  return entry && { shard, entry, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
}

async function stillWaits(ports: OldestWorkPorts, record: EpochRecord, entry: WorkEntry): Promise<boolean> {
  if (!ports.journal) return true;
  const payment = await ports.journal.read(entry.key);
  if (!payment?.acceptance || isSetAside(payment, record.epoch)) return false;
  return payment.postedEpoch === 0 || hasWaitingRefund(payment);
}
