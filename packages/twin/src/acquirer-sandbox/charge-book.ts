/**
 * Every charge the acquirer ever made, in memory, built from the events that are in the log.
 *
 * Invariant: the state is a function of the events alone, so a replay gives the same answers; nothing is ever removed,
 * not even what a behaviour makes the acquirer forget.
 * It decides nothing and knows no time, disk or HTTP.
 */
import { strict as assert } from 'node:assert';

export interface ChargeContent {
  readonly merchantId: string;
  readonly transactionId: string;
  /** Minor units; at most Number.MAX_SAFE_INTEGER, which the parser sees to. */
  readonly amountMinor: string;
  readonly currency: string;
  /** The opaque token as given; kept to tell a repeat from another payment, never shown. */
  readonly paymentMethod: string | undefined;
  readonly live: boolean;
}

export type ChargeEvent =
  | {
      readonly type: 'charged';
      readonly key: string;
      readonly content: ChargeContent;
      readonly outcome: 'approved' | 'declined' | 'in_progress';
      readonly reference: string;
      readonly code?: string;
      readonly atEpochMs: number;
      /** When a charge in progress will be approved. */
      readonly dueEpochMs?: number;
    }
  | { readonly type: 'completed'; readonly reference: string }
  | { readonly type: 'repeated'; readonly key: string }
  /** Of one charge, or of all under the key. */
  | { readonly type: 'voided'; readonly key: string; readonly reference?: string };

export interface Charge {
  readonly key: string;
  readonly content: ChargeContent;
  readonly reference: string;
  readonly code: string | undefined;
  readonly atEpochMs: number;
  readonly dueEpochMs: number | undefined;
  outcome: 'approved' | 'declined' | 'in_progress';
  voided: boolean;
}

/** All that happened under one idempotency key: normally one charge, more when the acquirer forgot the key. */
export interface KeyRecord {
  readonly key: string;
  readonly charges: Charge[];
  requests: number;
}

export class ChargeBook {
  readonly #byKey = new Map<string, KeyRecord>();
  /** In the order in which they were made. */
  readonly all: Charge[] = [];
  readonly #byMerchantReference = new Map<string, Charge[]>();
  readonly #inProgress = new Map<string, Charge>();

  get records(): Iterable<KeyRecord> {
    return this.#byKey.values();
  }

  get inProgress(): Iterable<Charge> {
    return this.#inProgress.values();
  }

  apply(event: ChargeEvent): void {
    switch (event.type) {
      case 'charged':
        this.#charge(event);
        return;
      case 'completed':
        this.#complete(event.reference);
        return;
      case 'repeated':
        this.#record(event.key).requests += 1;
        return;
      case 'voided':
        this.#void(event.key, event.reference);
        return;
    }
  }

  latest(key: string): Charge | undefined {
    return this.#byKey.get(key)?.charges.at(-1);
  }

  chargesUnder(key: string): readonly Charge[] {
    return this.#byKey.get(key)?.charges ?? [];
  }

  chargesOf(merchantId: string, transactionId: string): readonly Charge[] {
    return this.#byMerchantReference.get(merchantReference(merchantId, transactionId)) ?? [];
  }

  /** An approved charge that was not voided wins, because it is the one that costs the customer money; then one that may yet be approved. */
  find(merchantId: string, transactionId: string): Charge | undefined {
    const charges = this.chargesOf(merchantId, transactionId);
    return charges.findLast((charge) => charge.outcome === 'approved' && !charge.voided) ?? charges.findLast((charge) => charge.outcome === 'in_progress') ?? charges.at(-1);
  }

  #charge(event: ChargeEvent & { readonly type: 'charged' }): void {
    const { key, content, outcome, reference, code, atEpochMs, dueEpochMs } = event;
    const charge: Charge = { key, content, outcome, reference, code, atEpochMs, dueEpochMs, voided: false };
    const record = this.#byKey.get(key) ?? { key, charges: [], requests: 0 };
    record.charges.push(charge);
    this.all.push(charge);
    record.requests += 1;
    this.#byKey.set(key, record);
    const named = merchantReference(content.merchantId, content.transactionId);
    const siblings = this.#byMerchantReference.get(named);
    if (siblings === undefined) this.#byMerchantReference.set(named, [charge]);
    else siblings.push(charge);
    if (outcome === 'in_progress') this.#inProgress.set(reference, charge);
  }

  #complete(reference: string): void {
    const charge = this.#inProgress.get(reference);
    assert(charge !== undefined, `charge ${reference} was completed but is not in progress`);
    charge.outcome = 'approved';
    this.#inProgress.delete(reference);
  }

  #void(key: string, reference: string | undefined): void {
    for (const charge of this.#record(key).charges) {
      const meant = reference === undefined || charge.reference === reference;
      if (meant && charge.outcome === 'approved') charge.voided = true;
    }
  }

  #record(key: string): KeyRecord {
    const record = this.#byKey.get(key);
    assert(record !== undefined, `there is no charge under key ${key}`);
    return record;
  }
}

/** Neither id may hold a line feed, so two merchants' ids never meet. */
function merchantReference(merchantId: string, transactionId: string): string {
  return `${merchantId}\n${transactionId}`;
}
