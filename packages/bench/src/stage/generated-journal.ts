/**
 * A journal of any number of payments that exist only as their numbers: what is measured with it is our own code and the
 * ledger, never the stand-in of DynamoDB, which is a hundred times slower than either.
 * Invariant: it answers as the port's contract says for payments without refunds; memory is two bytes a payment.
 */
import { epochMs, epochOf, keyText, WORK_SHARDS } from '@understudy/core';
import type { DecidedPayment, Journal, Payment, PaymentKey, ScanPage, WorkIndex, WorkQuery } from '@understudy/core';
import { decidedAt, keyAt, numberOf } from './payments.ts';

const UNDECIDED = 0;
const DECIDED = 1;

export class GeneratedJournal implements Journal, WorkIndex {
  readonly #prefix: string;
  readonly #size: number;
  readonly #standing: Uint8Array;
  readonly #posted: Uint8Array;
  /** Of each shard, the first number that may still be in work: what is before it is not walked again. */
  readonly #first: number[];
  marked = 0;

  constructor(prefix: string, size: number) {
    this.#prefix = prefix;
    this.#size = size;
    this.#standing = new Uint8Array(size);
    this.#posted = new Uint8Array(size);
    this.#first = Array.from({ length: WORK_SHARDS }, (_, shard) => shard);
  }

  async query({ shard, posted, epoch, from = epochOf(0), limit, cursor }: WorkQuery): ReturnType<WorkIndex['query']> {
    const postedEpoch = (n: number): number => this.#posted[n] ?? 0;
    const matches = (n: number): boolean => (posted === 'below' ? postedEpoch(n) >= from && postedEpoch(n) < epoch : postedEpoch(n) === epoch);
    let first = this.#first[shard] ?? shard;
    while (first < this.#size && postedEpoch(first) >= epoch && posted === 'below') first += WORK_SHARDS;
    if (posted === 'below') this.#first[shard] = first;
    const entries: Awaited<ReturnType<WorkIndex['query']>>['entries'][number][] = [];
    let n = cursor === undefined ? first : Number(cursor);
    for (; n < this.#size && entries.length < limit; n += WORK_SHARDS) {
      if (matches(n)) entries.push({ key: keyAt(this.#prefix, n), postedEpoch: epochOf(postedEpoch(n)), acceptedAt: epochMs(n) });
    }
    return { entries, ...(n < this.#size && { cursor: String(n) }) };
  }

  /** A journal of any number of payments is more than one request gives. */
  async all(): ReturnType<WorkIndex['all']> {
    return undefined;
  }

  async scan({ limit, cursor }: { readonly limit: number; readonly cursor?: string }): Promise<ScanPage> {
    const from = Number(cursor ?? 0);
    const to = Math.min(this.#size, from + limit);
    const payments = Array.from({ length: to - from }, (_, i) => this.#payment(keyAt(this.#prefix, from + i)));
    return { payments, ...(to < this.#size && { cursor: String(to) }) };
  }

  async read(key: PaymentKey): Promise<Payment | undefined> {
    return this.#payment(key);
  }

  async decide(key: PaymentKey): ReturnType<Journal['decide']> {
    const n = numberOf(key.transactionId);
    const won = this.#standing[n] === UNDECIDED;
    this.#standing[n] = DECIDED;
    return { won, payment: this.#decided(key, n) };
  }

  async markPosted(key: PaymentKey, { epoch }: Parameters<Journal['markPosted']>[1]): Promise<boolean> {
    const n = numberOf(key.transactionId);
    if (this.#posted[n] !== epoch) this.marked += 1;
    this.#posted[n] = epoch;
    return true;
  }

  async recordFault(key: PaymentKey): Promise<void> {
    throw new Error(`nothing of ${keyText(key)} is at fault`);
  }

  async accept(): ReturnType<Journal['accept']> {
    throw new Error('nothing new is accepted');
  }

  async spend(): ReturnType<Journal['spend']> {
    throw new Error('nothing is cancelled');
  }

  async confirm(): Promise<boolean> {
    throw new Error('nothing is confirmed');
  }

  #payment(key: PaymentKey): Payment {
    const n = numberOf(key.transactionId);
    const payment = this.#decided(key, n);
    if (this.#standing[n] !== UNDECIDED) return payment;
    const { decision: _none, ...undecided } = payment;
    return undecided;
  }

  #decided(key: PaymentKey, n: number): DecidedPayment {
    return { ...decidedAt(key, n), postedEpoch: epochOf(this.#posted[n] ?? 0) };
  }
}
