// The answers that accepting functions share.
import { acceptedBody } from '@understudy/api';
import type { AcceptedPayment, AcceptResult } from '@understudy/core';
import { refusal, unavailable } from './reply.ts';
import type { Reply } from './reply.ts';

export const acceptedReply = (status: 200 | 202, payment: AcceptedPayment): Reply => ({
  status,
  body: acceptedBody(payment),
  transactionId: payment.transactionId,
});

export function refusedReply(result: Exclude<AcceptResult, { code: 'accepted' }>): Reply {
  switch (result.code) {
    case 'idempotency_conflict':
      return refusal('idempotency_conflict', result.reason);
    case 'unavailable':
      return unavailable();
  }
}
