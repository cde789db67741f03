import type { Endpoint } from '../domain/event/endpoint.ts';
import type { MerchantId } from '../domain/payment/payment.ts';

export interface EndpointList {
  /** 0 for a merchant that never had any. */
  readonly revision: number;
  readonly endpoints: readonly Endpoint[];
}

/** The webhook endpoints of each merchant, in the strongly consistent table. Throws PortFault of port `endpoints`. */
export interface Endpoints {
  /** Strong. */
  read(merchant: MerchantId): Promise<EndpointList>;
  /** Stands only if the list still has this revision; the new one has the next. */
  replace(merchant: MerchantId, revision: number, endpoints: readonly Endpoint[]): Promise<boolean>;
}
