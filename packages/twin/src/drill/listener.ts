/**
 * A merchant's webhook endpoint: it takes what is signed rightly, and remembers what it heard.
 * Invariant: a signature is judged by the library of the Standard Webhooks convention, not by the service's own code; of
 * each text only its digest is kept, so that an hour of events fits into memory.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** One `webhook-id`. */
export interface HeardEvent {
  readonly id: string;
  readonly type: string;
  readonly transactionId: string;
  readonly refundId?: string;
  /** More than one: it was told in different words. */
  readonly texts: Set<string>;
  times: number;
}

/** Far above an event's few hundred bytes. */
const BODY_BYTES_MAX = 64 * 1024;

interface Said {
  readonly type: string;
  readonly data: { readonly transaction_id: string; readonly refund_id?: string };
}

export class Listener {
  readonly heard: Map<string, HeardEvent> = new Map();
  /** Signed wrongly, or not an event at all. */
  readonly wrong: string[] = [];
  readonly #server: Server;
  #webhook: Webhook | undefined;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<Listener> {
    const listener = new Listener();
    await new Promise<void>((resolve) => listener.#server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/events`;
  }

  expectSecret(secret: string): void {
    this.#webhook = new Webhook(secret);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(request);
      const said = this.#webhook?.verify(body, request.headers as Record<string, string>) as Said | undefined;
      if (!said) throw new Error('nobody listens yet');
      this.#note(String(request.headers['webhook-id']), said, createHash('sha256').update(body).digest('hex'));
      response.writeHead(204).end();
    } catch (error) {
      this.wrong.push(String(error));
      response.writeHead(400).end();
    }
  }

  #note(id: string, { type, data }: Said, text: string): void {
    const known = this.heard.get(id) ?? { id, type, transactionId: data.transaction_id, ...(data.refund_id !== undefined && { refundId: data.refund_id }), texts: new Set(), times: 0 };
    known.texts.add(text);
    known.times += 1;
    this.heard.set(id, known);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('more than an event can have');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
