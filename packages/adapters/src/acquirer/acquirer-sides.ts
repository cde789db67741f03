/**
 * The live and the test acquirer behind one port.
 * Invariant: whatever is asked about a payment, its first charge to its last void, goes to the side that the payment
 * was accepted for; a test payment never reaches the live side, and a live one is never mistaken for a test.
 */
import type { Acquirer } from '@understudy/core';

export interface AcquirerSides {
  readonly live: Acquirer;
  readonly test: Acquirer;
}

export function createAcquirerSides(sides: AcquirerSides): Acquirer {
  const sideOf = ({ live }: { readonly live: boolean }): Acquirer => (live ? sides.live : sides.test);
  return {
    charge: (request) => sideOf(request).charge(request),
    lookup: (charge) => sideOf(charge).lookup(charge),
    void: (charge, reference) => sideOf(charge).void(charge, reference),
    refund: (order) => sideOf(order).refund(order),
    lookupRefund: (refund) => sideOf(refund).lookupRefund(refund),
  };
}
