// Closes business days: assigns their entries to settlement files and puts the files into the active region's bucket.
// Invariants: an entry stands in one file, once, for ever. A file is put only when its assignment can no longer be lost
// (a standby of this epoch shows it, or it is older than this epoch, whose ledger held it when it was opened). A file
// that stands in a bucket and not in this ledger is taken over as it is before anything else is assigned.
import { parseSettlementFile, settlementFileKey, settlementFileOf, settlementFileText, settlementPrefixes } from '../domain/publishing/settlement-file.ts';
import type { SettlementFileName } from '../domain/publishing/settlement-file.ts';
import type { EpochRecord } from '../domain/region/epoch.ts';
import { maySettle } from '../domain/region/epoch.ts';
import type { Region } from '../domain/region/region.ts';
import { businessDateOf, epochMs } from '../domain/time.ts';
import type { BusinessDate } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SettlementBook, SettlementFile, SettlementFiles } from '../ports/settlement-book.ts';
import type { Tell } from './tell.ts';

export interface SettlementPorts {
  readonly region: Region;
  readonly epochs: EpochRegister;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly settlement: SettlementBook;
  /** What the other region's ledger shows. */
  readonly replica: SettlementFiles;
  readonly bucket: ObjectStore;
  /** The other region's. */
  readonly peerBucket: ObjectStore;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly tell: Tell;
}

export interface SettlementPolicy {
  /** How long after its end a day is closed: what was decided in its last moments is mostly posted by then. */
  readonly closeAfterMs: number;
  /** How long a file waits for a standby that cannot be seen. */
  readonly standbyPatienceMs: number;
}

export interface SettlementPass {
  /** `blocked`: a file was found that this ledger cannot hold yet, so nothing is assigned. */
  readonly code: 'idle' | 'fenced' | 'blocked' | 'walked';
  readonly assigned: number;
  readonly published: number;
  /** Files that wait for the standby. */
  readonly waiting: number;
}

/** Half a million entries a pass; a pass then ends well before its process is ended. */
const FILES_MAX = 100;
const DAY_MS = 86_400_000;

interface Pass {
  readonly ports: SettlementPorts;
  readonly policy: SettlementPolicy;
  readonly record: EpochRecord;
}

/**
 * One pass. `through` closes that day now, over or not: what comes later goes into a next file of it.
 * Throws PortFault when the epoch, the ledger or the bucket fails; the next pass goes on where this one ended.
 */
export async function publishSettlementFiles(ports: SettlementPorts, policy: SettlementPolicy, through?: BusinessDate): Promise<SettlementPass> {
  const record = await ports.epochs.read();
  if (!maySettle(record, ports.region)) return { code: 'idle', assigned: 0, published: 0, waiting: 0 };
  const pass = { ports, policy, record };
  const closed = await closeDays(pass, through);
  if (closed.code === 'fenced') return { ...closed, published: 0, waiting: 0 };
  const files = await ports.settlement.unpublished(record.epoch, FILES_MAX);
  if (files === 'fenced') return { code: 'fenced', assigned: closed.assigned, published: 0, waiting: 0 };
  let [published, waiting] = [0, 0];
  for (const file of files) {
    const result = (await isSafe(pass, file)) ? await publish(pass, file) : 'waits';
    if (result === 'published') published += 1;
    if (result === 'waits') waiting += 1;
  }
  const oldest = files.find((file) => file.publishedEpoch === 0);
  ports.metrics.gauge('OldestUnpublishedFileAge', oldest ? Math.max(0, ports.clock.now() - oldest.assignedAt) : 0, 'Milliseconds');
  if (closed.assigned + published > 0) ports.log.info('settlement_files', { epoch: record.epoch, assigned: closed.assigned, published, waiting });
  return { ...closed, published, waiting };
}

type Closed = Pick<SettlementPass, 'assigned'> & { readonly code: 'fenced' | 'blocked' | 'walked' };

async function closeDays(pass: Pass, wanted: BusinessDate | undefined): Promise<Closed> {
  const { ports, policy, record } = pass;
  const ended = businessDateOf(epochMs(ports.clock.now() - policy.closeAfterMs - DAY_MS));
  let isComplete = false;
  for (let [assigned, steps] = [0, 0]; ; steps += 1) {
    const date = wanted ?? (await ports.settlement.nextToClose(record.epoch, ended));
    if (date === 'fenced') return { code: 'fenced', assigned };
    if (date === undefined || steps >= FILES_MAX) return { code: 'walked', assigned };
    if (!isComplete) {
      const found = await takeOverFound(pass);
      if (found !== 'complete') return { code: found, assigned };
      isComplete = true;
    }
    const file = await ports.settlement.assign(record.epoch, { date, closes: wanted === undefined, at: ports.clock.now() });
    if (file === 'fenced') return { code: 'fenced', assigned };
    if (file !== 'nothing') assigned += 1;
    else if (wanted !== undefined) return { code: 'walked', assigned };
  }
}

