// Says that the books hold something new to tell. Best effort: the outbox row is the truth, and a lost hint costs
// the seconds until the next pass over all that is due.
import type { PaymentKey } from '../domain/payment/payment.ts';
import type { EventTopic } from '../ports/event-topic.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Log } from '../ports/log.ts';

/** Never throws PortFault. */
export type Announce = (keys: readonly PaymentKey[]) => Promise<void>;

export const announceThrough = (topic: EventTopic, log: Log): Announce => async (keys) => {
  if (keys.length === 0) return;
  try {
    await topic.publish(keys);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    log.warn('event_hint_lost', { payments: keys.length, cause: error.message });
  }
};
