// The payment API as methods, from a caller's side that outlives a region.
// Invariant: each method resolves with what the contract promises, or rejects with PaymentError (a definite no),
// UnansweredError (nobody knows) or the reason of the caller's signal. Nothing else is thrown, and the key is in none of it.
// How a request gets its answer is race.ts; this file says only what is asked, and which requests have no id.
import type { AcceptedBody, CancelledBody, PaymentBody, PaymentsBody, ProcessedBody, ReceiptBody, RefundBody, RefundsBody, SessionBody, ValidatedBody, WebhookBody } from '../bodies.ts';
import { routes } from '../routes.ts';
import type { OperationName } from '../routes.ts';
import { Budget } from './budget.ts';
import { Endpoint } from './endpoint.ts';
import { PaymentError, UnansweredError } from './errors.ts';
import { isErrorBody } from './exchange.ts';
import type { ApiRequest } from './exchange.ts';
import { Pace, patiently, promptly } from './pace.ts';
import { race, sendOnce } from './race.ts';
import type { Outcome } from './race.ts';
import type { CallOptions, ListOptions, PaymentRequest, ProcessRequest, RefundRequest, SessionRequest, WebhookRequest } from './requests.ts';
import { sleep, thisPlatform } from './world.ts';
import type { World } from './world.ts';

export interface ClientOptions {
  /** Base URLs: the near region's, the other region's and, if there is one, the name that DNS moves. Asked in this order while all are well. */
  readonly endpoints: readonly string[];
  readonly apiKey: string;
  /** For calls that name none: 30 seconds, which outlasts most failovers. */
  readonly deadlineMs?: number;
  /** Parts of the platform to replace, as tests do. */
  readonly world?: Partial<World>;
}

export type SettledPayment = PaymentBody | CancelledBody;

/** Two regions, the name that DNS moves, and one to spare. */
const ENDPOINTS_MAX = 4;
const DEADLINE_MS = 30_000;
/** An outcome is mostly there within the first of these. */
const POLL_MS = { first: 100, max: 2_000, growth: 1.6 } as const;

/** Without an id of the caller, so that a second one would be a second session or endpoint. */
const withoutId: ReadonlySet<OperationName> = new Set(['openSession', 'addWebhook']);

interface Parts {
  /** The path's parameters, in its order. */
  readonly path?: readonly string[];
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
}

export class PaymentClient {
  readonly #world: World;
  readonly #endpoints: readonly Endpoint[];
  readonly #authorization: string;
  readonly #deadlineMs: number;
  readonly #promptly = new Pace(promptly);
  readonly #patiently = new Pace(patiently);
  readonly #budget: Budget;

  constructor({ endpoints, apiKey, deadlineMs = DEADLINE_MS, world }: ClientOptions) {
    if (endpoints.length < 1 || endpoints.length > ENDPOINTS_MAX) throw new TypeError(`endpoints: from 1 to ${ENDPOINTS_MAX} base URLs are needed`);
    this.#world = { ...thisPlatform(), ...world };
    this.#endpoints = endpoints.map((url) => new Endpoint(url.replace(/\/+$/, ''), this.#world.random));
    this.#authorization = `Bearer ${apiKey}`;
    this.#deadlineMs = deadlineMs;
    this.#budget = new Budget(this.#world.clock.now());
  }

  /** Accepts a payment: from now on it will be charged once, or declined. */
  pay(payment: PaymentRequest, options?: CallOptions): Promise<AcceptedBody> {
    return this.#send('acceptPayment', { body: payment }, options);
  }

  /** As `pay`, with the answer of `POST /validate`. It leads to a charge. */
  validate(payment: PaymentRequest, options?: CallOptions): Promise<ValidatedBody> {
    return this.#send('validatePayment', { body: payment }, options);
  }

  /** Accepts a payment and waits some seconds for its outcome. A decline is a PaymentError `declined`. */
  process(payment: ProcessRequest, options?: CallOptions): Promise<ProcessedBody | AcceptedBody> {
    return this.#send('processPayment', { body: payment }, options);
  }

