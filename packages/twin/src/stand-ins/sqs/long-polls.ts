/**
 * The receivers that wait for messages, in the order they came.
 * Invariant: a message is taken for a waiter only while its caller is still there; a waiter is served as soon as
 * a message is sent, given back, or becomes visible again.
 * Waits last in real time; only what is due is judged by the store's clock.
 */
import type { Message } from './message.ts';
import type { QueueStore, TakeRequest } from './queue-store.ts';
import type { Queue } from './queue.ts';

interface Waiter {
  readonly request: TakeRequest;
  readonly end: (messages: readonly Message[]) => void;
  readonly fail: (cause: unknown) => void;
}

interface Line {
  readonly waiters: Set<Waiter>;
  timer: NodeJS.Timeout | undefined;
  isWoken: boolean;
}

export interface LongPoll {
  readonly request: TakeRequest;
  readonly waitMs: number;
  readonly gone: AbortSignal;
}

export class LongPolls {
  readonly #store: QueueStore;
  readonly #lines = new Map<Queue, Line>();

  constructor(store: QueueStore) {
    this.#store = store;
    store.onChange = (queue) => this.#wake(queue);
  }

  /** What is there now, or what comes within the wait; nothing when the caller leaves. */
  async receive(queue: Queue, poll: LongPoll): Promise<readonly Message[]> {
    if (poll.gone.aborted) return [];
    const messages = this.#store.take(queue, poll.request);
    return messages.length > 0 || poll.waitMs === 0 ? messages : this.#wait(queue, poll);
  }

  close(): void {
    for (const line of this.#lines.values()) {
      clearTimeout(line.timer);
      for (const waiter of line.waiters) waiter.end([]);
    }
  }

  #wait(queue: Queue, { request, waitMs, gone }: LongPoll): Promise<readonly Message[]> {
    const line = this.#line(queue);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timeout);
        gone.removeEventListener('abort', giveUp);
        line.waiters.delete(waiter);
      };
      const waiter: Waiter = {
        request,
        end: (messages) => {
          leave();
          resolve(messages);
        },
        fail: (cause) => {
          leave();
          reject(cause);
        },
      };
      const giveUp = (): void => waiter.end([]);
      const timeout = setTimeout(giveUp, waitMs);
      gone.addEventListener('abort', giveUp, { once: true });
      line.waiters.add(waiter);
      this.#arm(queue, line);
    });
  }

  #line(queue: Queue): Line {
    let line = this.#lines.get(queue);
    if (line === undefined) {
      line = { waiters: new Set(), timer: undefined, isWoken: false };
      this.#lines.set(queue, line);
    }
    return line;
  }

  /** Not at once: connections that have just closed are heard first, so their waiters swallow nothing. */
  #wake(queue: Queue): void {
    const line = this.#lines.get(queue);
    if (line === undefined || line.isWoken || line.waiters.size === 0) return;
    line.isWoken = true;
    setImmediate(() => {
      line.isWoken = false;
      this.#serve(queue, line);
    });
  }

  #serve(queue: Queue, line: Line): void {
    for (const waiter of line.waiters) {
      try {
        const messages = this.#store.take(queue, waiter.request);
        if (messages.length === 0) break;
        waiter.end(messages);
      } catch (cause) {
        waiter.fail(cause);
      }
    }
    this.#arm(queue, line);
  }

  /** Wakes when the next hidden message shows itself. */
  #arm(queue: Queue, line: Line): void {
    clearTimeout(line.timer);
    const nextMs = queue.nextVisibleAtMs();
    if (line.waiters.size === 0 || nextMs === Infinity) return;
    line.timer = setTimeout(() => this.#serve(queue, line), Math.max(1, nextMs - this.#store.now()));
  }
}
