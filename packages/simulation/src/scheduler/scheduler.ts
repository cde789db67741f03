// Decides who acts next. Every actor stops at each call of a port, and one of those that may go on is let on by the
// dice: so anybody may come between any two calls of anybody else. One turn of the event loop is one step, and nothing
// of a life depends on real time.
import type { World } from '@understudy/adapters/in-memory';
import type { Vantage } from '@understudy/core';
import { epochMs, isPortFault } from '@understudy/core';
import { TICK_MS, ticks } from '../clock/ticks.ts';
import type { Trace } from '../trace/trace.ts';
import type { Dice } from './dice.ts';

export interface Actor {
  readonly region: Vantage;
  readonly name: string;
  dead: boolean;
}

interface Waiting {
  readonly actor: Actor;
  /** When it would go on in a region that does not stand still. */
  readonly dueAt: number;
  /** When it goes on. */
  wakeAt: number;
  readonly resume: () => void;
}

/** The longest that time passes in one step, so that what is scripted happens near its time. */
const STEP_MAX_MS = ticks(20);

export class Scheduler {
  readonly dice: Dice;
  /** What ended an actor and is no fault of the world. */
  readonly bugs: unknown[] = [];
  readonly #world: World;
  readonly #trace: Trace;
  readonly #actors = new Set<Actor>();
  /** Until when each stands still. */
  readonly #paused = new Map<Vantage, number>();
  #waiting: Waiting[] = [];
  #steps = 0;
  #late: { readonly at: number; readonly happen: () => Promise<unknown> }[] = [];

  constructor(world: World, dice: Dice, trace: Trace) {
    this.#world = world;
    this.dice = dice;
    this.#trace = trace;
  }

  get actors(): readonly Actor[] {
    return [...this.#actors];
  }

  /** How often somebody went on: the length of a life, whatever its calls cost. */
  get steps(): number {
    return this.#steps;
  }

  get nowMs(): number {
    return this.#world.clock.now();
  }

  note(sentence: string): void {
    this.#trace.write(this.nowMs, sentence);
  }

  /** Lets somebody act. It ends by itself, with a fault of the world, or by dying; anything else is a bug. */
  spawn(actor: Actor, act: () => Promise<unknown>): void {
    this.#actors.add(actor);
    this.note(`${actor.region} ${actor.name} begins`);
    void act()
      .catch((error: unknown) => {
        if (!isPortFault(error)) this.bugs.push(error);
      })
      .finally(() => this.#actors.delete(actor));
  }

  /** Never comes back from the call it is in. */
  stop(actor: Actor): void {
    this.note(`${actor.region} ${actor.name} dies`);
    actor.dead = true;
    this.#actors.delete(actor);
    this.#waiting = this.#waiting.filter((waiting) => waiting.actor !== actor);
  }

  /** Everybody in this region stands still where they are, and goes on afterwards as if nothing had happened. */
  pauseRegion(region: Vantage, durationMs: number): void {
    this.note(`${region} stands still for ${durationMs / 1000} s`);
    this.#paused.set(region, this.nowMs + durationMs);
    for (const waiting of this.#waiting) waiting.wakeAt = this.#wakeOf(waiting.actor, waiting.dueAt);
  }

  isPaused(region: Vantage): boolean {
    return (this.#paused.get(region) ?? 0) > this.nowMs;
  }

  /** Whatever is on its way arrives nowhere. */
  loseLate(): void {
    this.#late = [];
  }

  pause(actor: Actor, durationMs = 0): Promise<void> {
    return new Promise((resolve) => {
      const dueAt = this.nowMs + durationMs;
      if (!actor.dead) this.#waiting.push({ actor, dueAt, wakeAt: this.#wakeOf(actor, dueAt), resume: resolve });
    });
  }

  /** Happens then, whoever has died meanwhile: a request on its way. */
  later(durationMs: number, happen: () => Promise<unknown>): void {
    this.#late.push({ at: this.nowMs + durationMs, happen });
  }

  /** One actor goes on to its next call. Time passes by a tick, or to the next that wakes. */
  async step(): Promise<void> {
    let earliest = this.#waiting.length === 0 ? this.nowMs : Infinity;
    for (const { wakeAt } of this.#waiting) earliest = Math.min(earliest, wakeAt);
    this.#world.clock.set(epochMs(Math.max(this.nowMs + TICK_MS, Math.min(earliest, this.nowMs + STEP_MAX_MS))));
    const { nowMs } = this;
    const due = this.#late.length === 0 ? [] : this.#late.filter(({ at }) => at <= nowMs);
    if (due.length > 0) this.#late = this.#late.filter(({ at }) => at > nowMs);
    for (const { happen } of due) await happen().catch((error: unknown) => {
      if (!isPortFault(error)) this.bugs.push(error);
    });
    const ready = this.#waiting.filter(({ wakeAt }) => wakeAt <= nowMs);
    if (ready.length === 0) return;
    const next = this.dice.pick(ready);
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#steps += 1;
    next.resume();
    // All that follows up to the next call of a port happens before anybody else is let on: a tick comes when no promise is
    // left to settle, as the event loop would, at a third of its cost. Nothing in a life waits for anything real.
    await new Promise<void>((resolve) => process.nextTick(resolve));
  }

  #wakeOf({ region }: Actor, dueAt: number): number {
    return Math.max(dueAt, this.#paused.get(region) ?? 0);
  }
}
