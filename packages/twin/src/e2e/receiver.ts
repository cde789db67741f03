/**
 * A merchant's webhook receiver: an HTTP server that behaves as it is told, on as many paths as there are endpoints, and
 * verifies what it hears with the library of the Standard Webhooks convention.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Told {
  readonly path: string;
  readonly id: string;
  readonly type: string;
  readonly transactionId: string;
  readonly status: string;
  readonly body: string;
}

export type Behaviour = 'take' | 'fail' | 'hang' | 'redirect';

export class Receiver {
  /** What was verified and taken, in order. */
  readonly told: Told[] = [];
  /** Requests on each path, taken or not. */
  readonly asked: Map<string, number> = new Map();
  /** What did not verify, or came where a redirect pointed. */
  readonly wrong: string[] = [];
  readonly #secrets = new Map<string, string>();
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  urlOf(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  expectSecret(path: string, secret: string): void {
    this.#secrets.set(path, secret);
  }

  behave(path: string, behaviour: Behaviour): void {
    this.#behaviours.set(path, behaviour);
  }

  toldOf(transactionId: string, path: string): readonly Told[] {
    return this.told.filter((one) => one.transactionId === transactionId && one.path === path);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    this.asked.set(path, (this.asked.get(path) ?? 0) + 1);
    switch (this.#behaviours.get(path) ?? 'take') {
      case 'hang':
        return;
      case 'fail':
        return void response.writeHead(500).end('an endless apology');
      case 'redirect':
        return void response.writeHead(302, { location: this.urlOf('/redirected') }).end();
      case 'take':
        return void response.writeHead(this.#take(path, request, Buffer.concat(chunks).toString('utf8')) ? 204 : 400).end();
    }
  }

  #take(path: string, request: IncomingMessage, body: string): boolean {
    const secret = this.#secrets.get(path);
    try {
      if (secret === undefined) throw new Error(`nobody listens at ${path}`);
      const verified = new Webhook(secret).verify(body, request.headers as Record<string, string>) as { type: string; data: { transaction_id: string; status: string } };
      this.told.push({ path, id: String(request.headers['webhook-id']), type: verified.type, transactionId: verified.data.transaction_id, status: verified.data.status, body });
      return true;
    } catch (error) {
      this.wrong.push(`${path}: ${String(error)}`);
      return false;
    }
  }
}
