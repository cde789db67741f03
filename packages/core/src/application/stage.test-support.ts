// A stage for many actors over one in-memory world: every port call is a point where anybody else may come first, a
// request or an answer may be lost, a region may be cut off, or the actor may die and never come back. One seed, one play.
import type { World } from '@understudy/adapters/in-memory';
import type { PaymentPolicy } from '../domain/payment/policy.ts';
import { defaultPaymentPolicy } from '../domain/payment/policy.ts';
import type { Dice } from '../domain/random.test-support.ts';
import type { Region } from '../domain/region/region.ts';
import { epochMs } from '../domain/time.ts';
import { isPortFault, PortFault } from '../ports/fault.ts';
import type { PortName } from '../ports/fault.ts';
import { portsOf } from './world.test-support.ts';
import type { RegionPorts } from './world.test-support.ts';

export interface Actor {
  readonly region: Region;
  readonly name: string;
  dead: boolean;
}

interface Waiting {
  readonly actor: Actor;
  readonly wakeAt: number;
  readonly resume: () => void;
}

interface Gate {
  readonly port: PortName;
  /** Whether this call gets through, apart from losses; always when absent. */
  readonly reaches?: (parameters: readonly unknown[]) => boolean;
}

export interface StageOptions {
  readonly world: World;
  readonly dice: Dice;
  readonly policy?: PaymentPolicy;
  /** Changes an actor's ports: how a fault is planted. */
  readonly plant?: (ports: RegionPorts, actor: Actor, stage: Stage) => RegionPorts;
}

const FREEZE_MAX_MS = 1000;

export class Stage {
  readonly world: World;
  readonly dice: Dice;
  readonly isolated: Set<Region> = new Set();
  readonly down: Set<Region> = new Set();
  readonly bugs: unknown[] = [];
  lossy = false;
  readonly #options: StageOptions;
  readonly #actors = new Set<Actor>();
  #waiting: Waiting[] = [];

  constructor(options: StageOptions) {
    this.#options = options;
    this.world = options.world;
    this.dice = options.dice;
  }

  get actors(): readonly Actor[] {
    return [...this.#actors];
  }

  /** Lets somebody act. It ends by itself, with a fault of the world, or by dying; anything else is a bug. */
  spawn(region: Region, name: string, act: (ports: RegionPorts, actor: Actor) => Promise<unknown>): Actor {
    const actor: Actor = { region, name, dead: this.down.has(region) };
    if (actor.dead) return actor;
    this.#actors.add(actor);
    void act(this.portsFor(actor), actor)
      .catch((error: unknown) => {
        if (!isPortFault(error)) this.bugs.push(error);
      })
      .finally(() => this.#actors.delete(actor));
    return actor;
  }

  /** Never comes back from the port call it is in. */
  stop(actor: Actor): void {
    actor.dead = true;
    this.#actors.delete(actor);
    this.#waiting = this.#waiting.filter((waiting) => waiting.actor !== actor);
  }

  kill(region: Region): void {
    this.down.add(region);
    for (const actor of this.actors) if (actor.region === region) this.stop(actor);
    this.world.backstage.ledgers.stop(region);
  }

  restore(region: Region): void {
    this.down.delete(region);
    this.world.backstage.ledgers.start(region);
  }

  /** One actor goes on to its next port call. Time passes by one millisecond, or to the next that wakes. */
  async step(): Promise<void> {
    const { clock } = this.world;
    if (this.#waiting.length === 0) return clock.advance(1);
    const earliest = Math.min(...this.#waiting.map((waiting) => waiting.wakeAt));
    clock.set(epochMs(Math.max(clock.now() + 1, Math.min(earliest, clock.now() + 20))));
    const ready = this.#waiting.filter((waiting) => waiting.wakeAt <= clock.now());
    if (ready.length === 0) return;
    const next = this.dice.pick(ready);
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    next.resume();
    // All that follows up to the next port call happens before anybody else is let on.
    await new Promise((resolve) => setImmediate(resolve));
  }

  pause(actor: Actor, durationMs = 0): Promise<void> {
    return new Promise((resolve) => {
      if (!actor.dead) this.#waiting.push({ actor, wakeAt: this.world.clock.now() + durationMs, resume: resolve });
    });
  }

  portsFor(actor: Actor): RegionPorts {
    const { backstage } = this.world;
    const own = backstage.regions[actor.region];
    const connected = () => !this.isolated.has(actor.region);
    const reachesRegion = ([target]: readonly unknown[]) => target === actor.region || (connected() && !this.isolated.has(target as Region) && !this.down.has(target as Region));
    const plain = portsOf(this.world, actor.region, this.#options.policy ?? defaultPaymentPolicy);
    const gated = <T extends object>(target: T, gate: Gate): T => this.#gated(actor, target, gate);
    const ports: RegionPorts = {
      ...plain,
      clock: { now: () => this.world.clock.now(), sleep: (durationMs) => this.pause(actor, durationMs) },
      holds: gated(backstage.holds, { port: 'journal', reaches: connected }),
      journal: gated(backstage.journal, { port: 'journal', reaches: connected }),
      refunds: gated(backstage.refunds, { port: 'journal', reaches: connected }),
      epochs: gated(backstage.epochs, { port: 'epoch', reaches: connected }),
      acquirer: gated(backstage.acquirer, { port: 'acquirer', reaches: connected }),
      queue: gated(backstage.queues, { port: 'queue', reaches: reachesRegion }),
      ledger: gated(own.ledger, { port: 'ledger' }),
      control: gated(backstage.ledgers, { port: 'ledger', reaches: reachesRegion }),
      cluster: gated(backstage.ledgers, { port: 'cluster', reaches: connected }),
      // Not gated: it is eventual anyway, and a walk would take 64 turns.
      workIndex: own.workIndex,
      tell: async () => true,
      announce: async () => {},
      activeRegion: async () => (connected() ? (await backstage.epochs.read()).activeRegion : undefined),
    };
    return this.#options.plant?.(ports, actor, this) ?? ports;
  }

  /** Now and then an actor stands still for so long that the world has moved on when it wakes. */
  #freezeMs(): number {
    return this.lossy && this.dice.chance(0.01) ? this.dice.integer(FREEZE_MAX_MS) : 0;
  }

  #gated<T extends object>(actor: Actor, target: T, { port, reaches }: Gate): T {
    const lose = (what: string, probability: number): void => {
      if (this.lossy && this.dice.chance(probability)) throw new PortFault({ port, retryable: true, message: `${what} lost` });
    };
    return new Proxy(target, {
      get: (_target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return async (...parameters: unknown[]): Promise<unknown> => {
          await this.pause(actor, this.#freezeMs());
          if (reaches && !reaches(parameters)) throw new PortFault({ port, retryable: true, message: 'cannot be reached' });
          lose('request', 0.02);
          const answer: unknown = await Reflect.apply(member, target, parameters);
          await this.pause(actor);
          lose('answer', 0.03);
          return answer;
        };
      },
    });
  }
}
