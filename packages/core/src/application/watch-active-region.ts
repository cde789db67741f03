// One tick of a detector: look at the active region, vote, weigh all votes by the table, act. Invariant: it never
// moves anything itself; it starts the workflow that does, in its own region, and only when the table says so.
import { detect, isFresh, isToRaise, takeOverRegion } from '../domain/failover/detect.ts';
import type { Detection, DetectPolicy, Raised, View } from '../domain/failover/detect.ts';
import type { MoveRequest } from '../domain/failover/move.ts';
import { nextEpoch } from '../domain/region/epoch.ts';
import type { EpochRecord } from '../domain/region/epoch.ts';
import { isRegion } from '../domain/region/region.ts';
import type { Vantage } from '../domain/region/region.ts';
import type { EpochMs } from '../domain/time.ts';
import type { AlertKind } from '../ports/alerts.ts';
import type { Clock } from '../ports/clock.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { LedgerControl } from '../ports/ledger-control.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Mover } from '../ports/mover.ts';
import type { Probe } from '../ports/probe.ts';
import type { Vote, Votes } from '../ports/votes.ts';
import type { WorkIndex } from '../ports/work-index.ts';
import type { Tell } from './tell.ts';
import { oldestUnpostedAgeMs } from './work-pages.ts';

export interface WatchPorts {
  readonly vantage: Vantage;
  readonly epochs: EpochRegister;
  readonly votes: Votes;
  readonly probe: Probe;
  /** Absent in the witness region, which holds neither index nor ledger. */
  readonly ledger?: {
    readonly control: LedgerControl;
    readonly workIndex: WorkIndex;
    /** So that what was set aside, or was posted long ago, is not taken for waiting. */
    readonly journal?: Journal;
    readonly mover: Mover;
  };
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly tell: Tell;
  readonly policy: DetectPolicy;
}

/** One tick. Throws PortFault when the epoch record or the votes cannot be read: then this detector is blind and does nothing. */
export async function watchActiveRegion(ports: WatchPorts): Promise<Detection> {
  const record = await ports.epochs.read();
  const views = await ports.votes.list();
  const before = views.find((view) => view.vantage === ports.vantage && view.about === record.activeRegion);
  const mine: Vote = { ...(await lookAt(ports, record, lastOwnView(ports, before))), about: record.activeRegion, ...(before?.raised && { raised: before.raised }) };
  await ports.votes.cast(mine);
  const oldestUnpostedAgeMs = await readAge(ports, record);
  const ableToTakeOver = await isAbleToTakeOver(ports, record);
  const detection = detect({
    me: ports.vantage,
    // The last thing that is read: a detector that was paused on its way here finds the votes too old to act on.
    now: ports.clock.now(),
    record,
    mine,
    others: views.filter((view) => view.vantage !== ports.vantage && view.about === record.activeRegion),
    oldestUnpostedAgeMs,
    ableToTakeOver,
    policy: ports.policy,
  });
  await act(ports, record, { detection, mine });
  return detection;
}

/** This detector's last view, unless it is so old, or its clock has been set back so far, that failures then and now are not consecutive. */
const lastOwnView = ({ clock, policy }: WatchPorts, before: Vote | undefined): View | undefined =>
  (before && isFresh(before, clock.now(), policy) ? before : undefined);

async function lookAt(ports: WatchPorts, record: EpochRecord, before: View | undefined): Promise<View> {
  const at = ports.clock.now();
  if (record.activeRegion === ports.vantage) {
    const critical = await whyItCannotSettle(ports, record);
    return critical === undefined ? { vantage: ports.vantage, at, failures: 0 } : alarmOnceItLasts(ports, failedAgain(ports, at, before), critical);
  }
  const seen = await ports.probe.look(record.activeRegion);
  if (seen.reached) return { vantage: ports.vantage, at, failures: 0 };
  return failedAgain(ports, at, before);
}

const failedAgain = (ports: WatchPorts, at: EpochMs, before: View | undefined): View & { readonly failingSince: EpochMs } =>
  ({ vantage: ports.vantage, at, failures: (before?.failures ?? 0) + 1, failingSince: before?.failingSince ?? at });

