// Reduces old payments to tombstones: what is decided, in both ledgers and past the age at which anybody may still ask
// about it. Invariant: a tombstone answers a repeat as the payment did and is never charged again; what may still
// change is never touched, because the write itself is refused. Dying anywhere costs a walk of the same pages.
import type { Payment } from '../domain/payment/payment.ts';
import { refundsOf } from '../domain/refund/refund.ts';
import { maySettle } from '../domain/region/epoch.ts';
import type { Region } from '../domain/region/region.ts';
import { sessionId } from '../domain/session/session.ts';
import { epochMs } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import type { Log } from '../ports/log.ts';
import type { Bookmarks, HoldUpkeep, Upkeep } from '../ports/upkeep.ts';
import type { WorkIndex } from '../ports/work-index.ts';
import { inParallel } from './in-parallel.ts';
import { repeat } from './repeat.ts';

export interface PurgePorts {
  readonly region: Region;
  readonly epochs: EpochRegister;
  readonly workIndex: Pick<WorkIndex, 'scan'>;
  readonly upkeep: Upkeep;
  readonly oldHolds: HoldUpkeep;
  readonly bookmarks: Bookmarks;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PurgePolicy {
  /** Since its last change that the journal dates. */
  readonly purgeAfterMs: number;
  /** How long a pass may take: its process is ended some time after. */
  readonly passMs: number;
}

export interface PurgePass {
  /** `idle`: not the active, open region. */
  readonly code: 'idle' | 'walked';
  readonly looked: number;
  readonly purged: number;
  /** The walk came to the end of the journal; the next pass begins anew. */
  readonly ended: boolean;
}

const NAME = 'purge';
const PAGE = 500;
const PARALLEL_MAX = 8;
/** A session lasts a day at most, so that of a payment which is old enough ended weeks ago; no clock is wrong by a week. */
const HOLD_KEPT_MS = 7 * 86_400_000;

/** One pass, from where the last one ended. Throws PortFault; the next pass goes on. */
export async function purge(ports: PurgePorts, policy: PurgePolicy): Promise<PurgePass> {
  const record = await ports.epochs.read();
  if (!maySettle(record, ports.region)) return { code: 'idle', looked: 0, purged: 0, ended: false };
  const startedAt = ports.clock.now();
  const quietSince = epochMs(startedAt - policy.purgeAfterMs);
  let cursor = await ports.bookmarks.read(NAME);
  let [looked, purged] = [0, 0];
  do {
    const page = await repeat(ports.clock, () => ports.workIndex.scan({ limit: PAGE, ...(cursor !== undefined && { cursor }) }));
    const old = page.payments.filter((payment) => isOld(payment, quietSince));
    const done = await inParallel(old, PARALLEL_MAX, (payment) => purgeOne(ports, payment, { at: startedAt, acceptedBefore: quietSince }));
    looked += page.payments.length;
    purged += done.filter(Boolean).length;
    ({ cursor } = page);
    await ports.bookmarks.write(NAME, cursor);
  } while (cursor !== undefined && ports.clock.now() - startedAt < policy.passMs);
  if (purged > 0) ports.log.info('purged', { looked, purged });
  return { code: 'walked', looked, purged, ended: cursor === undefined };
}

/**
 * The hold first: only the payment says which session it paid, and a tombstone does not. Dying in between leaves a payment
 * without its hold, which is looked at again; nobody can take that hold any more, since the session ended long ago.
 */
async function purgeOne({ clock, oldHolds, upkeep }: PurgePorts, payment: Payment, by: { readonly at: EpochMs; readonly acceptedBefore: EpochMs }): Promise<boolean> {
  const { merchantId, transactionId, acceptance } = payment;
  const { sessionId: paid } = acceptance ?? {};
  if (paid !== undefined) await repeat(clock, () => oldHolds.remove({ merchantId, sessionId: sessionId(paid) }, { holder: transactionId, endedBefore: epochMs(by.at - HOLD_KEPT_MS) }));
  return repeat(clock, () => upkeep.purge(payment, by));
}

/** A payment that is not decided, not posted or in work is not old, whatever its age. */
export const isOld = (payment: Payment, quietSince: EpochMs): boolean =>
  payment.acceptance !== undefined && payment.decision !== undefined && payment.postedEpoch > 0 && !payment.inWork
  && Math.max(payment.acceptance.acceptedAt, payment.decision.decidedAt, payment.settledAt ?? 0, ...refundsOf(payment).map((refund) => refund.decision?.decidedAt ?? refund.acceptedAt)) < quietSince;
