/**
 * The kinds of client that send a drill's load, behind one interface: what each does about a region that is lost differs,
 * what is asked of it does not. Invariant: an answer is what the client's own caller would see, so a call that a client
 * repeats inside itself is one call here.
 */
import { Agent, request } from 'node:http';
import { PaymentClient, PaymentError } from '@understudy/api/client';

export interface MoneyToSend {
  readonly amountMinor: number;
  readonly currency: string;
}

export interface PaymentToSend extends MoneyToSend {
  readonly transactionId: string;
  readonly sessionId?: string;
}

export interface RefundToSend extends MoneyToSend {
  readonly transactionId: string;
  readonly refundId: string;
}

export type Answer =
  | { readonly kind: 'accepted'; readonly region: string | undefined }
  /** Sending again cannot change it. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unknown' };

export interface Sender {
  send: (payment: PaymentToSend) => Promise<Answer>;
  /** The new session's id, or undefined when nobody gave one. */
  openSession: (money: MoneyToSend) => Promise<string | undefined>;
  refund: (refund: RefundToSend) => Promise<Answer>;
  /** What the caller is told has become of a payment; undefined when nobody says. */
  statusOf: (transactionId: string) => Promise<string | undefined>;
  close: () => void;
}

export const clientKinds = ['dns-only', 'dns-retrying', 'library'] as const;
export type ClientKind = (typeof clientKinds)[number];

interface Doors {
  readonly api: string;
  readonly regions: Readonly<Record<string, string>>;
  readonly apiKey: string;
}

/** Who sends, and whether it sends again what failed. */
export const kindsOfClient: Readonly<Record<ClientKind, { readonly about: string; readonly retry: boolean; readonly sender: (doors: Doors) => Sender }>> = {
  'dns-only': { about: 'knows one name and sends each payment once', retry: false, sender: ({ api, apiKey }) => new DnsSender(api, apiKey) },
  'dns-retrying': { about: 'knows one name and repeats what failed', retry: true, sender: ({ api, apiKey }) => new DnsSender(api, apiKey) },
  library: { about: 'the client library, which asks both regions', retry: true, sender: ({ regions, apiKey }) => new LibrarySender(Object.values(regions), apiKey) },
};

/** A client gives up one call after this. */
const CALL_LIMIT_MS = 3_000;
/** As patient as the retrying client is. */
const LIBRARY_DEADLINE_MS = 45_000;
/** Of an acceptance, which is some hundred bytes. */
const BODY_BYTES_MAX = 16_384;

const customerOf = ({ amountMinor }: MoneyToSend): string => `customer-${amountMinor % 97}`;
const amountOf = ({ amountMinor }: MoneyToSend): string => `${Math.floor(amountMinor / 100)}.${String(amountMinor % 100).padStart(2, '0')}`;

const paymentBody = (payment: PaymentToSend) => ({
  transaction_id: payment.transactionId, customer_id: customerOf(payment), amount: amountOf(payment), currency: payment.currency,
  payment_method: 'card_visa', ...(payment.sessionId !== undefined && { session_id: payment.sessionId }),
});
const sessionBody = (money: MoneyToSend) => ({ customer_id: customerOf(money), amount: amountOf(money), currency: money.currency });
const refundBody = (refund: RefundToSend) => ({ refund_id: refund.refundId, amount: amountOf(refund) });

interface Reply {
  readonly status?: number | undefined;
  readonly text: string;
}

export class DnsSender implements Sender {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  async send(payment: PaymentToSend): Promise<Answer> {
    return answerOf(await this.#call('/payments', paymentBody(payment)));
  }

  async openSession(money: MoneyToSend): Promise<string | undefined> {
    const { status, text } = await this.#call('/sessions', sessionBody(money));
    return status === 201 ? /"session_id":"([^"]+)"/.exec(text)?.[1] : undefined;
  }

  async refund(refund: RefundToSend): Promise<Answer> {
    return answerOf(await this.#call(`/payments/${refund.transactionId}/refunds`, refundBody(refund)));
  }

  async statusOf(transactionId: string): Promise<string | undefined> {
    const { status, text } = await this.#call(`/payments/${transactionId}`);
    return status === 200 ? /"status":"(\w+)"/.exec(text)?.[1] : undefined;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Without a status when no whole answer came. */
  #call(path: string, content?: object): Promise<Reply> {
    const body = content && JSON.stringify(content);
    return new Promise((resolve) => {
      const lost = () => resolve({ text: '' });
      const call = request(this.#url + path, {
        method: body === undefined ? 'GET' : 'POST', agent: this.#agent, signal: AbortSignal.timeout(CALL_LIMIT_MS),
        headers: { authorization: `Bearer ${this.#apiKey}`, ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) },
      });
      call.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          if (text.length < BODY_BYTES_MAX) text += part;
        });
        response.once('end', () => resolve({ status: response.statusCode, text }));
        response.once('error', lost);
      });
      call.once('error', lost);
      call.end(body);
    });
  }
}

export function answerOf({ status, text }: Reply): Answer {
  if (status === 200 || status === 202) return { kind: 'accepted', region: /"region":"([\w-]+)"/.exec(text)?.[1] };
  if (status !== undefined && status < 500 && status !== 429) return { kind: 'refused', status };
  return { kind: 'unknown' };
}

class LibrarySender implements Sender {
  readonly #client: PaymentClient;

  constructor(endpoints: readonly string[], apiKey: string) {
    this.#client = new PaymentClient({ endpoints, apiKey, deadlineMs: LIBRARY_DEADLINE_MS });
  }

  send(payment: PaymentToSend): Promise<Answer> {
    return this.#answer(async () => (await this.#client.pay(paymentBody(payment))).region);
  }

  async openSession(money: MoneyToSend): Promise<string | undefined> {
    return this.#client.openSession(sessionBody(money)).then((session) => session.session_id, () => undefined);
  }

  refund(refund: RefundToSend): Promise<Answer> {
    return this.#answer(async () => void (await this.#client.refund(refund.transactionId, refundBody(refund))));
  }

  statusOf(transactionId: string): Promise<string | undefined> {
    return this.#client.read(transactionId).then((payment) => payment.status, () => undefined);
  }

  close(): void {
    // It keeps nothing open.
  }

  async #answer(call: () => Promise<string | undefined>): Promise<Answer> {
    try {
      return { kind: 'accepted', region: await call() };
    } catch (error) {
      return error instanceof PaymentError && error.status < 500 && error.status !== 429 ? { kind: 'refused', status: error.status } : { kind: 'unknown' };
    }
  }
}
