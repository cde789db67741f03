// What an acquirer does to us: it charges and times out, has no outcome yet, and forgets that it declined.
import { InMemoryAcquirer } from '@understudy/adapters/in-memory';
import { isPortFault, keyText } from '@understudy/core';
import type { PaymentKey } from '@understudy/core';
import type { Stage } from '../stage.ts';
import { paymentIds } from '../workload/payments.ts';
import { isDeclined } from '../workload/shop.ts';
import type { Script } from '../workload/script.ts';

const LAST_TICK = 1200;
const TIMES_OUT = 3;
const REFUSES = 4;
/** Often enough that it forgets most declines while somebody is still deciding. */
const FORGETS = 100;

export function acquirerTroubles({ dice, world: { backstage: { acquirer } } }: Stage): Script {
  const timesOut = Array.from({ length: TIMES_OUT }, () => ({ atTick: dice.integer(LAST_TICK), happen: () => acquirer.behave({ mode: 'charge_no_answer', times: 1 }) }));
  const undecidedAt = dice.integer(LAST_TICK);
  const undecided = { atTick: undecidedAt, happen: () => acquirer.behave({ mode: 'in_progress', times: 1 }) };
  const finishes = { atTick: undecidedAt + 50 + dice.integer(250), happen: () => void finishCharges(acquirer) };
  // A breach of what is demanded of it.
  const forgets = dice.chance(0.3) ? [
    ...Array.from({ length: FORGETS }, () => ({ atTick: dice.integer(LAST_TICK), happen: () => acquirer.forgetDeclines() })),
    ...Array.from({ length: FORGETS / 10 }, () => ({ atTick: dice.integer(LAST_TICK), happen: () => acquirer.behave({ mode: 'charge_no_answer', times: 1, match: (key) => isDeclined(key.transactionId) }) })),
  ] : [];
  const refused = dice.pick(paymentIds);
  // It refuses charges of one payment as such for a while, so that it is set aside. Of refunds it must not take that back.
  const refuses = dice.chance(0.3) ? [{ atTick: 0, happen: () => acquirer.behave({ mode: 'invalid', times: REFUSES, match: (key) => !('refundId' in key) && key.transactionId === refused }) }] : [];
  return [...timesOut, undecided, finishes, ...forgets, ...refuses];
}

/** What was in progress gets its outcome by itself. Past whoever watches for charges, for nobody asks for one here. */
export async function finishCharges(acquirer: InMemoryAcquirer): Promise<void> {
  const chargeOf = (refund: PaymentKey): string => acquirer.charges().find((charge) => keyText(charge) === keyText(refund) && charge.outcome === 'approved' && !charge.voided)?.reference ?? '';
  const asked = [
    ...acquirer.charges().filter(isInProgress).map((charge) => InMemoryAcquirer.prototype.charge.call(acquirer, charge)),
    ...acquirer.refunds().filter(isInProgress).map((refund) => InMemoryAcquirer.prototype.refund.call(acquirer, { ...refund, chargeReference: chargeOf(refund) })),
  ];
  await Promise.all(asked.map((answer) => answer.catch((error: unknown) => {
    if (!isPortFault(error)) throw error;
  })));
}

const isInProgress = ({ outcome }: { readonly outcome: string }): boolean => outcome === 'in_progress';
