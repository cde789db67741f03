// Two simulated regions: who is there, what is down or cut off, and every production port as one actor has it.
import { inMemoryEndpointSecrets, InMemoryOperationLog } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import { isRegion, peerOf } from '@understudy/core';
import type {
  Clock, ConfirmPorts, ManageKeysPorts, MovePorts, NotifyPorts, OpenSessionPorts, PayPorts, ReceiptPorts, RefundPorts, Region, SetAsidePorts, SettlementFiles, SettlementPorts, Upkeep, Vantage, WatchPorts,
} from '@understudy/core';
import { RegionClocks } from './clock/region-clocks.ts';
import { ticks } from './clock/ticks.ts';
import type { Habits } from './habits.ts';
import { linked } from './network/link.ts';
import type { Link, Troubles } from './network/link.ts';
import { walked } from './network/walk.ts';
import type { Dice } from './scheduler/dice.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import type { Actor } from './scheduler/scheduler.ts';
import type { Trace } from './trace/trace.ts';

export type Ports = PayPorts & RefundPorts & MovePorts & ConfirmPorts & NotifyPorts & OpenSessionPorts & ReceiptPorts & SettlementPorts & ManageKeysPorts & SetAsidePorts;

export interface Wiring {
  /** Its region reaches the world. */
  readonly connected: () => boolean;
  /** By the region in the first parameter. */
  readonly reachesRegion: (parameters: readonly unknown[]) => boolean;
  readonly link: <T extends object>(target: T, over: Link) => T;
  readonly clock: Clock;
}

/** An order to the database service may be carried out minutes after its sender gave up. */
const CLUSTER_LATE_MAX_MS = ticks(600);

/** Changes what an actor is given: how a bug is planted. */
export type Plant = (ports: Ports, actor: Actor, stage: Stage) => Ports;

export interface Planted {
  readonly plant?: Plant;
  /** The same for detectors. */
  readonly watch?: (ports: WatchPorts) => WatchPorts;
}

export interface StageOptions {
  readonly world: World;
  readonly dice: Dice;
  readonly trace: Trace;
  readonly habits: Habits;
  readonly planted: Planted;
}

export class Stage {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly clocks: RegionClocks;
  readonly isolated: Set<Region> = new Set();
  readonly down: Set<Region> = new Set();
  readonly troubles: Troubles = { lossy: false };
  readonly habits: Habits;
  readonly planted: Planted;
  /** Who sees whom as lost although it is well, as `vantage>region`. */
  readonly unseen: Set<string> = new Set();
  readonly operations: InMemoryOperationLog = new InMemoryOperationLog();

  constructor({ world, dice, trace, habits, planted }: StageOptions) {
    this.world = world;
    this.habits = habits;
    this.planted = planted;
    this.scheduler = new Scheduler(world, dice, trace);
    this.clocks = new RegionClocks(() => world.clock.now());
  }

  get dice(): Dice {
    return this.scheduler.dice;
  }

  spawn(region: Region, name: string, act: (ports: Ports, actor: Actor) => Promise<unknown>): Actor {
    return this.enter(region, name, (actor) => act(this.#portsFor(region, actor), actor));
  }

  /** In a region that is down nobody begins anything. */
  enter(region: Vantage, name: string, act: (actor: Actor) => Promise<unknown>): Actor {
    const actor: Actor = { region, name, dead: isRegion(region) && this.down.has(region) };
    if (!actor.dead) this.scheduler.spawn(actor, () => act(actor));
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
    this.world.backstage.regions[region].bucket.up = false;
  }

  /** Everybody dies, and nothing that is on its way arrives; what is stored stays. */
  blackOut(): void {
    for (const actor of this.scheduler.actors) this.scheduler.stop(actor);
    this.scheduler.loseLate();
  }

  restore(region: Region): void {
    this.scheduler.note(`${region} is back`);
    this.down.delete(region);
    this.world.backstage.ledgers.start(region);
    this.world.backstage.regions[region].bucket.up = true;
  }

  /** How the ports of one actor are linked to what stands behind them. */
  wireOf(actor: Actor): Wiring {
    const { scheduler, troubles } = this;
    const connected = () => !this.isolated.has(actor.region as Region);
    return {
      connected,
      reachesRegion: ([target]) => target === actor.region || (connected() && !this.isolated.has(target as Region) && !this.down.has(target as Region)),
      link: (target, over) => linked(target, { ...over, actor, scheduler, troubles }),
      clock: { now: () => this.clocks.now(actor.region), sleep: (durationMs) => scheduler.pause(actor, durationMs) },
    };
  }

  #portsFor(region: Region, actor: Actor): Ports {
    const { world, scheduler, troubles, habits: { policy } } = this;
    const { backstage, digest } = world;
    const [own, peer] = [backstage.regions[region], backstage.regions[peerOf(region)]];
    const [wired, wiredPeer] = [world.regions[region], world.regions[peerOf(region)]];
    const { link, connected, reachesRegion, clock } = this.wireOf(actor);
    const reachesPeer = () => reachesRegion([peerOf(region)]);
    const shared = { port: 'journal' as const, reaches: connected, repeats: true };
    const ports: Ports = {
      region, policy, digest, clock,
      random: world.random,
      journal: link(backstage.journal, shared),
      refunds: link(backstage.refunds, shared),
      holds: link(backstage.holds, shared),
      upkeep: link<Upkeep>(backstage.journal, shared),
      epochs: link(backstage.epochs, { ...shared, port: 'epoch' }),
      keys: link(wired.keys, { ...shared, port: 'keys' }),
      acquirer: link(backstage.acquirer, { ...shared, port: 'acquirer' }),
      queue: link(backstage.queues, { port: 'queue', reaches: reachesRegion, repeats: true }),
      ledger: link(own.ledger, { port: 'ledger', repeats: true }),
      outbox: link(own.outbox, { port: 'ledger', repeats: true }),
      receipts: link(wired.receipts, { port: 'ledger', repeats: true }),
      settlement: link(wired.settlement, { port: 'ledger', repeats: true }),
      replica: link<SettlementFiles>(wiredPeer.settlement, { port: 'ledger', reaches: reachesPeer }),
      bucket: link(own.bucket, { port: 'bucket', repeats: true }),
      peerBucket: link(peer.bucket, { port: 'bucket', reaches: reachesPeer }),
      control: link(backstage.ledgers, { port: 'ledger', reaches: reachesRegion }),
      cluster: link(backstage.ledgers, { port: 'cluster', reaches: connected, repeats: true, lateMaxMs: CLUSTER_LATE_MAX_MS }),
      endpoints: link(backstage.endpoints, { port: 'endpoints', reaches: connected }),
      webhooks: link(backstage.webhooks, { port: 'endpoints', reaches: connected, repeats: true }),
      deadDeliveries: link(own.deadDeliveries, { port: 'queue' }),
      workIndex: walked(own.workIndex, { port: 'journal', actor, scheduler, troubles }),
      operations: this.operations,
      sessions: wired.sessions, signer: wired.signer, moveLog: world.moveLog, alerts: own.alerts, secrets: inMemoryEndpointSecrets, metrics: own.metrics, log: own.log,
      tell: async () => true,
      announce: async () => {},
      activeRegion: async () => (connected() ? (await backstage.epochs.read()).activeRegion : undefined),
    };
    return this.planted.plant?.(ports, actor, this) ?? ports;
  }
}
