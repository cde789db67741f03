// An acquirer as the protocol describes it, as small as it can be, with its own books.
import { keyText } from '@understudy/core';
import type { PaymentKey } from '@understudy/core';
import type { AcquirerBehaviour } from '@understudy/core/contracts';
import { answerOf, json, keyOf, TestRefunds } from './test-refunds.ts';
import { startServer } from '../system/test-support/servers.ts';
import type { Answer, Heard, TestServer } from '../system/test-support/servers.ts';

interface Charge {
  readonly of: string;
  readonly reference: string;
  readonly outcome: 'approved' | 'declined';
  voided: boolean;
  readonly minor: bigint;
}

export interface TestAcquirer extends TestServer {
  readonly heard: Heard[];
  behave(key: PaymentKey, behaviour: AcquirerBehaviour | undefined): void;
  netCharges(key: PaymentKey): number;
  refundedMinor(key: PaymentKey): bigint;
}

export async function startTestAcquirer(): Promise<TestAcquirer> {
  const charges = new Map<string, Charge>();
  const behaviours = new Map<string, AcquirerBehaviour>();
  const heard: Heard[] = [];

  const charge = (request: Heard): Answer | 'lost' => {
    const fields = JSON.parse(request.body) as { merchant_id: string; transaction_id: string; amount_minor: string };
    const idempotencyKey = String(request.headers['idempotency-key']);
    const behaviour = behaviours.get(keyOf(fields));
    const known = charges.get(idempotencyKey);
    if (known) return answerOf(known);
    if (behaviour === 'in_progress') return json(409, { status: 'in_progress' });
    if (behaviour === 'invalid') return json(422, { status: 'invalid', code: 'unknown_currency', message: 'This currency is not known.' });
    const made: Charge = { of: keyOf(fields), reference: `ch_${charges.size + 1}`, outcome: behaviour === 'decline' ? 'declined' : 'approved', voided: false, minor: BigInt(fields.amount_minor) };
    charges.set(idempotencyKey, made);
    return behaviour === 'charge_no_answer' ? 'lost' : answerOf(made);
  };

  const lookup = (path: string): Answer => {
    const query = new URL(path, 'http://acquirer').searchParams;
    const of = keyOf({ merchant_id: query.get('merchant_id') ?? '', transaction_id: query.get('transaction_id') ?? '' });
    const found = [...charges.values()].find((one) => one.of === of);
    if (!found) return json(200, { status: 'none' });
    const code = found.outcome === 'declined' ? { code: 'insufficient_funds' } : {};
    return json(200, { status: found.outcome, reference: found.reference, voided: found.voided, ...code });
  };

  const giveBack = (path: string): Answer => {
    const found = charges.get(path.split('/')[3] ?? '');
    if (!found) return json(404, { status: 'none' });
    if (found.outcome === 'declined') return json(200, { status: 'declined' });
    found.voided = true;
    return json(200, { status: 'voided' });
  };

  const refunds = new TestRefunds({
    behaviourOf: (of) => behaviours.get(of),
    chargedMinor: (of, reference) => [...charges.values()].find((one) => one.of === of && one.reference === reference)?.minor ?? 0n,
  });

  const server = await startServer((request) => {
    heard.push(request);
    const isRefund = request.path.startsWith('/v1/refunds');
    if (request.method === 'GET') return isRefund ? refunds.lookup(request.path) : lookup(request.path);
    if (isRefund) return refunds.refund(request);
    return request.path === '/v1/charges' ? charge(request) : giveBack(request.path);
  });
  return {
    ...server,
    heard,
    behave: (key, behaviour) => void (behaviour ? behaviours.set(keyText(key), behaviour) : behaviours.delete(keyText(key))),
    refundedMinor: (key) => refunds.givenBackMinor(keyText(key)),
    netCharges: (key) => [...charges.values()].filter((one) => one.of === keyText(key) && one.outcome === 'approved' && !one.voided).length,
  };
}
