import type { PaymentKey } from '../domain/payment/payment.ts';
import type { Region } from '../domain/region/region.ts';

/** Hints that a payment is waiting. Never the only copy of anything. Throws PortFault of port `queue`. */
export interface Queue {
  send(region: Region, key: PaymentKey): Promise<void>;
}
