import type { Delivery } from './outbox.ts';

/** The dead-letter queue of deliveries that were given up: a message in it is a reason to alarm. Throws PortFault of port `queue`. */
export interface DeadDeliveries {
  send(delivery: Delivery, eventId: string): Promise<void>;
}
