// Time that a test or a simulation owns. Sleeping takes no real time: whenever nothing else can run, the clock
// jumps to the earliest sleeper, so that sleepers wake in the order of their times, as under a real clock.
// It does not know of real I/O: a real request in flight looks like idleness to it.
import type { Clock, EpochMs } from '@understudy/core';
import { assert, epochMs } from '@understudy/core';

interface Sleeper {
  readonly wakeAt: number;
  wake(): void;
}

export class VirtualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  #pumping = false;

  constructor(startAt: EpochMs) {
    this.#now = startAt;
  }

  now(): EpochMs {
    return epochMs(this.#now);
  }

  /** Jumps anywhere, backwards too: real clocks do. Sleepers whose time has come wake in order. */
  set(at: EpochMs): void {
    this.#now = at;
    this.#pump();
  }

  advance(durationMs: number): void {
    this.set(epochMs(this.#now + durationMs));
  }

  sleep(durationMs: number): Promise<void> {
    assert(durationMs >= 0, 'nobody sleeps for a negative time');
    return new Promise((resolve) => {
      this.#sleepers.push({ wakeAt: this.#now + durationMs, wake: resolve });
      this.#pump();
    });
  }

  /** One sleeper per turn of the event loop: all that its waking sets off runs before time moves on. */
  #pump(): void {
    if (this.#pumping || this.#sleepers.length === 0) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const next = this.#sleepers.reduce((a, b) => (b.wakeAt < a.wakeAt ? b : a));
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#now = Math.max(this.#now, next.wakeAt);
      next.wake();
      this.#pump();
    });
  }
}
