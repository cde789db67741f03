/**
 * The kinds of client that send a drill's load, behind one interface: what each does about a region that is lost differs,
 * what is asked of it does not. Invariant: an answer is what the client's own caller would see, so a call that a client
 * repeats inside itself is one call here.
 */
import { Agent, request } from 'node:http';
import { PaymentClient, PaymentError } from '@understudy/api/client';

export interface PaymentToSend {
  readonly transactionId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

export type Answer =
  | { readonly kind: 'accepted'; readonly region: string | undefined }
  /** Sending again cannot change it. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unknown' };

export interface Sender {
  send: (payment: PaymentToSend) => Promise<Answer>;
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

const bodyOf = ({ transactionId, amountMinor, currency }: PaymentToSend) => ({
  transaction_id: transactionId, customer_id: `customer-${amountMinor % 97}`, currency,
  amount: `${Math.floor(amountMinor / 100)}.${String(amountMinor % 100).padStart(2, '0')}`, payment_method: 'card_visa',
});

export class DnsSender implements Sender {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  send(payment: PaymentToSend): Promise<Answer> {
    const body = JSON.stringify(bodyOf(payment));
    return new Promise((resolve) => {
      const call = request(`${this.#url}/payments`, {
        method: 'POST', agent: this.#agent, signal: AbortSignal.timeout(CALL_LIMIT_MS),
        headers: { authorization: `Bearer ${this.#apiKey}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      call.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          if (text.length < BODY_BYTES_MAX) text += part;
        });
        response.once('end', () => resolve(answerOf(response.statusCode, text)));
        response.once('error', () => resolve({ kind: 'unknown' }));
      });
      call.once('error', () => resolve({ kind: 'unknown' }));
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

export function answerOf(status: number | undefined, text: string): Answer {
  if (status === 200 || status === 202) return { kind: 'accepted', region: /"region":"([\w-]+)"/.exec(text)?.[1] };
  if (status !== undefined && status < 500 && status !== 429) return { kind: 'refused', status };
  return { kind: 'unknown' };
}

class LibrarySender implements Sender {
  readonly #client: PaymentClient;

  constructor(endpoints: readonly string[], apiKey: string) {
    this.#client = new PaymentClient({ endpoints, apiKey, deadlineMs: LIBRARY_DEADLINE_MS });
  }

  async send(payment: PaymentToSend): Promise<Answer> {
    try {
      const { region } = await this.#client.pay(bodyOf(payment));
      return { kind: 'accepted', region };
    } catch (error) {
      return error instanceof PaymentError && error.status < 500 && error.status !== 429 ? { kind: 'refused', status: error.status } : { kind: 'unknown' };
    }
  }

  close(): void {
    // It keeps nothing open.
  }
}
