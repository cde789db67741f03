// Accepts a payment in either region, at any time. Invariant: 202 is answered only after the journal holds
// the payment, and one id is one payment for ever; one that pays a session holds it by then (see hold-session.ts).
// Does not charge and does not decide.
import { canonicalText, isSameRequest } from '../domain/payment/idempotency.ts';
import type { PaymentRequest } from '../domain/payment/payment-request.ts';
import { acceptedOf, isKnown } from '../domain/payment/payment.ts';
import type { KnownPayment, MerchantId, Payment, PaymentKey } from '../domain/payment/payment.ts';
import type { PaymentPolicy } from '../domain/payment/policy.ts';
import type { Region } from '../domain/region/region.ts';
import { epochMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Queue } from '../ports/queue.ts';
import type { ActiveRegion } from './active-region.ts';
import { holdSession } from './hold-session.ts';
import type { HoldPorts, SessionRefusal } from './hold-session.ts';
import { repeat } from './repeat.ts';

export interface AcceptPorts {
  readonly region: Region;
  readonly journal: Journal;
  readonly queue: Queue;
  readonly activeRegion: ActiveRegion;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly policy: PaymentPolicy;
}

export interface Caller {
  readonly merchantId: MerchantId;
  readonly live: boolean;
}

export type AcceptResult =
  | { readonly code: 'accepted'; readonly isNew: boolean; readonly payment: KnownPayment }
  /** The id stands for other content, or was cancelled before it was seen. */
  | { readonly code: 'idempotency_conflict'; readonly reason: string }
  | SessionRefusal
  /** Unknown: the same id may be sent again, anywhere. */
  | { readonly code: 'unavailable' };

/** What accepting takes beyond what cancelling takes. */
export type PayPorts = AcceptPorts & Pick<HoldPorts, 'holds' | 'signer'>;

/** Refusals: `idempotency_conflict`, `unavailable` (outcome unknown), and those of holdSession. */
export async function acceptPayment(ports: PayPorts, caller: Caller, request: PaymentRequest): Promise<AcceptResult> {
  const key: PaymentKey = { merchantId: caller.merchantId, transactionId: request.transactionId };
  const fingerprint = ports.digest(canonicalText(caller.merchantId, request));
  const acceptedAt = ports.clock.now();
  const acceptance = {
    customerId: request.customerId,
    amount: request.amount,
    ...(request.paymentMethod === undefined ? {} : { paymentMethod: request.paymentMethod }),
    ...(request.sessionId === undefined ? {} : { sessionId: request.sessionId }),
    fingerprint,
    acceptedAt,
    acceptedRegion: ports.region,
    settleBefore: epochMs(acceptedAt + ports.policy.settleWithinMs),
    live: caller.live,
  };
  try {
    const refusal = await sessionRefusal(ports, caller, request);
    if (refusal) {
      // Its session may have expired, or gone to another, since this very payment was accepted: then its answer stands.
      const stored = await repeat(ports.clock, () => ports.journal.read(key));
      return stored ? repeatOf(stored, { caller, fingerprint, request }) : refusal;
    }
    const result = await repeat(ports.clock, () => ports.journal.accept(key, acceptance));
    if (result.code === 'created') {
      return { code: 'accepted', isNew: true, payment: { ...key, acceptance, postedEpoch: 0 as never, inWork: true, attempts: 0 } };
    }
    return repeatOf(result.payment, { caller, fingerprint, request });
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('accept_unknown', { transaction_id: key.transactionId, cause: error.message });
    return { code: 'unavailable' };
  }
}

const sessionRefusal = async (ports: PayPorts, caller: Caller, request: PaymentRequest): Promise<SessionRefusal | undefined> =>
  request.sessionId === undefined ? undefined : holdSession(ports, caller, { ...request, sessionId: request.sessionId });

interface Repeated {
  readonly caller: Caller;
  readonly fingerprint: string;
  readonly request: PaymentRequest;
}

function repeatOf(stored: Payment, { caller, fingerprint, request }: Repeated): AcceptResult {
  if (!isKnown(stored)) return { code: 'idempotency_conflict', reason: 'this transaction_id was cancelled before it was accepted and is spent' };
  const { acceptance } = stored;
  if (acceptedOf(stored).live !== caller.live) return { code: 'idempotency_conflict', reason: 'this transaction_id was accepted with a key of the other mode, test or live' };
  // A tombstone has kept the fingerprint alone: neither the payment method nor the session is compared any more.
  if (acceptance ? !isSameRequest(acceptance, fingerprint, request) : acceptedOf(stored).fingerprint !== fingerprint) {
    return { code: 'idempotency_conflict', reason: 'this transaction_id was accepted with other content' };
  }
  return { code: 'accepted', isNew: false, payment: stored };
}

/** Tells the settling region that a payment waits. Losing the hint costs latency, never the payment. */
export async function sendHint(ports: AcceptPorts, key: PaymentKey): Promise<void> {
  const active = await ports.activeRegion();
  const targets = active === undefined || active === ports.region ? [ports.region] : [active, ports.region];
  for (const target of targets) {
    try {
      await ports.queue.send(target, key);
      return;
    } catch (error) {
      if (!isPortFault(error)) throw error;
      ports.log.warn('hint_lost', { to: target, cause: error.message });
    }
  }
  ports.metrics.count('HintLost');
}
