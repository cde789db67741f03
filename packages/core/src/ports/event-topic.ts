import type { PaymentKey } from '../domain/payment/payment.ts';

/**
 * Hints that the books hold something new to tell of these payments: messages on this region's transactions topic.
 * Never the only copy of anything. Throws PortFault of port `events`.
 */
export interface EventTopic {
  publish(keys: readonly PaymentKey[]): Promise<void>;
}
