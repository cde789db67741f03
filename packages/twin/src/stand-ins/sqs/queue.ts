/**
 * One queue in memory: which messages are ready, which a consumer holds, which are delayed.
 * Invariant: a message is in exactly one of ready, held and delayed, and in `expiry`; each step costs O(log n).
 * It does not wait, does not log and does not know other queues: the store above it does.
 */
import { DueHeap } from './due-heap.ts';
import type { Message } from './message.ts';
import type { QueueAttributes, QueueSettings } from './queue-settings.ts';

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface QueueIdentity {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
}

export class Queue implements QueueIdentity {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  attributes: QueueAttributes;
  settings: QueueSettings;
  readonly #messages = new Map<string, Message>();
  /** By order of arrival: what comes back goes to the end, so that a poisonous message does not starve the others. */
  readonly #ready = new DueHeap<Message>();
  readonly #held = new DueHeap<Message>();
  readonly #delayed = new DueHeap<Message>();
  readonly #expiry = new DueHeap<Message>();
  #arrivals = 0;

  constructor(identity: QueueIdentity, attributes: QueueAttributes, settings: QueueSettings) {
    this.name = identity.name;
    this.arn = identity.arn;
    this.createdAtMs = identity.createdAtMs;
    this.attributes = attributes;
    this.settings = settings;
  }

  find(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  messages(): Iterable<Message> {
    return this.#messages.values();
  }

  /** Puts a message where its state says, whether it is new or has changed. */
  put(message: Message, nowMs: number): void {
    this.#messages.set(message.id, message);
    this.#expiry.set(message, message.sentAtMs + this.settings.retentionMs);
    this.#leave(message);
    if (message.hiddenUntilMs <= nowMs) this.#ready.set(message, this.#arrivals++);
    else if (message.handleNonce === '') this.#delayed.set(message, message.hiddenUntilMs);
    else this.#held.set(message, message.hiddenUntilMs);
  }

  remove(message: Message): void {
    this.#messages.delete(message.id);
    this.#expiry.delete(message);
    this.#leave(message);
  }

  clear(): void {
    for (const part of [this.#messages, this.#ready, this.#held, this.#delayed, this.#expiry]) part.clear();
  }

  /** The oldest ready message. */
  first(nowMs: number): Message | undefined {
    this.advance(nowMs);
    return this.#ready.peek();
  }

  isHeld(message: Message, nowMs: number): boolean {
    this.advance(nowMs);
    return this.#held.has(message);
  }

  counts(nowMs: number): QueueCounts {
    this.advance(nowMs);
    return { visible: this.#ready.size, inFlight: this.#held.size, delayed: this.#delayed.size };
  }

  /** When the next hidden message shows itself, or Infinity. */
  nextVisibleAtMs(): number {
    return Math.min(this.#held.peekKey(), this.#delayed.peekKey());
  }

  /** Drops what is past its retention and shows what is no longer hidden. */
  advance(nowMs: number): void {
    while (this.#expiry.peekKey() <= nowMs) this.remove(this.#expiry.peek()!);
    for (const hidden of [this.#held, this.#delayed]) {
      while (hidden.peekKey() <= nowMs) this.put(hidden.peek()!, nowMs);
    }
  }

  /** New settings may move every message's end. */
  configure(attributes: QueueAttributes, settings: QueueSettings): void {
    this.attributes = attributes;
    this.settings = settings;
    for (const message of this.#messages.values()) this.#expiry.set(message, message.sentAtMs + settings.retentionMs);
  }

  #leave(message: Message): void {
    for (const part of [this.#ready, this.#held, this.#delayed]) part.delete(message);
  }
}
