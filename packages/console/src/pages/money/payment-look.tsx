// How a payment's state is shown, and where it is shown whole. Every status has its look: a new one does not compile without.
import type { PaymentStatus, RefundStatus } from '@understudy/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Badge } from '../../ui/index.ts';
import type { BadgeLook } from '../../ui/index.ts';

export const statusLooks: Readonly<Record<PaymentStatus, BadgeLook>> = {
  accepted: { tone: 'info', label: 'accepted' },
  processed: { tone: 'good', label: 'processed' },
  failed: { tone: 'bad', label: 'failed' },
  cancelled: { tone: 'plain', label: 'cancelled' },
  quarantined: { tone: 'note', label: 'quarantined' },
};

export const refundLooks: Readonly<Record<RefundStatus, BadgeLook>> = { accepted: statusLooks.accepted, processed: statusLooks.processed, failed: statusLooks.failed };

export const StatusBadge = ({ status }: { readonly status: PaymentStatus }): ReactNode => <Badge {...statusLooks[status]} />;

export interface PaymentLinkProps {
  readonly merchant: string;
  readonly id: string;
  /** Said of the merchant too. */
  readonly isWhole?: boolean;
}

export const PaymentLink = ({ merchant, id, isWhole }: PaymentLinkProps): ReactNode => (
  <Link className="mono keep" href={`/payments/${encodeURIComponent(merchant)}/${encodeURIComponent(id)}`}>{isWhole ? `${merchant} ${id}` : id}</Link>
);

export const Money = ({ amount, currency }: { readonly amount: string; readonly currency: string }): ReactNode => <span className="number keep">{amount} <span className="dim">{currency}</span></span>;
