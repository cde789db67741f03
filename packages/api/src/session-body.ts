// What a caller is shown of a checkout session.
import { formatAmount } from '@understudy/core';
import type { Session, SessionStatus } from '@understudy/core';
import type { SessionBody } from './bodies.ts';

export const sessionBody = (session: Session, status: SessionStatus): SessionBody => ({
  session_id: session.sessionId,
  customer_id: session.customerId,
  amount: formatAmount(session.amount),
  currency: session.amount.currency,
  status,
  expires_at: new Date(session.expiresAt).toISOString(),
});