/** Both buckets are looked through, the other region's as far as it can be reached. */
async function takeOverFound(pass: Pass): Promise<'complete' | 'blocked' | 'fenced'> {
  const own = await takeOverAll(pass, pass.ports.bucket);
  if (own !== 'complete') return own;
  try {
    return await takeOverAll(pass, pass.ports.peerBucket);
  } catch (error) {
    if (!isPortFault(error) || error.port !== 'bucket') throw error;
    pass.ports.log.warn('peer_bucket_unread', { cause: error.message });
    return 'complete';
  }
}

async function takeOverAll(pass: Pass, bucket: ObjectStore): Promise<'complete' | 'blocked' | 'fenced'> {
  for (const prefix of settlementPrefixes) {
    const result = await takeOverUnder(pass, bucket, prefix);
    if (result !== 'complete') return result;
  }
  return 'complete';
}

async function takeOverUnder(pass: Pass, bucket: ObjectStore, prefix: string): Promise<'complete' | 'blocked' | 'fenced'> {
  const { ports, record } = pass;
  for (let after: string | undefined; ; ) {
    const { keys, more } = await bucket.list({ prefix, ...(after === undefined ? {} : { after }) });
    const names = keys.map(settlementFileOf).filter((name) => name !== undefined);
    const unknown = await ports.settlement.unknown(record.epoch, names);
    if (unknown === 'fenced') return 'fenced';
    for (const name of unknown) {
      const result = await takeOver(pass, bucket, name);
      if (result !== 'adopted') return result;
    }
    after = keys.at(-1);
    if (!more || after === undefined) return 'complete';
  }
}

/** Records exactly what the file says. Entries that are not restored yet are waited for. */
async function takeOver({ ports, record }: Pass, bucket: ObjectStore, name: SettlementFileName): Promise<'adopted' | 'blocked' | 'fenced'> {
  const key = settlementFileKey(name);
  const parsed = parseSettlementFile((await bucket.get(key)) ?? '', name.currency);
  const entryIds = parsed?.lines.map((line) => line.entryId);
  const result = entryIds ? await ports.settlement.adopt(record.epoch, { name, entryIds, at: ports.clock.now() }) : 'unreadable';
  switch (result) {
    case 'adopted':
      ports.log.warn('settlement_file_adopted', { key });
      return 'adopted';
    case 'fenced':
      return 'fenced';
    case 'missing':
      ports.log.warn('settlement_file_waits_for_entries', { key });
      return 'blocked';
    case 'taken':
    case 'unreadable':
      await ports.tell({ kind: 'settlement_file_differs', sentence: `The settlement file ${key} stands in a bucket and contradicts the ledger (${result}); no file is assigned until a person has looked.`, detail: { key } });
      return 'blocked';
  }
}

/**
 * Whether every ledger that can be promoted from now on holds the file's assignment. One that is older than this epoch
 * was committed before this epoch's fence was raised, and nothing without that fence is ever promoted.
 */
async function isSafe({ ports, policy, record }: Pass, file: SettlementFile): Promise<boolean> {
  if (file.epoch < record.epoch) return true;
  const seen = await lookAtReplica(ports, record, file);
  if (seen !== 'no_replica') return seen === 'shows';
  if (ports.clock.now() - file.assignedAt <= policy.standbyPatienceMs) return false;
  const key = settlementFileKey(file);
  await ports.tell({ kind: 'settlement_file_alone', sentence: `The settlement file ${key} is published while no standby holds its entries: losing this region before there is one could contradict it.`, detail: { key } });
  return true;
}

async function lookAtReplica({ replica, log }: SettlementPorts, record: EpochRecord, file: SettlementFile): Promise<'shows' | 'behind' | 'no_replica'> {
  try {
    return await replica.shows(record.epoch, file);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    log.warn('standby_unseen', { cause: error.message });
    return 'no_replica';
  }
}

/** Puts the file unless it stands there; never over another. */
async function publish(pass: Pass, file: SettlementFile): Promise<'published' | 'differs' | 'fenced'> {
  const { ports } = pass;
  const key = settlementFileKey(file);
  // Published once under an earlier epoch: replication has mostly brought it, and its text need not be made.
  if (file.sha256 !== undefined && (await ports.bucket.has(key))) return note(pass, file, file.sha256);
  const body = settlementFileText(file, await ports.settlement.entries(file.id));
  const sha256 = ports.digest(body);
  const isSame = (file.sha256 === undefined || file.sha256 === sha256)
    && ((await ports.bucket.putIfAbsent({ key, body, contentType: 'text/csv' })) === 'put' || (await ports.bucket.get(key)) === body);
  if (isSame) return note(pass, file, sha256);
  await ports.tell({ kind: 'settlement_file_differs', sentence: `The settlement file ${key} was published with other content than the ledger has for it; it is left as it is.`, detail: { key } });
  return 'differs';
}

const note = async ({ ports, record }: Pass, file: SettlementFile, sha256: string): Promise<'published' | 'fenced'> =>
  (await ports.settlement.published(record.epoch, file.id, sha256)) === 'noted' ? 'published' : 'fenced';