  /**
   * As `process`, and goes on waiting, through a failover too. Resolves only when the charge is in the books; rejects
   * with PaymentError `declined` or `already_decided` (cancelled) whichever way that became known.
   */
  async payAndWait(payment: ProcessRequest, options: CallOptions = {}): Promise<ProcessedBody> {
    const deadline = this.#deadlineOf(options);
    const answer = await this.process(payment, options);
    if ('message' in answer) return answer;
    return processedOf(await this.waitForOutcome(payment.transaction_id, { ...options, deadlineMs: deadline - this.#world.clock.now() }));
  }

  /** The payment once it is processed, failed or cancelled. One that is quarantined is still waited for: it is not decided. */
  async waitForOutcome(transactionId: string, options: CallOptions = {}): Promise<SettledPayment> {
    const { clock, random } = this.#world;
    const deadline = this.#deadlineOf(options);
    const { signal = new AbortController().signal } = options;
    for (let polls = 1, pauseMs: number = POLL_MS.first; ; polls += 1, pauseMs = Math.min(POLL_MS.max, pauseMs * POLL_MS.growth)) {
      const payment = await this.read(transactionId, { signal, deadlineMs: deadline - clock.now() });
      if (payment.status !== 'accepted' && payment.status !== 'quarantined') return payment;
      if (clock.now() + pauseMs >= deadline) throw new UnansweredError(polls);
      await sleep(clock, pauseMs * (0.5 + random() / 2), signal);
    }
  }

  /** Never a false "not found". */
  read(transactionId: string, options?: CallOptions): Promise<PaymentBody | CancelledBody> {
    return this.#send('readPayment', { path: [transactionId] }, options);
  }

  /** Of a processed payment, written soon after it is; until then a PaymentError `not_found`. */
  receipt(transactionId: string, options?: CallOptions): Promise<ReceiptBody> {
    return this.#send('readReceipt', { path: [transactionId] }, options);
  }

  /** Newest first. */
  listPayments(customerId: string, { limit, cursor, ...options }: ListOptions = {}): Promise<PaymentsBody> {
    return this.#send('listPayments', { path: [customerId], query: { limit, cursor } }, options);
  }

  /** Once this resolves the payment is not charged, also if its id was never seen before. */
  cancel(transactionId: string, options?: CallOptions): Promise<CancelledBody> {
    return this.#send('cancelPayment', { path: [transactionId] }, options);
  }

  refund(transactionId: string, refund: RefundRequest, options?: CallOptions): Promise<RefundBody> {
    return this.#send('acceptRefund', { path: [transactionId], body: refund }, options);
  }

  refunds(transactionId: string, options?: CallOptions): Promise<RefundsBody> {
    return this.#send('listRefunds', { path: [transactionId] }, options);
  }

  /** Has no id of yours: after an UnansweredError open another, the lost one can be paid by nobody who does not know it. */
  openSession(session: SessionRequest, options?: CallOptions): Promise<SessionBody> {
    return this.#send('openSession', { body: session }, options);
  }

  readSession(sessionId: string, options?: CallOptions): Promise<SessionBody> {
    return this.#send('readSession', { path: [sessionId] }, options);
  }

  /** Shows the secret this once. After an UnansweredError the list says whether it stands. */
  addWebhook(webhook: WebhookRequest, options?: CallOptions): Promise<WebhookBody & { readonly secret: string }> {
    return this.#send('addWebhook', { body: webhook }, options);
  }

  webhooks(options?: CallOptions): Promise<{ readonly webhooks: readonly WebhookBody[] }> {
    return this.#send('listWebhooks', {}, options);
  }

  /** When a repeat finds nothing, an earlier try of this very call removed it. */
  async removeWebhook(webhookId: string, options?: CallOptions): Promise<{ readonly webhook_id: string; readonly status: 'removed' }> {
    const { answer, tries } = await this.#outcome('removeWebhook', { path: [webhookId] }, options);
    if (tries > 1 && isErrorBody(answer.body) && answer.body.code === 'not_found') return { webhook_id: webhookId, status: 'removed' };
    return bodyOf({ answer, tries });
  }

  async #send<Body>(operation: OperationName, parts: Parts, options?: CallOptions): Promise<Body> {
    return bodyOf(await this.#outcome(operation, parts, options));
  }

  #outcome(operation: OperationName, parts: Parts, options: CallOptions = {}): Promise<Outcome> {
    const pace = operation === 'processPayment' ? this.#patiently : this.#promptly;
    const send = withoutId.has(operation) ? sendOnce : race;
    const request = this.#requestOf(operation, parts);
    this.#budget.earn();
    return send(this.#world, { request, endpoints: this.#endpoints, pace, budget: this.#budget, deadline: this.#deadlineOf(options), signal: options.signal });
  }

  #deadlineOf({ deadlineMs = this.#deadlineMs }: CallOptions): number {
    return this.#world.clock.now() + deadlineMs;
  }

  #requestOf(operation: OperationName, { path = [], query = {}, body }: Parts): ApiRequest {
    const route = routes[operation];
    const ids = path.values();
    const asked = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
    return {
      method: route.method,
      path: route.path.replace(/\{\w+\}/g, () => encodeURIComponent(ids.next().value ?? '')) + (asked.size > 0 ? `?${asked.toString()}` : ''),
      headers: { authorization: this.#authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    };
  }
}

/** The contract says which body an operation has; its shape is the server's promise, held by the server's own tests. */
function bodyOf<Body>({ answer }: Outcome): Body {
  const { status, body } = answer;
  if (isErrorBody(body)) throw new PaymentError(status, body);
  return body as Body;
}

/** What `POST /process` would have answered. */
function processedOf(payment: SettledPayment): ProcessedBody {
  const { transaction_id: id } = payment;
  if (payment.status === 'processed') return { message: 'Payment processed successfully', transaction_id: id, timestamp: Math.floor(Date.parse(payment.settled_at ?? '') / 1000) };
  if (payment.status === 'failed') throw new PaymentError(402, { code: 'declined', error: `the payment failed and this transaction_id is spent: ${payment.error ?? 'declined'}` });
  throw new PaymentError(409, { code: 'already_decided', error: 'the payment was cancelled and this transaction_id is spent' });
}
