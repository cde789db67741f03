/**
 * Carries accepted messages to their subscribers, away from the publisher's call.
 * Invariant: attempts, time and waiting messages are bounded; what is given up is reported, never silent.
 * It keeps no order and nothing on disk.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

export interface NotificationAttribute {
  readonly dataType: string;
  readonly value: string | Uint8Array;
}

export interface Notification {
  readonly messageId: string;
  readonly subject?: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, NotificationAttribute>>;
}

export type Deliver = (notification: Notification) => void | Promise<void>;

export type ReportFault = (sentence: string, cause: unknown) => void;

/** Enough to outlast a subscriber's restart; SNS goes on longer, but its subscribers are not in its own process. */
const RETRY_DELAYS_MS = [50, 200, 1000] as const;
/** As long as SNS waits for an HTTP subscriber. */
const ATTEMPT_TIMEOUT_MS = 15_000;
/** A subscriber that hangs must not fill the memory. */
const WAITING_MAX = 10_000;

export class Deliveries {
  readonly #report: ReportFault;
  readonly #closed = new AbortController();
  #waiting = 0;

  constructor(report: ReportFault) {
    this.#report = report;
  }

  add(deliver: Deliver, notification: Notification): void {
    if (this.#waiting >= WAITING_MAX) {
      this.#report(`message ${notification.messageId} dropped`, new Error(`${WAITING_MAX} deliveries are waiting`));
      return;
    }
    this.#waiting += 1;
    this.#carry(deliver, notification)
      .catch((cause: unknown) => {
        if (!this.#closed.signal.aborted) this.#report(`message ${notification.messageId} could not be delivered`, cause);
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  close(): void {
    this.#closed.abort();
  }

  async #carry(deliver: Deliver, notification: Notification): Promise<void> {
    await nextTurn();
    for (const delayMs of RETRY_DELAYS_MS) {
      try {
        return await this.#attempt(deliver, notification);
      } catch {
        await sleep(delayMs, undefined, { signal: this.#closed.signal });
      }
    }
    return this.#attempt(deliver, notification);
  }

  async #attempt(deliver: Deliver, notification: Notification): Promise<void> {
    this.#closed.signal.throwIfAborted();
    const finished = new AbortController();
    const tooLong = sleep(ATTEMPT_TIMEOUT_MS, undefined, { signal: AbortSignal.any([finished.signal, this.#closed.signal]) }).then(() => {
      throw new Error(`the subscriber took longer than ${ATTEMPT_TIMEOUT_MS} ms`);
    });
    try {
      await Promise.race([deliver(notification), tooLong]);
    } finally {
      tooLong.catch(() => {});
      finished.abort();
    }
  }
}
