// Tells the world what stands in the books: chooses the targets of each event, then tells each target, at least once.
// Invariant: it reads the outbox of the active region's ledger, so what is told is in the books; a delivery is noted as
// told only after its target said so. Whoever dies in between leaves a claim that runs out, and it is told again, under
// the same id. A hint only brings the telling forward: everything due is found by the pass that a schedule asks for.
import type { Endpoint } from '../domain/event/endpoint.ts';
import { eventId, targetsOf } from '../domain/event/ledger-event.ts';
import { nextTryAt } from '../domain/event/retry.ts';
import type { MerchantId, PaymentKey } from '../domain/payment/payment.ts';
import { maySettle } from '../domain/region/epoch.ts';
import type { Region } from '../domain/region/region.ts';
import { epochMs } from '../domain/time.ts';
import type { DeadDeliveries } from '../ports/dead-deliveries.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Log } from '../ports/log.ts';
import type { ClaimQuery, Delivery, DeliveryOutcome, Outbox } from '../ports/outbox.ts';
import type { Random } from '../ports/random.ts';
import { deliver, rememberEndpoints } from './deliver.ts';
import type { Answered, DeliverPorts, EndpointsOf } from './deliver.ts';
import type { Tell } from './tell.ts';

export interface NotifyPorts extends DeliverPorts {
  readonly region: Region;
  readonly epochs: EpochRegister;
  readonly outbox: Outbox;
  readonly deadDeliveries: DeadDeliveries;
  readonly tell: Tell;
  readonly random: Random;
  readonly log: Log;
}

export interface NotifyPolicy {
  /** The pauses before each further try; after the last of them a delivery is given up. */
  readonly retryDelaysMs: readonly number[];
  /** How long a claim lasts: above the longest that telling one target may take. */
  readonly leaseMs: number;
  /** How long a pass goes on claiming. */
  readonly passMs: number;
}

export interface NotifyPass {
  /** `idle`: not this region's to tell. */
  readonly code: 'idle' | 'passed';
  readonly addressed: number;
  readonly told: number;
  readonly failed: number;
  readonly dead: number;
}

/** Bounds the memory of a page of events, and the endpoint lists read for it. */
const ADDRESS_MAX = 200;
/** Deliveries under way at once in one pass. */
const PARALLEL_MAX = 48;
/** Of these to one target, so that one that hangs takes few of the places. */
const PER_TARGET_MAX = 4;
/** How long a pass waits for a place before it looks for what has become due meanwhile. */
const LOOK_AGAIN_MS = 200;

/** Merchants ask about a webhook for weeks, not for months. The database itself refuses anything below a week. */
const TOLD_KEPT_MS = 30 * 86_400_000;
const FORGET_MAX = 1000;

type Tally = Record<'addressed' | DeliveryOutcome['code'], number>;

/** Tells what is due: of these payments when there are keys, otherwise everything, the longest due first. Throws PortFault. */
export async function notify(given: NotifyPorts, policy: NotifyPolicy, keys?: readonly PaymentKey[]): Promise<NotifyPass> {
  const ports = { ...given, tell: oncePerTarget(given.tell) };
  const tally: Tally = { addressed: 0, told: 0, failed: 0, dead: 0 };
  if (!maySettle(await ports.epochs.read(), ports.region)) return { code: 'idle', ...tally };
  const until = ports.clock.now() + policy.passMs;
  const goesOn = () => ports.clock.now() < until;
  await address(ports, { tally, goesOn, ...(keys && { keys }) });
  await (keys ? tellHinted(ports, policy, { tally, keys }) : tellAll(ports, policy, { tally, goesOn }));
  if (!keys) await forgetOld(ports);
  return { code: 'passed', ...tally };
}

/** After the telling, so that nothing waits for it. Once a pass keeps up with far more than a pass can tell. */
async function forgetOld({ outbox, clock, log }: NotifyPorts): Promise<void> {
  const forgotten = await outbox.forget({ before: epochMs(clock.now() - TOLD_KEPT_MS), limit: FORGET_MAX });
  if (forgotten > 0) log.info('deliveries_forgotten', { forgotten });
}

/**
 * Makes what was given up of these payments due again. False: not this region's to tell, and noted in its ledger it might
 * be lost with it. Throws PortFault; doing it again is safe.
 */
export async function redeliverDead({ epochs, outbox, region, clock }: Pick<NotifyPorts, 'epochs' | 'outbox' | 'region' | 'clock'>, keys: readonly PaymentKey[]): Promise<boolean> {
  if (!maySettle(await epochs.read(), region)) return false;
  await outbox.redeliver({ deadOf: keys }, clock.now());
  return true;
}

interface Addressing {
  readonly tally: Tally;
  readonly goesOn: () => boolean;
  readonly keys?: readonly PaymentKey[];
}

/**
 * The lists are read after the events, so an endpoint hears of all that was accepted after it had been made. What is of
 * a merchant whose list this code cannot read waits, and holds up nobody else's.
 */
async function address(ports: NotifyPorts, { tally, goesOn, keys }: Addressing): Promise<void> {
  const unread = new Set<MerchantId>();
  do {
    const events = await ports.outbox.unaddressed({ limit: ADDRESS_MAX, except: unread, ...(keys && { keys }) });
    if (events.length === 0) return;
    const lists = await readLists(ports, new Set(events.map((event) => event.merchantId)));
    for (const { merchantId } of events) if (!lists.has(merchantId)) unread.add(merchantId);
    const addressed = events.flatMap((event) => {
      const endpoints = lists.get(event.merchantId);
      return endpoints ? [{ event, targets: targetsOf(event, endpoints, ports.policy) }] : [];
    });
    if (addressed.length > 0) await ports.outbox.address(addressed, ports.clock.now());
    tally.addressed += addressed.length;
    if (events.length < ADDRESS_MAX) return;
  } while (goesOn());
}

