// Two simulated regions: who is there, what is down or cut off, and every production port as one actor has it.
import { inMemoryEndpointSecrets } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import type { ConfirmPorts, MovePorts, NotifyPorts, OpenSessionPorts, PayPorts, PaymentPolicy, RefundPorts, Region } from '@understudy/core';
import { RegionClocks } from './clock/region-clocks.ts';
import { linked } from './network/link.ts';
import type { Link, Troubles } from './network/link.ts';
import type { Dice } from './scheduler/dice.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import type { Actor } from './scheduler/scheduler.ts';
import type { Trace } from './trace/trace.ts';

export type Ports = PayPorts & RefundPorts & MovePorts & ConfirmPorts & NotifyPorts & OpenSessionPorts;

/** Changes what an actor is given: how a bug is planted. */
export type Plant = (ports: Ports, actor: Actor, stage: Stage) => Ports;

export interface StageOptions {
  readonly world: World;
  readonly dice: Dice;
  readonly trace: Trace;
  readonly policy: PaymentPolicy;
  readonly plant?: Plant;
}

export class Stage {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly clocks: RegionClocks;
  readonly isolated: Set<Region> = new Set();
  readonly down: Set<Region> = new Set();
  readonly troubles: Troubles = { lossy: false };
  readonly policy: PaymentPolicy;
  readonly #plant: Plant | undefined;

  constructor({ world, dice, trace, policy, plant }: StageOptions) {
    this.world = world;
    this.policy = policy;
    this.scheduler = new Scheduler(world, dice, trace);
    this.clocks = new RegionClocks(() => world.clock.now());
    this.#plant = plant;
  }

  get dice(): Dice {
    return this.scheduler.dice;
  }

  /** In a region that is down nobody begins anything. */
  spawn(region: Region, name: string, act: (ports: Ports, actor: Actor) => Promise<unknown>): Actor {
    const actor: Actor = { region, name, dead: this.down.has(region) };
    if (!actor.dead) this.scheduler.spawn(actor, () => act(this.#portsFor(actor), actor));
    return actor;
  }

  isBusy(...names: readonly string[]): boolean {
    return this.scheduler.actors.some((actor) => names.includes(actor.name));
  }

  kill(region: Region): void {
    this.scheduler.note(`${region} is lost`);
    this.down.add(region);
    for (const actor of this.scheduler.actors) if (actor.region === region) this.scheduler.stop(actor);
    this.world.backstage.ledgers.stop(region);
  }

  restore(region: Region): void {
    this.scheduler.note(`${region} is back`);
    this.down.delete(region);
    this.world.backstage.ledgers.start(region);
  }

  #portsFor(actor: Actor): Ports {
    const { world, scheduler, troubles, policy } = this;
    const { backstage, digest } = world;
    const { region } = actor;
    const own = backstage.regions[region];
    const wired = world.regions[region];
    const connected = () => !this.isolated.has(region);
    const reachesRegion = ([target]: readonly unknown[]) => target === region || (connected() && !this.isolated.has(target as Region) && !this.down.has(target as Region));
    const link = <T extends object>(target: T, over: Link): T => linked(target, { ...over, actor, scheduler, troubles });
    const shared = { port: 'journal' as const, reaches: connected, repeats: true };
    const ports: Ports = {
      region, policy, digest,
      clock: { now: () => this.clocks.now(region), sleep: (durationMs) => scheduler.pause(actor, durationMs) },
      random: world.random,
      journal: link(backstage.journal, shared),
      refunds: link(backstage.refunds, shared),
      holds: link(backstage.holds, shared),
      epochs: link(backstage.epochs, { ...shared, port: 'epoch' }),
      acquirer: link(backstage.acquirer, { ...shared, port: 'acquirer' }),
      queue: link(backstage.queues, { port: 'queue', reaches: reachesRegion, repeats: true }),
      ledger: link(own.ledger, { port: 'ledger', repeats: true }),
      outbox: link(own.outbox, { port: 'ledger', repeats: true }),
      control: link(backstage.ledgers, { port: 'ledger', reaches: reachesRegion }),
      // Never twice or late: what the database service takes, it begins at once.
      cluster: link(backstage.ledgers, { port: 'cluster', reaches: connected }),
      endpoints: link(backstage.endpoints, { port: 'endpoints', reaches: connected }),
      webhooks: link(backstage.webhooks, { port: 'endpoints', reaches: connected, repeats: true }),
      deadDeliveries: link(own.deadDeliveries, { port: 'queue' }),
      // Not linked: it is eventual anyway, and a walk would take 64 turns.
      workIndex: own.workIndex,
      sessions: wired.sessions, signer: wired.signer, moveLog: world.moveLog, alerts: own.alerts, secrets: inMemoryEndpointSecrets, metrics: own.metrics, log: own.log,
      tell: async () => {},
      announce: async () => {},
      activeRegion: async () => (connected() ? (await backstage.epochs.read()).activeRegion : undefined),
    };
    return this.#plant?.(ports, actor, this) ?? ports;
  }
}
