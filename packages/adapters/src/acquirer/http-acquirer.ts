/**
 * Charges cards, and gives money back, through an acquirer's HTTP interface.
 * Invariant: it returns only what the acquirer definitely said; whatever was not understood, late or lost is a
 * retryable fault, because the money may have moved.
 * It repeats nothing, decides nothing, and puts no part of a request or an answer into a fault.
 */
import { assert, keyText, PortFault } from '@understudy/core';
import type { Acquirer, ChargeKey, ChargeRequest, RefundKey, RefundOrder } from '@understudy/core';
import { httpCall, HttpFault, keepAliveAgent } from '../system/http-call.ts';
import type { HttpAnswer } from '../system/http-call.ts';
import { sha256Hex } from '../system/sha256-hex.ts';
import { isVoidDone, readChargeAnswer, readLookupAnswer } from './answers.ts';

/** Connecting takes one round trip; an acquirer that needs longer is not there. */
const CONNECT_MS_MAX = 1000;
const TIMEOUT_MS = 3000;

export interface HttpAcquirerOptions {
  readonly baseUrl: string;
  readonly apiKey?: string;
  /** The whole of one call. */
  readonly timeoutMs?: number;
}

const unknown = (message: string, cause?: unknown): PortFault => new PortFault({ port: 'acquirer', retryable: true, message, cause });

/** A definite answer, or the fault that says it was none. */
const definite = <T>(answer: HttpAnswer, meaning: T | undefined): T => {
  if (meaning === undefined) throw unknown(`an answer that says nothing definite (HTTP ${answer.status})`);
  return meaning;
};

const chargeBody = (request: ChargeRequest): string =>
  JSON.stringify({
    merchant_id: request.merchantId,
    transaction_id: request.transactionId,
    amount_minor: request.amount.minor.toString(),
    currency: request.amount.currency,
    payment_method: request.paymentMethod,
    live: request.live,
  });

const refundBody = (order: RefundOrder): string =>
  JSON.stringify({
    merchant_id: order.merchantId,
    transaction_id: order.transactionId,
    refund_id: order.refundId,
    charge_reference: order.chargeReference,
    amount_minor: order.amount.minor.toString(),
    currency: order.amount.currency,
    live: order.live,
  });

/** One side of an acquirer, live or test: which one is asked is decided before, by `createAcquirerSides`. */
export function createHttpAcquirer(options: HttpAcquirerOptions): Acquirer {
  const base = options.baseUrl.replace(/\/+$/, '');
  const agent = keepAliveAgent(new URL(base));
  const totalMs = options.timeoutMs ?? TIMEOUT_MS;
  const limits = { connectMs: Math.min(CONNECT_MS_MAX, totalMs), totalMs };
  const authorization = options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };

  const call = async (path: string, post?: { readonly body: string; readonly headers?: Readonly<Record<string, string>> }): Promise<HttpAnswer> => {
    try {
      const headers = { accept: 'application/json', ...authorization, ...post?.headers };
      const url = new URL(base + path);
      return await httpCall({ method: post ? 'POST' : 'GET', url, headers, agent, ...limits, ...(post && { body: post.body }) });
    } catch (error) {
      if (error instanceof HttpFault) throw unknown(`no answer (${error.message})`, error);
      throw error;
    }
  };

  return {
    async charge(request) {
      // The void is addressed by this very key, so another one would leave a charge that cannot be given back.
      assert(request.idempotencyKey === sha256Hex(keyText(request)), 'the acquirer key is the digest of the payment key');
      const answer = await call('/v1/charges', { body: chargeBody(request), headers: { 'idempotency-key': request.idempotencyKey } });
      return definite(answer, readChargeAnswer(answer));
    },
    async lookup(key: ChargeKey) {
      const query = new URLSearchParams({ merchant_id: key.merchantId, transaction_id: key.transactionId });
      const answer = await call(`/v1/charges?${query.toString()}`);
      return definite(answer, readLookupAnswer(answer));
    },
    async void(key: ChargeKey, reference) {
      const answer = await call(`/v1/charges/${sha256Hex(keyText(key))}/void`, { body: JSON.stringify({ reference }) });
      if (!isVoidDone(answer)) throw unknown(`a void that was not confirmed (HTTP ${answer.status})`);
    },
    async refund(order: RefundOrder) {
      const answer = await call('/v1/refunds', { body: refundBody(order), headers: { 'idempotency-key': order.idempotencyKey } });
      return definite(answer, readChargeAnswer(answer));
    },
    async lookupRefund(key: RefundKey) {
      const query = new URLSearchParams({ merchant_id: key.merchantId, transaction_id: key.transactionId, refund_id: key.refundId });
      const answer = await call(`/v1/refunds?${query.toString()}`);
      return definite(answer, readLookupAnswer(answer));
    },
  };
}
