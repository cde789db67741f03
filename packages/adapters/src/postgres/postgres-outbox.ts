// The outbox of one region's ledger on PostgreSQL: each method is one statement, and so one transaction. It checks no
// fence: what is told is in these books, and notes made by a zombie are lost with its books, which only tells again.
import { assert, epochMs } from '@understudy/core';
import type { ClaimQuery, Delivery, DeliveryOutcome, DeliveryState, EpochMs, LedgerEvent, Outbox, PaymentKey, Redelivery, UnaddressedQuery } from '@understudy/core';
import { withConnection } from './connection.ts';
import type { LedgerPool } from './ledger-pool.ts';
import { ADDRESS, CLAIM, CLAIM_OF_KEYS, FORGET, LIST, RECORD, REDELIVER, UNADDRESSED, UNADDRESSED_OF_KEYS } from './outbox-sql.ts';
import { keyOf } from './payment-key-row.ts';
import type { KeyRow } from './payment-key-row.ts';

/** Bounds one page of any kind. */
const PAGE_MAX = 1000;

interface EventRow extends KeyRow {
  /** bigint, which the driver gives as text. */
  readonly place: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, string>>;
}

interface DeliveryRow extends EventRow {
  readonly id: string;
  readonly target: string;
  readonly failures: number;
  readonly due_at: Date | null;
  readonly told_at: Date | null;
  readonly dead_at: Date | null;
  readonly last_answer: string | null;
  readonly answered_at: Date | null;
}

export class PostgresOutbox implements Outbox {
  readonly #pool: LedgerPool;

  constructor(pool: LedgerPool) {
    this.#pool = pool;
  }

  async unaddressed({ limit, keys, except }: UnaddressedQuery): Promise<readonly LedgerEvent[]> {
    assert(limit <= PAGE_MAX, 'a page of events has a bounded size');
    const common = [limit, [...(except ?? [])]];
    const rows = keys ? await this.#query<EventRow>(UNADDRESSED_OF_KEYS, [...common, ...columnsOf(keys)]) : await this.#query<EventRow>(UNADDRESSED, common);
    return rows.map(eventOf);
  }

  async address(addressed: readonly { readonly event: LedgerEvent; readonly targets: readonly string[] }[], at: EpochMs): Promise<void> {
    const events = addressed.map(({ event }) => ({ place: event.place, ...identityOf(event) }));
    const targets = addressed.flatMap(({ event, targets: chosen }) => chosen.map((target) => ({ place: event.place, target })));
    await this.#query(ADDRESS, [JSON.stringify(events), JSON.stringify(targets), timeOf(at)]);
  }

  async claim({ now, leaseMs, limit, perTarget, keys, except }: ClaimQuery): Promise<readonly Delivery[]> {
    assert(limit <= PAGE_MAX, 'a claim has a bounded size');
    const leaseUntil = epochMs(now + leaseMs);
    const common = [timeOf(now), timeOf(leaseUntil), limit, perTarget, [...(except ?? [])]];
    const rows = keys ? await this.#query<DeliveryRow>(CLAIM_OF_KEYS, [...common, ...columnsOf(keys)]) : await this.#query<DeliveryRow>(CLAIM, common);
    return rows.map((row) => ({ id: row.id, event: eventOf(row), target: row.target, failures: row.failures, leaseUntil }));
  }

  async record({ id, event, target, leaseUntil }: Delivery, outcome: DeliveryOutcome): Promise<void> {
    const nextTryAt = outcome.code === 'failed' ? timeOf(outcome.nextTryAt) : null;
    await this.#query(RECORD, [id, timeOf(leaseUntil), outcome.code, timeOf(outcome.at), outcome.answer, nextTryAt, target, JSON.stringify(identityOf(event))]);
  }

  async list({ state, limit }: { readonly state: 'dead' | 'pending' | 'told'; readonly limit: number }): Promise<readonly DeliveryState[]> {
    assert(limit <= PAGE_MAX, 'a list has a bounded size');
    return (await this.#query<DeliveryRow>(LIST[state], [limit])).map(stateOf);
  }

  async redeliver(which: Redelivery, at: EpochMs): Promise<number> {
    if ('id' in which && !/^\d{1,18}$/.test(which.id)) return 0;
    const [statement, values] = 'id' in which ? [REDELIVER.one, [which.id]] : 'allDead' in which ? [REDELIVER.allDead, []] : [REDELIVER.deadOf, columnsOf(which.deadOf)];
    const [counted] = await this.#query<{ readonly redelivered: number }>(statement, [timeOf(at), ...values]);
    return counted?.redelivered ?? 0;
  }

  async forget({ before, limit }: { readonly before: EpochMs; readonly limit: number }): Promise<number> {
    assert(limit <= PAGE_MAX, 'what is forgotten at once has a bounded size');
    const [counted] = await this.#query<{ readonly forgotten: number }>(FORGET, [timeOf(before), limit]);
    return counted?.forgotten ?? 0;
  }

  #query<R extends object>(text: string, values: readonly unknown[]): Promise<readonly R[]> {
    return withConnection(this.#pool, (connection) => connection.query<R>(text, values));
  }
}

const timeOf = (at: EpochMs): string => new Date(at).toISOString();

const columnsOf = (keys: readonly PaymentKey[]): [merchants: readonly string[], transactions: readonly string[]] => [keys.map((key) => key.merchantId), keys.map((key) => key.transactionId)];

const eventOf = (row: EventRow): LedgerEvent => ({ ...keyOf(row), place: row.place, name: row.event, facts: row.payload });

/** What names an event in every ledger. */
const identityOf = ({ merchantId, transactionId, name, facts }: LedgerEvent): Readonly<Record<string, string>> =>
  ({ merchant_id: merchantId, transaction_id: transactionId, refund_id: facts['refund_id'] ?? '', event: name });

const at = <N extends string>(name: N, value: Date | null): { readonly [K in N]?: EpochMs } =>
  (value === null ? {} : { [name]: epochMs(value.getTime()) }) as { readonly [K in N]?: EpochMs };

const stateOf = (row: DeliveryRow): DeliveryState => ({
  id: row.id,
  event: eventOf(row),
  target: row.target,
  failures: row.failures,
  ...at('dueAt', row.due_at),
  ...at('toldAt', row.told_at),
  ...at('deadAt', row.dead_at),
  ...at('answeredAt', row.answered_at),
  ...(row.last_answer !== null && { lastAnswer: row.last_answer }),
});
