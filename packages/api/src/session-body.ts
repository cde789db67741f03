// What a caller is shown of a checkout session.
import { formatAmount } from '@understudy/core';
import type { Session, SessionStatus } from '@understudy/core';

export interface SessionBody {
  readonly session_id: string;
  readonly customer_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: SessionStatus;
  readonly expires_at: string;
}

export const sessionBody = (session: Session, status: SessionStatus): SessionBody => ({
  session_id: session.sessionId,
  customer_id: session.customerId,
  amount: formatAmount(session.amount),
  currency: session.amount.currency,
  status,
  expires_at: new Date(session.expiresAt).toISOString(),
});
