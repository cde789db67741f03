/**
 * One direction of one proxied connection: source -> destination.
 *
 * Invariant: bytes, the end and the abort leave in the order in which they came; once anything was swallowed, the lane
 * says so (`poisoned`) until its connection is destroyed, because a stream with a hole in it must never be read on.
 * It opens no socket and decides nothing about the connection as a whole: that is the tunnel's.
 */
import type { Socket } from 'node:net';

/** Beyond this a delayed lane stops reading, so that a slow link costs bounded memory. */
const QUEUED_BYTES_MAX = 1024 * 1024;

type Piece = Buffer | 'end' | 'abort';

export interface LaneOptions {
  readonly source: Socket;
  readonly destination: Socket;
  readonly delayMs: number;
  readonly dropping: boolean;
  readonly onForwarded: (bytes: number) => void;
}

export class Lane {
  readonly #source: Socket;
  readonly #destination: Socket;
  readonly #onForwarded: (bytes: number) => void;
  #delayMs: number;
  #dropping: boolean;
  #poisoned = false;
  #destinationFull = false;
  #queue: { readonly piece: Piece; readonly dueMs: number }[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LaneOptions) {
    this.#source = options.source;
    this.#destination = options.destination;
    this.#onForwarded = options.onForwarded;
    this.#delayMs = options.delayMs;
    this.#dropping = options.dropping;
    this.#source.on('data', (chunk) => this.push(chunk));
    this.#source.on('end', () => this.push('end'));
    this.#destination.on('drain', () => {
      this.#destinationFull = false;
      this.#resumeWhenRoom();
    });
  }

  /** True when something was swallowed and the fault that did it is over: the connection must be destroyed. */
  get poisoned(): boolean {
    return this.#poisoned && !this.#dropping;
  }

  set(effect: { readonly delayMs: number; readonly dropping: boolean }): void {
    this.#delayMs = effect.delayMs;
    this.#dropping = effect.dropping;
    if (effect.dropping && this.#queue.length > 0) {
      this.#poisoned = true;
      this.discard();
      this.#resumeWhenRoom();
    }
  }

  /** The hot path: with no effect in force a chunk is one write. */
  push(piece: Piece): void {
    if (this.#dropping) {
      this.#poisoned = true;
      return;
    }
    if (this.#delayMs === 0 && this.#queue.length === 0) {
      this.#deliver(piece);
      return;
    }
    this.#enqueue(piece);
  }

  /** Forgets what is still under way; for a connection that is being destroyed. */
  discard(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #enqueue(piece: Piece): void {
    // A delay that was shortened must not let later bytes overtake earlier ones.
    const dueMs = Math.max(performance.now() + this.#delayMs, this.#queue.at(-1)?.dueMs ?? 0);
    this.#queue.push({ piece, dueMs });
    this.#queuedBytes += sizeOf(piece);
    if (this.#queuedBytes >= QUEUED_BYTES_MAX) this.#source.pause();
    this.#schedule();
  }

  #schedule(): void {
    const head = this.#queue[0];
    if (head === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#deliverDue(), Math.max(0, head.dueMs - performance.now()));
  }

  #deliverDue(): void {
    this.#timer = undefined;
    // Timers have whole milliseconds: what is due within this one goes now.
    const dueMs = performance.now() + 1;
    const firstLater = this.#queue.findIndex((entry) => entry.dueMs > dueMs);
    const due = this.#queue.splice(0, firstLater === -1 ? this.#queue.length : firstLater);
    for (const { piece } of due) {
      this.#queuedBytes -= sizeOf(piece);
      this.#deliver(piece);
    }
    this.#schedule();
    this.#resumeWhenRoom();
  }

  #deliver(piece: Piece): void {
    if (this.#destination.destroyed) return;
    if (piece === 'abort') {
      this.#destination.resetAndDestroy();
    } else if (piece === 'end') {
      this.#destination.end();
    } else {
      this.#onForwarded(piece.length);
      if (!this.#destination.write(piece)) {
        this.#destinationFull = true;
        this.#source.pause();
      }
    }
  }

  #resumeWhenRoom(): void {
    if (!this.#destinationFull && this.#queuedBytes < QUEUED_BYTES_MAX && this.#source.isPaused()) this.#source.resume();
  }
}

function sizeOf(piece: Piece): number {
  return typeof piece === 'string' ? 0 : piece.length;
}
