// What the operator may configure about payments; the defaults are the client's.

export interface PaymentPolicy {
  /** ISO 4217 codes that are accepted. */
  readonly currencies: readonly string[];
  /** Largest amount, in whole major units of any currency. */
  readonly amountMaxMajor: bigint;
  /** Above this many major units a payment raises an alert. */
  readonly highValueMajor: bigint;
  /** How long after its acceptance a payment may still be charged. */
  readonly settleWithinMs: number;
  /** How long the acquirer remembers an idempotency key. */
  readonly acquirerKeyLifeMs: number;
  /** How long after a decision against it a charge may still be on its way: above the acquirer's time-out. */
  readonly chargeInFlightMs: number;
  /** Faults of a payment itself before it is set aside. */
  readonly attemptsMax: number;
  /** How long a payment that holds a session, and was not accepted, keeps others from it: above what a request takes. */
  readonly sessionPatienceMs: number;
}

const HOUR_MS = 3_600_000;

/** A key this close to its end might be forgotten between our question and our request. */
export const KEY_LIFE_MARGIN_MS: number = HOUR_MS;

export const defaultPaymentPolicy: PaymentPolicy = {
  currencies: ['USD', 'EUR', 'GBP'],
  amountMaxMajor: 100_000n,
  highValueMajor: 10_000n,
  settleWithinMs: HOUR_MS,
  acquirerKeyLifeMs: 24 * HOUR_MS,
  chargeInFlightMs: 10_000,
  attemptsMax: 3,
  sessionPatienceMs: 60_000,
};
