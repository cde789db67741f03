/** A merchant for the tests: plain HTTP, no retries, every answer with its body read. */
import type { RunningTwin } from '../drill/running-twin.ts';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfter: string | null;
}

export interface Call {
  readonly method?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is text, as JSON otherwise. */
  readonly body?: unknown;
}

export class Client {
  readonly url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.url = url;
    this.#key = key;
  }

  async call(path: string, { method, key = this.#key, headers, body }: Call = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(key === '' ? {} : { authorization: `Bearer ${key}` }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown>, retryAfter: response.headers.get('retry-after') };
  }

  pay(body: unknown, path = '/payments'): Promise<Answer> {
    return this.call(path, { method: 'POST', body });
  }

  read(id: string): Promise<Answer> {
    return this.call(`/payments/${id}`);
  }

  cancel(id: string): Promise<Answer> {
    return this.call(`/payments/${id}/cancel`, { method: 'POST' });
  }
}

export interface Doors {
  readonly api: Client;
  readonly east1: Client;
  readonly east2: Client;
}

/** The same service through DNS and through each region's own port. */
export const doorsOf = (twin: RunningTwin, key: string = twin.urls.apiKey): Doors => ({
  api: new Client(twin.urls.api, key),
  east1: new Client(twin.urls.regions['us-east-1'], key),
  east2: new Client(twin.urls.regions['us-east-2'], key),
});

export const payment = (id: string, fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  transaction_id: id, customer_id: 'customer-1', amount: '10.00', currency: 'USD', payment_method: 'card_visa', ...fields,
});

export async function merchantKey(twin: RunningTwin, merchant: string): Promise<string> {
  const { apiKey } = (await twin.order('/twin/keys', { merchant })) as { apiKey: string };
  return apiKey;
}
