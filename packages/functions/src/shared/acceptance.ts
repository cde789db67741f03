// The answers that accepting functions share.
import { acceptedBody } from '@understudy/api';
import type { AcceptResult, KnownPayment } from '@understudy/core';
import { invalidRequest, refusal, unavailable } from './reply.ts';
import type { Reply } from './reply.ts';

export const acceptedReply = (status: 200 | 202, payment: KnownPayment): Reply => ({
  status,
  body: acceptedBody(payment),
  transactionId: payment.transactionId,
});

export function refusedReply(result: Exclude<AcceptResult, { code: 'accepted' }>): Reply {
  switch (result.code) {
    case 'idempotency_conflict':
      return refusal('idempotency_conflict', result.reason);
    case 'invalid_session':
      return invalidRequest([{ field: result.field, message: result.message }]);
    case 'session_expired':
      return refusal('session_expired', 'the session has expired; open another');
    case 'session_in_use':
      return refusal('session_in_use', 'another payment holds this session; wait for its outcome');
    case 'session_paid':
      return refusal('session_paid', 'the session is paid by another payment');
    case 'unavailable':
      return unavailable();
  }
}