/** Without those that are damaged or of a later version. Throws PortFault when the table does not answer. */
async function readLists({ endpoints, log }: NotifyPorts, merchants: ReadonlySet<MerchantId>): Promise<ReadonlyMap<MerchantId, readonly Endpoint[]>> {
  const lists = new Map<MerchantId, readonly Endpoint[]>();
  await Promise.all([...merchants].map(async (merchant) => {
    try {
      lists.set(merchant, (await endpoints.read(merchant)).endpoints);
    } catch (error) {
      if (!isPortFault(error) || error.retryable) throw error;
      log.error('endpoints_unreadable', { merchant_id: merchant, cause: error.message });
    }
  }));
  return lists;
}

async function tellHinted(ports: NotifyPorts, policy: NotifyPolicy, { tally, keys }: { readonly tally: Tally; readonly keys: readonly PaymentKey[] }): Promise<void> {
  const claimed = await claim(ports, policy, { limit: PARALLEL_MAX, perTarget: PARALLEL_MAX, keys });
  const endpointsOf = rememberEndpoints(ports.endpoints);
  await Promise.all(claimed.map((delivery) => tellOne(ports, policy, { delivery, endpointsOf, tally })));
}

/** Each target has few places at a time, so that one that hangs keeps only those. */
async function tellAll(ports: NotifyPorts, policy: NotifyPolicy, { tally, goesOn }: { readonly tally: Tally; readonly goesOn: () => boolean }): Promise<void> {
  const underWay = new Map<Delivery, Promise<void>>();
  const bugs: unknown[] = [];
  while (goesOn() && bugs.length === 0) {
    const except = new Set([...underWay.keys()].map((delivery) => delivery.target));
    const claimed = await claim(ports, policy, { limit: PARALLEL_MAX - underWay.size, perTarget: PER_TARGET_MAX, except });
    if (claimed.length === 0 && underWay.size === 0) return;
    const endpointsOf = rememberEndpoints(ports.endpoints);
    for (const delivery of claimed) {
      underWay.set(delivery, tellOne(ports, policy, { delivery, endpointsOf, tally }).catch((error: unknown) => bugs.push(error)).then(() => void underWay.delete(delivery)));
    }
    if (claimed.length === 0 || underWay.size >= PARALLEL_MAX) await Promise.race([...underWay.values(), ports.clock.sleep(LOOK_AGAIN_MS)]);
    while (underWay.size >= PARALLEL_MAX) await Promise.race(underWay.values());
  }
  await Promise.all(underWay.values());
  if (bugs.length > 0) throw bugs[0];
}

const claim = (ports: NotifyPorts, policy: NotifyPolicy, query: Omit<ClaimQuery, 'now' | 'leaseMs'>): Promise<readonly Delivery[]> =>
  ports.outbox.claim({ ...query, now: ports.clock.now(), leaseMs: policy.leaseMs });

interface Telling {
  readonly delivery: Delivery;
  readonly endpointsOf: EndpointsOf;
  readonly tally: Tally;
}

/** Never throws PortFault: what cannot be told or noted is due again when the claim runs out. */
async function tellOne(ports: NotifyPorts, policy: NotifyPolicy, { delivery, endpointsOf, tally }: Telling): Promise<void> {
  try {
    const answered = await deliver(ports, delivery, endpointsOf);
    const outcome = outcomeOf(ports, policy, { failures: delivery.failures, answered });
    if (outcome.code === 'dead' && answered.code === 'failed') await tellDead(ports, delivery, outcome.answer);
    await ports.outbox.record(delivery, outcome);
    tally[outcome.code] += 1;
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('delivery_unknown', { delivery: delivery.id, target: delivery.target, cause: error.message });
  }
}

function outcomeOf(ports: NotifyPorts, policy: NotifyPolicy, { failures, answered }: { readonly failures: number; readonly answered: Answered }): DeliveryOutcome {
  const at = ports.clock.now();
  const { answer } = answered;
  if (answered.code === 'told') return { code: 'told', at, answer };
  if (answered.code === 'nobody') return { code: 'dead', at, answer };
  const due = nextTryAt(failures + 1, { now: at, delaysMs: policy.retryDelaysMs, random: ports.random });
  return due === undefined ? { code: 'dead', at, answer } : { code: 'failed', at, answer, nextTryAt: due };
}

/** A target that is away for days loses thousands: operators hear of it once a pass, the dead-letter queue holds each. */
function oncePerTarget(tell: Tell): Tell {
  const heard = new Set<unknown>();
  return async (alert) => {
    const { target } = alert.detail;
    if (heard.has(target)) return true;
    heard.add(target);
    return tell(alert);
  };
}

/** Before it is noted: who dies in between gives it up once more. */
async function tellDead(ports: NotifyPorts, delivery: Delivery, answer: string): Promise<void> {
  const { event, target } = delivery;
  const id = eventId(event, ports.digest);
  await ports.deadDeliveries.send(delivery, id);
  ports.log.error('delivery_dead', { delivery: delivery.id, event: id, target, transaction_id: event.transactionId, answer });
  await ports.tell({
    id: `${id}:${target}:dead`,
    kind: 'delivery_dead',
    sentence: `${event.name} could not be told to ${target}: ${answer}.`,
    detail: { delivery: delivery.id, event_id: id, merchant_id: event.merchantId, transaction_id: event.transactionId, target },
  });
}
