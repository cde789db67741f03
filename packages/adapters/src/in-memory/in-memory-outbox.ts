// A ledger's outbox in memory. It keeps nothing itself: events are the rows of its server, and what it notes travels in
// that server's log, so that a standby shows a prefix of it and a lost primary takes the rest away.
import type { ClaimQuery, DecidedPayment, Delivery, DeliveryOutcome, DeliveryState, EpochMs, LedgerEvent, Outbox, PaymentKey, Redelivery, UnaddressedQuery } from '@understudy/core';
import { epochMs, formatAmount, isoTime, keyText } from '@understudy/core';
import type { InMemoryLedger, RefundRow } from './in-memory-ledger.ts';

export type OutboxNote =
  | { readonly kind: 'addressed'; readonly place: string }
  /** The whole delivery as it now stands. */
  | { readonly kind: 'delivery'; readonly delivery: DeliveryState }
  | { readonly kind: 'forgotten'; readonly id: string };

interface Standing {
  readonly events: readonly LedgerEvent[];
  readonly addressed: ReadonlySet<string>;
  readonly deliveries: ReadonlyMap<string, DeliveryState>;
  /** The highest id that was ever given. */
  readonly lastId: number;
}

const eventOf = (payment: DecidedPayment, place: number): LedgerEvent => ({
  merchantId: payment.merchantId,
  transactionId: payment.transactionId,
  place: String(place),
  name: `payment.${payment.decision.outcome}`,
  facts: {
    merchant_id: payment.merchantId, transaction_id: payment.transactionId, customer_id: payment.acceptance.customerId,
    amount: formatAmount(payment.acceptance.amount), currency: payment.acceptance.amount.currency, status: payment.decision.outcome,
    accepted_at: isoTime(payment.acceptance.acceptedAt), accepted_region: payment.acceptance.acceptedRegion, live: String(payment.acceptance.live),
    decided_at: isoTime(payment.decision.decidedAt),
    ...(payment.decision.code !== undefined && { code: payment.decision.code }),
  },
});

function refundEventOf({ payment, refund }: RefundRow, place: number): LedgerEvent {
  const { code: _code, ...facts } = eventOf(payment, place).facts;
  const { decision } = refund;
  return {
    merchantId: payment.merchantId, transactionId: payment.transactionId, place: String(place), name: `refund.${decision.outcome}`,
    facts: {
      ...facts, refund_id: refund.refundId, status: decision.outcome, accepted_at: isoTime(refund.acceptedAt), accepted_region: refund.acceptedRegion, decided_at: isoTime(decision.decidedAt),
      amount: formatAmount({ minor: refund.amountMinor, currency: payment.acceptance.amount.currency }),
      ...(decision.code !== undefined && { code: decision.code }),
    },
  };
}

const stateOf = (delivery: DeliveryState): 'pending' | 'told' | 'dead' => {
  if (delivery.dueAt !== undefined) return 'pending';
  return delivery.deadAt === undefined ? 'told' : 'dead';
};

const without = <K extends keyof DeliveryState>(delivery: DeliveryState, ...names: readonly K[]): Omit<DeliveryState, K> =>
  Object.fromEntries(Object.entries(delivery).filter(([name]) => !names.some((other) => other === name))) as unknown as Omit<DeliveryState, K>;

const isOneOf = (keys: readonly PaymentKey[], event: LedgerEvent): boolean => keys.some((key) => keyText(key) === keyText(event));
/** Its place names another event in the books of another timeline. */
const isSameEvent = (a: LedgerEvent, b: LedgerEvent): boolean => keyText(a) === keyText(b) && a.name === b.name && a.facts['refund_id'] === b.facts['refund_id'];
const byDue = (a: DeliveryState, b: DeliveryState): number => (a.dueAt ?? 0) - (b.dueAt ?? 0) || Number(a.id) - Number(b.id);

export class InMemoryOutbox implements Outbox {
  readonly #ledger: InMemoryLedger;
  /** As of when it was last read: a log only grows, or is replaced as a whole. */
  #known: { readonly log: InMemoryLedger['log']; readonly commits: number; readonly standing: Standing } | undefined;

  constructor(ledger: InMemoryLedger) {
    this.#ledger = ledger;
  }

  async unaddressed({ limit, keys, except }: UnaddressedQuery): Promise<readonly LedgerEvent[]> {
    const { events, addressed } = this.#standing();
    return events.filter((event) => !addressed.has(event.place) && except?.has(event.merchantId) !== true && (!keys || isOneOf(keys, event))).slice(0, limit);
  }

