export type AlertKind =
  | 'high_value' | 'payment_failed' | 'refund_failed' | 'delivery_dead' | 'payment_quarantined' | 'orphan_charge_voided' | 'orphan_charge_stands' | 'refund_differs' | 'ledger_refuses'
  | 'failover_started' | 'failover_done' | 'failover_refused' | 'failover_needs_approval' | 'failback_done'
  | 'region_unreachable' | 'settlement_stalled' | 'settlement_file_alone' | 'settlement_file_differs';

export interface Alert {
  /** The same for the same alert told again; whoever raises one without gets a new one each time. */
  readonly id?: string;
  readonly kind: AlertKind;
  /** One sentence for the person on call; holds ids, never card or customer data. */
  readonly sentence: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** Tells operators. Best effort and at least once; throws PortFault of port `alerts`, which callers note and go on. */
export interface Alerts {
  raise(alert: Alert): Promise<void>;
}
