/** Checkout sessions: whatever several customers try at once, one payment of a session at most is processed and charged. */
import type { SentPayment } from '../load.ts';
import { sentences } from './promise.ts';
import type { Books, CheckedPromise } from './promise.ts';

export function checkSessions(payments: readonly SentPayment[], { rows, charges }: Books): CheckedPromise {
  const payersOf = Map.groupBy(payments.filter(({ sessionId }) => sessionId !== undefined), ({ sessionId }) => sessionId);
  const processed = new Set(rows.filter((row) => row.status === 'processed').map((row) => row.transaction_id));
  const net = new Map(charges.map((charge) => [charge.transaction_id, charge.charges - charge.voids]));
  let [paid, contested] = [0, 0];
  const broken: string[] = [];
  for (const [session, payers] of payersOf) {
    const names = payers.map(({ transactionId }) => transactionId);
    const done = names.filter((name) => processed.has(name)).length;
    const standing = names.reduce((sum, name) => sum + (net.get(name) ?? 0), 0);
    if (payers.length > 1) contested += 1;
    if (done === 1) paid += 1;
    if (done > 1 || standing > 1) broken.push(`session ${session} was paid ${done} times, with ${standing} charges that stand, by ${names.join(' and ')}`);
    if (payers.length === 1 && payers[0]?.refusedStatus !== undefined) broken.push(`session ${session} refused its only payment, ${names[0]}, with ${payers[0].refusedStatus}`);
  }
  return {
    promise: 'A session is paid at most once',
    seen: `${payersOf.size} sessions, ${paid} of them paid; ${contested} had two payers at once`,
    broken: sentences(broken),
  };
}
