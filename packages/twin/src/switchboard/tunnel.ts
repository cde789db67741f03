/**
 * One proxied connection: a client, the server behind it, and the two lanes between them.
 *
 * Invariant: whatever one side does to its socket (bytes, half-close, close, reset) the other side sees in the same
 * order, unless a drop swallows it; a tunnel that lost anything is reset as soon as the drop is over.
 * It does not know where the server is, nor which faults exist: the relay tells it.
 */
import type { Socket } from 'node:net';
import type { CombinedEffect } from './effects.ts';
import { Lane } from './lane.ts';

export interface TunnelOptions {
  /** Opens the connection to the server; undefined when there is none at the moment. */
  readonly connect: () => Socket | undefined;
  readonly effect: CombinedEffect;
  /** When given, the server is connected on the client's first byte, and a client silent for so long is closed. */
  readonly firstByteTimeoutMs: number | undefined;
  readonly onForwarded: (direction: 'forward' | 'back', bytes: number) => void;
  readonly onFinished: () => void;
}

export class Tunnel {
  readonly #client: Socket;
  readonly #options: TunnelOptions;
  #effect: CombinedEffect;
  #server: Socket | undefined;
  #forward: Lane | undefined;
  #back: Lane | undefined;
  #sunk = false;

  constructor(client: Socket, options: TunnelOptions) {
    this.#client = client;
    this.#options = options;
    this.#effect = options.effect;
    client.on('close', () => this.#clientClosed());
    if (options.firstByteTimeoutMs === undefined) this.#begin();
    else this.#beginOnFirstByte(options.firstByteTimeoutMs);
  }

  setEffect(effect: CombinedEffect): void {
    this.#effect = effect;
    this.#forward?.set({ delayMs: effect.delayMs, dropping: effect.dropForward });
    this.#back?.set({ delayMs: effect.delayMs, dropping: effect.dropBack });
    const broken = (this.#sunk && !effect.dropForward) || this.#forward?.poisoned || this.#back?.poisoned;
    if (effect.cut || broken) this.reset();
  }

  /** Both ends see ECONNRESET. */
  reset(): void {
    this.#forward?.discard();
    this.#back?.discard();
    this.#client.resetAndDestroy();
    this.#server?.resetAndDestroy();
  }

  #beginOnFirstByte(timeoutMs: number): void {
    const client = this.#client;
    const close = (): void => {
      client.destroy();
    };
    const timer = setTimeout(close, timeoutMs);
    client.once('end', close);
    client.once('close', () => clearTimeout(timer));
    client.once('data', (first) => {
      clearTimeout(timer);
      client.off('end', close);
      this.#begin();
      this.#forward?.push(first);
    });
  }

  #begin(): void {
    // With requests dropped not even the connection request arrives; the server must not see an idle connection.
    if (this.#effect.dropForward) {
      this.#sink();
      return;
    }
    const server = this.#options.connect();
    if (server === undefined) {
      this.#client.resetAndDestroy();
      return;
    }
    this.#join(server);
  }

  #sink(): void {
    this.#sunk = true;
    this.#client.on('end', () => this.#client.destroy());
    this.#client.resume();
  }

  #join(server: Socket): void {
    const client = this.#client;
    const { delayMs, dropForward, dropBack } = this.#effect;
    this.#server = server;
    // An error is always followed by 'close', where it is handled.
    server.on('error', () => {});
    server.on('close', () => this.#serverClosed(server));
    this.#forward = new Lane({
      source: client,
      destination: server,
      delayMs,
      dropping: dropForward,
      onForwarded: (bytes) => this.#options.onForwarded('forward', bytes),
    });
    this.#back = new Lane({
      source: server,
      destination: client,
      delayMs,
      dropping: dropBack,
      onForwarded: (bytes) => this.#options.onForwarded('back', bytes),
    });
    client.on('end', () => this.#closeWhenBothLeft());
    server.on('end', () => this.#closeWhenBothLeft());
  }

  #clientClosed(): void {
    if (!closedCleanly(this.#client)) this.#forward?.push('abort');
    this.#afterClose();
  }

  #serverClosed(server: Socket): void {
    if (!closedCleanly(server)) this.#back?.push('abort');
    this.#afterClose();
  }

  #afterClose(): void {
    this.#closeWhenBothLeft();
    if (this.#client.closed && (this.#server === undefined || this.#server.closed)) {
      this.#forward?.discard();
      this.#back?.discard();
      this.#options.onFinished();
    }
  }

  /**
   * Under a drop the goodbye of one side never reaches the other, so without this a client that times out and
   * reconnects would leave a socket behind each time, until the link is full.
   */
  #closeWhenBothLeft(): void {
    const { dropForward, dropBack } = this.#effect;
    if (this.#server === undefined || !(dropForward || dropBack)) return;
    if (hasLeft(this.#client) && hasLeft(this.#server)) {
      this.#client.destroy();
      this.#server.destroy();
    }
  }
}

function hasLeft(socket: Socket): boolean {
  return socket.readableEnded || socket.destroyed;
}

function closedCleanly(socket: Socket): boolean {
  return socket.readableEnded && socket.writableFinished;
}