  async address(given: readonly { readonly event: LedgerEvent; readonly targets: readonly string[] }[], at: EpochMs): Promise<void> {
    const { addressed, lastId, events } = this.#standing();
    const fresh = given.filter(({ event }) => !addressed.has(event.place) && events.some((one) => one.place === event.place && isSameEvent(one, event)));
    const made = fresh.flatMap(({ event, targets }) => targets.map((target) => ({ event, target })));
    this.#ledger.noteOutbox([
      ...fresh.map(({ event }) => ({ kind: 'addressed' as const, place: event.place })),
      ...made.map(({ event, target }, index) => noteOf({ id: String(lastId + index + 1), event, target, failures: 0, dueAt: at })),
    ]);
  }

  async claim({ now, leaseMs, limit, perTarget, keys, except }: ClaimQuery): Promise<readonly Delivery[]> {
    const pending = [...this.#standing().deliveries.values()].filter((delivery) => delivery.dueAt !== undefined);
    const troubled = new Set(pending.filter((delivery) => delivery.lastAnswer !== undefined).map((delivery) => delivery.target));
    const taken = new Map<string, number>();
    const due = pending
      .filter((delivery) => (delivery.dueAt ?? 0) <= now && except?.has(delivery.target) !== true)
      .filter((delivery) => !keys || (isOneOf(keys, delivery.event) && !troubled.has(delivery.target)))
      .toSorted(byDue)
      .filter(({ target }) => {
        taken.set(target, (taken.get(target) ?? 0) + 1);
        return (taken.get(target) ?? 0) <= perTarget;
      })
      .slice(0, limit);
    const leaseUntil = epochMs(now + leaseMs);
    this.#ledger.noteOutbox(due.map((delivery) => noteOf({ ...delivery, dueAt: leaseUntil })));
    return due.map(({ id, event, target, failures }) => ({ id, event, target, failures, leaseUntil }));
  }

  async record(claimed: Delivery, outcome: DeliveryOutcome): Promise<void> {
    const standing = this.#standing().deliveries.get(claimed.id);
    // Of books that were lost: what stands under its id here, if anything, is another delivery.
    if (!standing || standing.target !== claimed.target || !isSameEvent(standing.event, claimed.event)) return this.#ledger.noteOutbox([]);
    if (outcome.code !== 'told' && standing.dueAt !== claimed.leaseUntil) return this.#ledger.noteOutbox([]);
    const heard = { ...without(standing, 'dueAt', 'deadAt'), lastAnswer: outcome.answer, answeredAt: outcome.at };
    if (outcome.code === 'told') return this.#ledger.noteOutbox([noteOf({ ...heard, toldAt: standing.toldAt ?? outcome.at })]);
    const failed = { ...heard, failures: claimed.failures + 1 };
    return this.#ledger.noteOutbox([noteOf(outcome.code === 'dead' ? { ...failed, deadAt: outcome.at } : { ...failed, dueAt: outcome.nextTryAt })]);
  }

  async list({ state, limit }: { readonly state: 'dead' | 'pending' | 'told'; readonly limit: number }): Promise<readonly DeliveryState[]> {
    return [...this.#standing().deliveries.values()].filter((delivery) => stateOf(delivery) === state).toReversed().slice(0, limit);
  }

  async redeliver(which: Redelivery, at: EpochMs): Promise<number> {
    const isMeant = (delivery: DeliveryState): boolean => {
      if ('id' in which) return delivery.id === which.id;
      return stateOf(delivery) === 'dead' && ('allDead' in which || isOneOf(which.deadOf, delivery.event));
    };
    const meant = [...this.#standing().deliveries.values()].filter(isMeant);
    this.#ledger.noteOutbox(meant.map((delivery) => noteOf({ ...without(delivery, 'deadAt', 'lastAnswer'), failures: 0, dueAt: at })));
    return meant.length;
  }

  async forget({ before, limit }: { readonly before: EpochMs; readonly limit: number }): Promise<number> {
    const old = [...this.#standing().deliveries.values()].filter((delivery) => stateOf(delivery) === 'told' && (delivery.toldAt ?? before) < before).slice(0, limit);
    this.#ledger.noteOutbox(old.map(({ id }) => ({ kind: 'forgotten', id })));
    return old.length;
  }

  #standing(): Standing {
    this.#ledger.use();
    const { log } = this.#ledger;
    if (this.#known?.log !== log || this.#known.commits !== log.length) this.#known = { log, commits: log.length, standing: standingIn(log) };
    return this.#known.standing;
  }
}

function standingIn(log: InMemoryLedger['log']): Standing {
  const events: LedgerEvent[] = [];
  const addressed = new Set<string>();
  const deliveries = new Map<string, DeliveryState>();
  let lastId = 0;
  for (const commit of log) {
    if (commit.kind === 'rows') {
      for (const row of commit.rows) events.push(eventOf(row.payment, events.length + 1));
      for (const row of commit.refunds) events.push(refundEventOf(row, events.length + 1));
    }
    if (commit.kind !== 'outbox') continue;
    for (const note of commit.notes) {
      if (note.kind === 'addressed') addressed.add(note.place);
      else if (note.kind === 'forgotten') deliveries.delete(note.id);
      else {
        deliveries.set(note.delivery.id, note.delivery);
        lastId = Math.max(lastId, Number(note.delivery.id));
      }
    }
  }
  return { events, addressed, deliveries, lastId };
}

const noteOf = (delivery: DeliveryState): OutboxNote => ({ kind: 'delivery', delivery });
