/**
 * A merchant who repeats every call, in either region, until it is answered, and remembers every outcome it was told.
 * Invariant: what was told stays remembered in the order of time; two outcomes for one id, or an outcome taken back, is
 * a sentence in `contradictions`. It believes nobody: what is true stands in the ledger and at the acquirer.
 */
import { peerOf, regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { SentPayment } from '../drill/load.ts';
import type { LedgerRowBody } from '../drill/running-twin.ts';
import type { PromisedRefund } from './refund-check.ts';

export type Outcome = 'processed' | 'failed' | 'cancelled';
const outcomes: readonly string[] = ['processed', 'failed', 'cancelled'] satisfies Outcome[];

interface Memory {
  readonly payment: SentPayment;
  readonly outcomes: Map<Outcome, string>;
  /** A cancellation was refused, by whom: then nobody may say `cancelled`. */
  cancelRefused?: string;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface MerchantOptions {
  readonly urls: Readonly<Record<Region, string>>;
  readonly apiKey: string;
}

const CALL_LIMIT_MS = 3_000;
/** `/process` answers within 10 s. */
const PROCESS_LIMIT_MS = 12_000;
const LOOK_LIMIT_MS = 800;
const PATIENCE_MS = 60_000;
const PAUSE_MS = 120;
const LOOK_EVERY_MS = 150;
const AMOUNT_MINOR = 1_250;

export class Merchant {
  readonly #options: MerchantOptions;
  readonly #memories = new Map<string, Memory>();
  readonly #contradictions: string[] = [];
  readonly #refunds: PromisedRefund[] = [];

  constructor(options: MerchantOptions) {
    this.#options = options;
  }

  get payments(): readonly SentPayment[] {
    return [...this.#memories.values()].map(({ payment }) => payment);
  }

  /** Those that were accepted. */
  get refunds(): readonly PromisedRefund[] {
    return this.#refunds;
  }

  get contradictions(): readonly string[] {
    return this.#contradictions;
  }

  accept(id: string, first: Region): Promise<void> {
    return this.#send(id, { first, path: '/payments', limitMs: CALL_LIMIT_MS });
  }

  process(id: string, first: Region): Promise<void> {
    return this.#send(id, { first, path: '/process', limitMs: PROCESS_LIMIT_MS });
  }

  async cancel(id: string, first: Region): Promise<void> {
    const by = 'POST cancel';
    const answer = await this.#untilAnswered(first, `/payments/${id}/cancel`, { method: 'POST', limitMs: CALL_LIMIT_MS });
    if (answer?.status === 200) this.#hear(id, 'cancelled', by);
    else if (answer?.status === 409) this.#hearCancelRefused(id, by);
    else this.#contradictions.push(`${id}: ${by} was answered with ${answer?.status ?? 'nothing'}`);
  }

  /** Half of what was paid, under one refund id for all tries. */
  async refund(id: string, first: Region): Promise<void> {
    const body = JSON.stringify({ refund_id: 'half', amount: '6.25' });
    const answer = await this.#untilAnswered(first, `/payments/${id}/refunds`, { method: 'POST', limitMs: CALL_LIMIT_MS, body });
    if (answer?.status === 200 || answer?.status === 202) this.#refunds.push({ transactionId: id, refundId: 'half', amountMinor: AMOUNT_MINOR / 2 });
    else this.#contradictions.push(`${id}: POST refunds was answered with ${answer ? `${answer.status} ${JSON.stringify(answer.body)}` : `nothing for ${PATIENCE_MS / 1000} s`}`);
  }

  /** Looks at these payments in both regions, again and again, until it is told to stop. */
  watch(ids: readonly string[]): { stop(): Promise<void> } {
    let stopped = false;
    const looking = (async () => {
      while (!stopped) {
        await this.look(ids);
        await pause(LOOK_EVERY_MS);
      }
    })();
    return {
      stop: () => {
        stopped = true;
        return looking;
      },
    };
  }

  async look(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.flatMap((id) => regions.map((region) => this.#lookAt(id, region))));
  }

  /** What was told and does not stand in the books. */
  unlike(rows: readonly LedgerRowBody[]): readonly string[] {
    const status = new Map(rows.map((row) => [row.transaction_id, row.status]));
    return [...this.#memories].flatMap(([id, memory]) =>
      [...memory.outcomes].flatMap(([outcome, by]) => {
        const booked = status.get(id);
        // An id that was cancelled before it was ever accepted has no row.
        const spent = booked === undefined && outcome === 'cancelled' && memory.payment.ackedAt === undefined;
        return booked === outcome || spent ? [] : [`${id}: ${by} said ${outcome}, the ledger says ${booked ?? 'nothing'}`];
      }));
  }

  async #send(id: string, call: { readonly first: Region; readonly path: string; readonly limitMs: number }): Promise<void> {
    const { payment } = this.#memoryOf(id);
    const body = JSON.stringify({ transaction_id: id, customer_id: 'customer-1', amount: '12.50', currency: 'USD', payment_method: 'card_visa' });
    const answer = await this.#untilAnswered(call.first, call.path, { method: 'POST', limitMs: call.limitMs, body });
    const by = `POST ${call.path}`;
    switch (answer?.status ?? 0) {
      case 200:
        if (call.path === '/process') this.#hear(id, 'processed', by);
        break;
      case 202:
        break;
      case 402:
        this.#hear(id, 'failed', by);
        break;
      case 409:
        this.#hear(id, 'cancelled', by);
        return;
      default:
        this.#contradictions.push(`${id}: ${by} was answered with ${answer ? `${answer.status} ${JSON.stringify(answer.body)}` : `nothing for ${PATIENCE_MS / 1000} s`}`);
        return;
    }
    payment.ackedAt ??= Date.now();
  }

  /** A definite answer, from either region; undefined when patience is over. */
  async #untilAnswered(first: Region, path: string, call: { readonly method: string; readonly limitMs: number; readonly body?: string }): Promise<Answer | undefined> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let region = first; Date.now() < deadline; region = peerOf(region)) {
      const answer = await this.#call(region, path, call);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      await pause(PAUSE_MS);
    }
    return undefined;
  }

  async #lookAt(id: string, region: Region): Promise<void> {
    const { outcomes: known, payment } = this.#memoryOf(id);
    const before = { told: [...known.keys()], acked: payment.ackedAt !== undefined };
    const answer = await this.#call(region, `/payments/${id}`, { method: 'GET', limitMs: LOOK_LIMIT_MS });
    const status = answer?.status === 200 ? String(answer.body['status']) : undefined;
    if (status !== undefined && isOutcome(status)) this.#hear(id, status, `GET in ${region}`);
    else if (status !== undefined && before.told.length > 0) this.#contradictions.push(`${id}: ${before.told.join()} was told, and later GET in ${region} said ${status}`);
    if (answer?.status === 404 && before.acked) this.#contradictions.push(`${id}: acknowledged, and later GET in ${region} said 404`);
  }

  async #call(region: Region, path: string, { method, limitMs, body }: { readonly method: string; readonly limitMs: number; readonly body?: string }): Promise<Answer | undefined> {
    try {
      const answer = await fetch(`${this.#options.urls[region]}${path}`, {
        method, signal: AbortSignal.timeout(limitMs), headers: { authorization: `Bearer ${this.#options.apiKey}` }, ...(body === undefined ? {} : { body }),
      });
      return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
    } catch {
      return undefined;
    }
  }

  #hear(id: string, outcome: Outcome, by: string): void {
    const memory = this.#memoryOf(id);
    if (memory.outcomes.has(outcome)) return;
    for (const [other, otherBy] of memory.outcomes) this.#contradictions.push(`${id}: ${otherBy} said ${other}, ${by} said ${outcome}`);
    if (outcome === 'cancelled' && memory.cancelRefused !== undefined) this.#contradictions.push(`${id}: ${memory.cancelRefused} was refused, and ${by} said cancelled`);
    memory.outcomes.set(outcome, by);
  }

  #hearCancelRefused(id: string, by: string): void {
    const memory = this.#memoryOf(id);
    memory.cancelRefused = by;
    if (memory.outcomes.has('cancelled')) this.#contradictions.push(`${id}: ${by} was refused, and ${memory.outcomes.get('cancelled') ?? ''} said cancelled`);
  }

  #memoryOf(id: string): Memory {
    const memory = this.#memories.get(id) ?? { payment: { transactionId: id, amountMinor: AMOUNT_MINOR, currency: 'USD', sentAt: Date.now(), tries: 0 }, outcomes: new Map<Outcome, string>() };
    this.#memories.set(id, memory);
    return memory;
  }
}

const isOutcome = (status: string): status is Outcome => outcomes.includes(status);
const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
