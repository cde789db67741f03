// A TCP port in front of a test server's socket that can be cut, or go silent: what is sent is swallowed, and nothing
// closes.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { LedgerConnection } from './ledger-pool.ts';

export class TestRelay {
  readonly #server: Server;
  readonly #target: LedgerConnection;
  readonly #sockets = new Set<Socket>();
  #silent = false;
  /** Called with each chunk on its way to the client; false swallows it and everything after it. */
  passAnswer: (chunk: Buffer) => boolean = () => true;

  private constructor(target: LedgerConnection) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(target: LedgerConnection): Promise<TestRelay> {
    const relay = new TestRelay(target);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  get connection(): LedgerConnection {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the relay does not listen');
    return { ...this.#target, host: '127.0.0.1', port: address.port };
  }

  goSilent(): void {
    this.#silent = true;
  }

  /** Resets what is open and refuses what comes. */
  async close(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket): void {
    const upstream = connect(join(this.#target.host, `.s.PGSQL.${this.#target.port}`));
    client.on('data', (chunk) => {
      if (!this.#silent) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!this.#silent && !this.passAnswer(chunk)) this.#silent = true;
      if (!this.#silent) client.write(chunk);
    });
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  }
}
