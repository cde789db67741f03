// Payments as they stand in the journal, made from a number: the same number is always the same payment.
import { customerId, epochMs, epochOf, merchantId, minorUnits, transactionId } from '@understudy/core';
import type { DecidedPayment, PaymentKey } from '@understudy/core';

const MERCHANT = merchantId('m1');
/** A morning in the past: settled payments are older than anything that is still in flight. */
const ACCEPTED_AT = Date.UTC(2026, 0, 5, 8);
/** So that a payment of the past is charged all the same. */
const NEVER = epochMs(Date.UTC(2200, 0, 1));

/** Spreads the ids over an index as random ones are, and leads back from the id to the number. */
export const idOf = (prefix: string, n: number): string => `${((Math.imul(n, 0x9e3779b1) >>> 0).toString(16)).padStart(8, '0')}-${prefix}-${n}`;
export const numberOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1));

export const keyAt = (prefix: string, n: number): PaymentKey => ({ merchantId: MERCHANT, transactionId: transactionId(idOf(prefix, n)) });

/** Decided as processed, and posted nowhere. */
export function decidedAt(key: PaymentKey, n: number): DecidedPayment {
  const acceptedAt = epochMs(ACCEPTED_AT + (n % 3_600_000));
  return {
    ...key,
    acceptance: {
      customerId: customerId(`customer-${n % 997}`),
      amount: { minor: minorUnits(BigInt(1 + (n % 1_500_000))), currency: 'USD' },
      paymentMethod: 'tok_visa',
      fingerprint: 'f'.repeat(64),
      acceptedAt,
      acceptedRegion: 'us-east-1',
      settleBefore: NEVER,
      live: true,
    },
    decision: { outcome: 'processed', acquirerReference: `ref-${n}`, decidedAt: epochMs(acceptedAt + 200), businessDate: '2026-01-05' as DecidedPayment['decision']['businessDate'] },
    postedEpoch: epochOf(0),
    inWork: true,
    attempts: 0,
  };
}

export const batchOf = (prefix: string, from: number, size: number): readonly DecidedPayment[] => Array.from({ length: size }, (_, i) => decidedAt(keyAt(prefix, from + i), from + i));
