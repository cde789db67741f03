// The refunds of the test acquirer, as the protocol describes them, and the answers that it shares with charges.
import { keyText, merchantId, transactionId } from '@understudy/core';
import type { AcquirerBehaviour } from '@understudy/core/contracts';
import type { Answer, Heard } from '../system/test-support/servers.ts';

interface Refund {
  readonly of: string;
  readonly id: string;
  readonly reference: string;
  readonly outcome: 'approved' | 'declined';
  readonly minor: bigint;
}

interface Charges {
  behaviourOf(of: string): AcquirerBehaviour | undefined;
  chargedMinor(of: string, reference: string): bigint;
}

export const json = (status: number, body: object): Answer => ({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

export const keyOf = (fields: { readonly merchant_id: string; readonly transaction_id: string }): string =>
  keyText({ merchantId: merchantId(fields.merchant_id), transactionId: transactionId(fields.transaction_id) });

export const answerOf = (charge: { readonly outcome: 'approved' | 'declined'; readonly reference: string }): Answer =>
  charge.outcome === 'approved'
    ? json(200, { status: 'approved', reference: charge.reference })
    : json(402, { status: 'declined', reference: charge.reference, code: 'insufficient_funds' });

export class TestRefunds {
  readonly #charges: Charges;
  readonly #byKey = new Map<string, Refund>();

  constructor(charges: Charges) {
    this.#charges = charges;
  }

  givenBackMinor(of: string): bigint {
    return [...this.#byKey.values()].filter((one) => one.of === of && one.outcome === 'approved').reduce((sum, one) => sum + one.minor, 0n);
  }

  refund(request: Heard): Answer | 'lost' {
    const fields = JSON.parse(request.body) as { merchant_id: string; transaction_id: string; refund_id: string; charge_reference: string; amount_minor: string };
    const [of, idempotencyKey, minor] = [keyOf(fields), String(request.headers['idempotency-key']), BigInt(fields.amount_minor)];
    const behaviour = this.#charges.behaviourOf(of);
    const known = this.#byKey.get(idempotencyKey);
    if (known) return answerOf(known);
    if (behaviour === 'in_progress') return json(409, { status: 'in_progress' });
    if (behaviour === 'invalid') return json(422, { status: 'invalid', code: 'unknown_currency' });
    const isDeclined = behaviour === 'decline' || this.givenBackMinor(of) + minor > this.#charges.chargedMinor(of, fields.charge_reference);
    const made: Refund = { of, id: fields.refund_id, reference: `re_${this.#byKey.size + 1}`, outcome: isDeclined ? 'declined' : 'approved', minor };
    this.#byKey.set(idempotencyKey, made);
    return behaviour === 'charge_no_answer' ? 'lost' : answerOf(made);
  }

  lookup(path: string): Answer {
    const query = new URL(path, 'http://acquirer').searchParams;
    const of = keyOf({ merchant_id: query.get('merchant_id') ?? '', transaction_id: query.get('transaction_id') ?? '' });
    const found = [...this.#byKey.values()].find((one) => one.of === of && one.id === query.get('refund_id'));
    if (!found) return json(200, { status: 'none' });
    return json(200, { status: found.outcome, reference: found.reference, ...(found.outcome === 'declined' && { code: 'insufficient_funds' }) });
  }
}
