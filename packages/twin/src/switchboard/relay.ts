/**
 * A TCP proxy on one listening port of 127.0.0.1; every connection becomes a tunnel to whatever `target` says then.
 *
 * Invariant: the port stays bound until `close`, whatever happens behind it, so that no other process can take it; the
 * number of connections is bounded. "Nobody there" is therefore a reset right after the accept, not a refused connect.
 * It chooses no target and knows no names: the switchboard and the resolver do.
 */
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { noEffect } from './effects.ts';
import type { CombinedEffect } from './effects.ts';
import { Tunnel } from './tunnel.ts';

/** Above what any part of the twin opens at a time, and well below the usual limit of open files with two sockets each. */
const CONNECTIONS_MAX_DEFAULT = 4096;
const FIRST_BYTE_TIMEOUT_MS_DEFAULT = 10_000;
/** A burst of connections waits in the kernel instead of being retried after a second. */
const BACKLOG = 4096;

export interface RelayOptions {
  /** The port on 127.0.0.1 for a new connection; null when nobody is there. */
  readonly target: () => number | null;
  /** Connect to the target on the client's first byte, and close a client that sends none in time. */
  readonly lazy?: boolean | undefined;
  readonly firstByteTimeoutMs?: number | undefined;
  readonly connectionsMax?: number | undefined;
}

export class Relay {
  readonly #target: () => number | null;
  readonly #firstByteTimeoutMs: number | undefined;
  readonly #connectionsMax: number;
  readonly #server: Server;
  readonly #tunnels = new Set<Tunnel>();
  #effect: CombinedEffect = noEffect;
  #bytesForward = 0;
  #bytesBack = 0;

  constructor(options: RelayOptions) {
    this.#target = options.target;
    this.#firstByteTimeoutMs = options.lazy ? (options.firstByteTimeoutMs ?? FIRST_BYTE_TIMEOUT_MS_DEFAULT) : undefined;
    this.#connectionsMax = options.connectionsMax ?? CONNECTIONS_MAX_DEFAULT;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  get connections(): number {
    return this.#tunnels.size;
  }

  /** Bytes handed on to the server; swallowed ones are not counted. */
  get bytesForward(): number {
    return this.#bytesForward;
  }

  get bytesBack(): number {
    return this.#bytesBack;
  }

  /** Binds 127.0.0.1 and answers with the port; 0 lets the system choose. Rejects with EADDRINUSE when it is taken. */
  listen(port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#server.once('error', reject);
    this.#server.listen({ port, host: '127.0.0.1', backlog: BACKLOG }, () => {
      this.#server.off('error', reject);
      // Running out of descriptors on accept must not end the process that holds every other link.
      this.#server.on('error', () => {});
      const address = this.#server.address();
      if (address === null || typeof address === 'string') reject(new Error('the relay has no TCP address'));
      else resolve(address.port);
    });
    return promise;
  }

  setEffect(effect: CombinedEffect): void {
    this.#effect = effect;
    for (const tunnel of this.#tunnels) tunnel.setEffect(effect);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const tunnel of this.#tunnels) tunnel.reset();
    await promise;
  }

  #accept(client: Socket): void {
    // An error is always followed by 'close', where it is handled.
    client.on('error', () => {});
    const nobodyThere = this.#target() === null && !this.#effect.dropForward;
    if (this.#effect.cut || nobodyThere || this.#tunnels.size >= this.#connectionsMax) {
      client.resetAndDestroy();
      return;
    }
    const tunnel: Tunnel = new Tunnel(client, {
      connect: () => this.#connect(),
      effect: this.#effect,
      firstByteTimeoutMs: this.#firstByteTimeoutMs,
      onForwarded: (direction, bytes) => {
        if (direction === 'forward') this.#bytesForward += bytes;
        else this.#bytesBack += bytes;
      },
      onFinished: () => this.#tunnels.delete(tunnel),
    });
    this.#tunnels.add(tunnel);
  }

  #connect(): Socket | undefined {
    const port = this.#target();
    return port === null ? undefined : connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  }
}