/** The alarm is a vote, so it has to last as long as anybody's: one look at a ledger that did not answer is none. */
const alarmOnceItLasts = ({ policy }: WatchPorts, view: View & { readonly failingSince: EpochMs }, critical: string): View =>
  view.failures >= policy.failuresMin && view.at - view.failingSince >= policy.dwellMs ? { ...view, critical } : view;

/** The active region's own critical alarm: its ledger is gone or is no primary. An acquirer that is away is away for both regions. */
async function whyItCannotSettle(ports: WatchPorts, record: EpochRecord): Promise<string | undefined> {
  if (!ports.ledger || record.phase !== 'open') return undefined;
  try {
    const status = await ports.ledger.control.status(record.activeRegion);
    return status.role === 'primary' && status.fence === record.epoch ? undefined : 'its ledger is not the primary of this epoch';
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return 'its ledger cannot be reached';
  }
}

async function readAge(ports: WatchPorts, record: EpochRecord): Promise<number | undefined> {
  if (!ports.ledger || record.activeRegion === ports.vantage) return undefined;
  try {
    const ageMs = await oldestUnpostedAgeMs({ ...ports.ledger, clock: ports.clock }, record);
    ports.metrics.gauge('OldestUnpostedAge', ageMs ?? 0, 'Milliseconds');
    return ageMs;
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return undefined;
  }
}

async function isAbleToTakeOver(ports: WatchPorts, record: EpochRecord): Promise<boolean> {
  if (!ports.ledger || !isRegion(ports.vantage) || record.activeRegion === ports.vantage) return false;
  try {
    const status = await ports.ledger.control.status(ports.vantage);
    return status.fence >= record.ledgerEpoch && status.fence <= record.epoch;
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return false;
  }
}

interface Judged {
  readonly detection: Detection;
  readonly mine: Vote;
}

async function act(ports: WatchPorts, record: EpochRecord, { detection, mine }: Judged): Promise<void> {
  switch (detection.action) {
    case 'none':
      return mine.raised && remember(ports, mine, undefined);
    case 'alert':
      return raise(ports, record, { kind: detection.row === 'D-80' ? 'settlement_stalled' : 'region_unreachable', detection, mine });
    case 'ask_approval':
      return raise(ports, record, { kind: 'failover_needs_approval', detection, mine });
    case 'fail_over': {
      const to = takeOverRegion(record);
      return start(ports, { to, kind: 'failover', runId: `failover-${nextEpoch(record.epoch)}-${to}`, fromEpoch: record.epoch, by: `detector ${ports.vantage}`, reason: `${detection.row}: ${detection.because}` });
    }
    case 'resume':
      return start(ports, { to: record.activeRegion, kind: record.kind, runId: record.runId, fromEpoch: record.epoch, by: `detector ${ports.vantage}`, reason: record.reason });
  }
}

/** Dying between the two tells it once more; what nobody heard is told again at the next tick. */
async function raise(ports: WatchPorts, record: EpochRecord, { kind, detection, mine }: Judged & { readonly kind: AlertKind }): Promise<void> {
  const { row, because } = detection;
  const at = ports.clock.now();
  if (!isToRaise(row, at, mine.raised)) return;
  const isTold = await ports.tell({ kind, sentence: `${because}.`, detail: { row, active_region: record.activeRegion, epoch: record.epoch } });
  if (isTold) await remember(ports, mine, { row, at });
}

/** In the vote of this tick, which the next one reads. A memory that cannot be kept costs an alert too many. */
async function remember(ports: WatchPorts, { raised: _before, ...mine }: Vote, raised: Raised | undefined): Promise<void> {
  try {
    await ports.votes.cast({ ...mine, ...(raised && { raised }) });
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('raised_not_remembered', { cause: error.message });
  }
}

async function start(ports: WatchPorts, request: MoveRequest): Promise<void> {
  ports.log.warn('move_start', { to: request.to, kind: request.kind, run_id: request.runId, reason: request.reason });
  await ports.ledger?.mover.start(request);
}
