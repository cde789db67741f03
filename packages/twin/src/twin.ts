/**
 * Two regions on this machine: starts every part, wires them through the switchboard, breaks and mends them on request.
 * Invariant: it is the hardware, not the service. It kills, cuts, restarts and re-seeds; who is active, when to move and
 * what a payment becomes are decided by the functions alone.
 */
import { join, resolve } from 'node:path';
import { createLedgerPool, ledgerRefundRows, ledgerRows, migrate, PostgresLedgerControl } from '@understudy/adapters/postgres';
import type { LedgerPool, LedgerRefundRow, LedgerRow } from '@understudy/adapters/postgres';
import { peerOf, primaryRegion, regions } from '@understudy/core';
import type { KeyStore, MoveKind, MoveRequest, PaymentKey, Region } from '@understudy/core';
import { whyNotMove, whyNotRegion } from '@understudy/console/contract';
import type { ActionFacts, LinkOrder, Metrics, RegionAction } from '@understudy/console/contract';
import { createApiKey, demoApiKey } from './api-key.ts';
import type { WantedKey } from './api-key.ts';
import { bundlesIn } from './bundles.ts';
import type { CrashOrder, WriteReport } from './crash-points/crash-point.ts';
import { openDataDir } from './data-dir.ts';
import type { DataDir } from './data-dir.ts';
import { operatorAddresses } from './environment.ts';
import type { OperatorAddresses } from './environment.ts';
import { EventHub } from './event-hub.ts';
import { LedgerPair } from './ledger-pair.ts';
import { MoveHistory } from './move-history.ts';
import { LiveView } from './live/live-view.ts';
import { apiPortOf, linkNames, Network } from './network.ts';
import type { Service } from './network.ts';
import { Observer } from './observer.ts';
import { NotNow, UsageError } from './options.ts';
import type { TwinOptions } from './options.ts';
import { OutsideParts } from './outside-parts.ts';
import type { OpenJournal } from './outside-parts.ts';
import { databaseName, superuser } from './postgres/index.ts';
import { RegionParts } from './region-parts.ts';
import { every } from './region/schedule.ts';
import { Resolver } from './resolver/resolver.ts';
import { ServiceFaults } from './service-faults.ts';
import { signingKeysIn } from './signing-keys.ts';
import type { GlobalClusterControl } from './stand-ins/rds/index.ts';
import type { RegionState, ServiceFault, TwinState } from './state.ts';
import { movePolicyOf, timingsOf } from './timings.ts';
import type { Timings } from './timings.ts';

const READY_LIMIT_MS = 60_000;
const TEND_EVERY_MS = 1_000;

/** What a person may say of a move; the rest is worked out. */
export interface MoveOrder {
  readonly to?: Region | undefined;
  readonly fromEpoch?: number | undefined;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

export class Twin {
  readonly events: EventHub = new EventHub();
  readonly network: Network = new Network();
  readonly #options: TwinOptions;
  readonly #timings: Timings;
  readonly #dataDir: DataDir;
  readonly #outside: OutsideParts;
  readonly #parts: RegionParts;
  readonly #ledgers: LedgerPair;
  readonly #faults: ServiceFaults;
  /** How to undo what has been started, latest last. */
  readonly #undo: (() => Promise<unknown> | void)[] = [];
  #keys!: KeyStore;
  #pools!: Readonly<Record<Region, LedgerPool>>;
  #observer!: Observer;
  #live: LiveView | undefined;
  #history!: MoveHistory;
  #resolver: Resolver | undefined;
  apiKey = '';
  /** The end of a region that died by itself: its database follows. */
  #ending: Promise<void> = Promise.resolve();

  constructor(options: TwinOptions) {
    this.#options = options;
    this.#timings = timingsOf(options.timing);
    this.#dataDir = openDataDir(options.dataDir, { fresh: options.fresh });
    this.#undo.push(() => this.#dataDir.release());
    const onEvent = (type: string, fields: Readonly<Record<string, unknown>>) => this.events.emit(type, fields);
    this.#ledgers = new LedgerPair({
      dataDir: this.#dataDir,
      network: this.network,
      migrate: async (address) => void (await migrate({ ...address, user: superuser, database: databaseName })),
      onEvent,
    });
    this.#faults = new ServiceFaults({ network: this.network, tableControlPort: () => Number(this.#outside.table?.ready['controlPort']) });
    this.#outside = new OutsideParts({ dataDir: this.#dataDir, network: this.network, acquirerPort: options.basePort + 20, onCrash: (part, how) => this.events.emit('crash', { part, how }) });
    this.#parts = new RegionParts({
      dataDir: this.#dataDir, network: this.network, timings: this.#timings, failoverPolicy: options.failoverPolicy, webhookTargets: options.webhookTargets,
      signingKeys: signingKeysIn(this.#dataDir.signingKeysFile),
      cluster: this.#clusterControl(), onEvent, onTraffic: (region, traffic) => this.#live?.noteTraffic(region, traffic), onRegionDied: (region) => this.#regionDied(region),
    });
  }

  get urls(): { readonly console: string; readonly api: string; readonly regions: Readonly<Record<Region, string>>; readonly acquirer: string } {
    const { basePort } = this.#options;
    const url = (port: number) => `http://127.0.0.1:${port}`;
    return { console: url(basePort), api: url(basePort + 1), regions: { 'us-east-1': url(apiPortOf(basePort, 'us-east-1')), 'us-east-2': url(apiPortOf(basePort, 'us-east-2')) }, acquirer: url(basePort + 20) };
  }

  /** Starts everything; resolves when both regions are healthy and the standby follows. Stops again what it had started when it cannot. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    await this.#openPorts();
    this.#undo.push(() => this.#outside.stop(), () => this.#ledgers.stop());
    const [bundles] = await together([bundlesIn(this.#dataDir.bundles), this.#outside.start(), this.#ledgers.prepare()]);
    const journal = await this.#outside.openJournal();
    this.#keys = journal.keys;
    this.apiKey = await demoApiKey(journal.keys, this.#dataDir.apiKeyFile);
    await this.#ledgers.startActive(journal.record);
    this.#observe(journal);
    this.#undo.push(() => this.#parts.stop());
    // The functions do without a standby for a moment; without the active ledger their detectors would ask for a move.
    await together([this.#ledgers.startStandby(journal.record), this.#parts.start(bundles)]);
    this.#undo.push(() => this.#live?.stop());
    this.#live?.start();
    await this.#startResolver();
    await this.#untilReady();
    const tending = every(TEND_EVERY_MS, () => this.#tend(), (error) => this.events.emit('tend_fault', { cause: String(error) }));
    this.#undo.push(() => tending.stop());
    this.events.emit('ready');
  }

  /** Stops everything, in the reverse order of its start. */
  async stop(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        this.events.emit('stop_fault', { cause: String(error) });
      }
    }
  }

  // --- what people do to it -------------------------------------------------------------------------------------

  async kill(region: Region): Promise<void> {
    const node = this.#parts.node(region);
    this.#refuseRegion('kill', region);
    this.#history.noteLoss(region);
    this.network.loseTables(region);
    await Promise.all([node.kill(), this.#ledgers.kill(region)]);
    this.events.emit('region_killed', { region });
  }

  async restore(region: Region): Promise<void> {
    const node = this.#parts.node(region);
    this.#refuseRegion('restore', region);
    await this.#ending;
    this.network.regainTables(region);
    await Promise.all([node.start(), this.#ledgers.restore(region, () => this.#observer.readRecord())]);
    this.events.emit('region_restored', { region });
  }

  /** The region dies at a write of its own, see crash-points; only drills and tests ask for it. */
  dieAt(region: Region, order: CrashOrder): void {
    this.#parts.node(region).dieAt(order);
  }

  /** Closes a day now, or only does what the schedule would; answers with what the pass did. */
  publish(region: Region, input: { readonly through?: string | undefined }): Promise<object> {
    return this.#parts.node(region).invoke('publish', input);
  }

  writes(region: Region): readonly WriteReport[] {
    return this.#parts.node(region).writes;
  }

  /** What a process needs to run the region's functions beside it. */
  runtime(region: Region): ReturnType<RegionParts['runtime']> {
    return this.#parts.runtime(region);
  }

  /** SIGKILL of the region's own process alone: its database goes on. */
  async killProcess(region: Region): Promise<void> {
    await this.#parts.node(region).kill();
    this.events.emit('region_process_killed', { region });
  }

  async restoreProcess(region: Region): Promise<void> {
    await this.#parts.node(region).start();
    this.events.emit('region_process_restored', { region });
  }

  isolate(region: Region): void {
    this.#history.noteLoss(region);
    this.#parts.node(region).isolated = true;
    this.network.isolate(region);
    this.events.emit('region_isolated', { region });
  }

  rejoin(region: Region): void {
    this.#parts.node(region).isolated = false;
    this.network.rejoin(region);
    this.events.emit('region_rejoined', { region });
  }

  async breakService(region: Region, service: Service, fault: ServiceFault): Promise<void> {
    await this.#faults.set(region, service, fault);
    this.events.emit('service', { region, service, ...fault });
  }

  async killWitness(): Promise<void> {
    await this.#parts.killWitness();
    this.events.emit('witness_killed');
  }

  async restoreWitness(): Promise<void> {
    await this.#parts.startWitness();
    this.events.emit('witness_restored');
  }

  /** Starts the workflow in the region that is to become active. */
  async startMove(kind: MoveKind, order: MoveOrder = {}): Promise<MoveRequest> {
    const record = await this.#observer.readRecord();
    if (order.fromEpoch !== undefined && order.fromEpoch !== record.epoch) throw new NotNow(`the epoch is ${record.epoch} by now; look again`);
    const to = order.to ?? (kind === 'planned' ? primaryRegion : peerOf(record.activeRegion));
    refuse(whyNotMove({ ...this.#actionFacts(), epoch: record }, to));
    const request: MoveRequest = {
      to, kind, fromEpoch: record.epoch,
      runId: `${kind === 'planned' ? 'failback' : 'failover'}-${record.epoch + 1}-${to}-by-hand-${Date.now().toString(36)}`,
      by: order.by ?? 'operator', reason: order.reason ?? 'started by hand',
    };
    this.#parts.node(to).startMove(request);
    this.events.emit('move_requested', { ...request });
    return request;
  }

  breakLink(name: string, order: LinkOrder): boolean {
    const known = this.network.breakLink(name, order);
    if (known) this.events.emit('link', { link: name, ...order });
    return known;
  }

  createKey(wanted: WantedKey): Promise<string> {
    return createApiKey(this.#keys, wanted);
  }

  // --- what people see of it ------------------------------------------------------------------------------------

  state(): TwinState {
    if (!this.#resolver || !this.#live) throw new NotNow('the twin is still starting');
    const record = this.#observer.record;
    const resolver = this.#resolver.state();
    const last = this.#history.last;
    return {
      epoch: record ? { epoch: record.epoch, activeRegion: record.activeRegion, phase: record.phase, healed: record.healedAt !== undefined } : null,
      resolver: { region: resolver.region, since: resolver.since },
      regions: { 'us-east-1': this.#regionState('us-east-1', resolver.healthy), 'us-east-2': this.#regionState('us-east-2', resolver.healthy) },
      witness: { up: this.#parts.witness !== undefined },
      failover: this.#history.current,
      ...(last ? { last } : {}),
      ...this.#outage(),
      decisions: this.#live.decisions(),
      setAside: this.#live.setAside,
    };
  }

  metricsSince(at: number): Metrics {
    return this.#live?.metricsSince(at) ?? { samples: [] };
  }

  async ledgerPage(region: Region, page: { readonly after?: PaymentKey; readonly limit: number }): Promise<readonly LedgerRow[]> {
    if (!this.#ledgers.server(region).running) throw new NotNow(`the ledger of ${region} is down; restore the region first`);
    return ledgerRows(this.#pools[region], page);
  }

  async refundPage(region: Region, page: { readonly after?: LedgerRefundRow; readonly limit: number }): Promise<readonly LedgerRefundRow[]> {
    if (!this.#ledgers.server(region).running) throw new NotNow(`the ledger of ${region} is down; restore the region first`);
    return ledgerRefundRows(this.#pools[region], page);
  }

  /** Where an operator, outside both regions, finds everything. */
  connections(): object {
    const { api: name, regions: byRegion } = this.urls;
    return {
      ...this.operatorAddresses(),
      api: { name, regions: byRegion, keyFile: resolve(this.#dataDir.apiKeyFile) }, failoverPolicy: this.#options.failoverPolicy,
    };
  }

  operatorAddresses(): OperatorAddresses {
    return operatorAddresses({ network: this.network, timings: this.#timings, acquirerPort: this.#options.basePort + 20 });
  }

  /** Where a part beside the regions says what went wrong. */
  logFile(part: string): string {
    return this.#dataDir.log(part);
  }

  get drillFolder(): string {
    return join(this.#dataDir.path, 'drills');
  }

  /** Every process of the twin, for measuring and for making sure that none is left. */
  pids(): readonly { readonly name: string; readonly pid: number }[] {
    const found = [
      { name: 'supervisor', pid: process.pid as number | undefined },
      { name: 'table', pid: this.#outside.table?.pid },
      { name: 'acquirer', pid: this.#outside.acquirer?.pid },
      { name: 'witness', pid: this.#parts.witness?.pid },
      ...regions.flatMap((region) => [{ name: region, pid: this.#parts.node(region).pid }, { name: `ledger ${region}`, pid: this.#ledgers.server(region).pid }]),
    ];
    return found.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
  }

  #outage(): Pick<TwinState, 'outage'> {
    const region = this.#observer.record?.activeRegion;
    const node = region && this.#parts.node(region);
    const at = node && (!node.up || node.isolated) ? this.#history.outageOf(region) : undefined;
    return region && at !== undefined ? { outage: { region, at } } : {};
  }

  /** Of isolation and its end nothing is refused: to order twice what is so already changes nothing. */
  #refuseRegion(action: RegionAction, region: Region): void {
    refuse(whyNotRegion(action, this.#actionFacts(), region));
  }

  #actionFacts(): ActionFacts {
    const look = (region: Region) => this.#parts.node(region);
    return { epoch: this.#observer.record ?? null, regions: { 'us-east-1': look('us-east-1'), 'us-east-2': look('us-east-2') }, witness: { up: this.#parts.witness !== undefined } };
  }

  #regionState(region: Region, healthy: Readonly<Record<string, boolean>>): RegionState {
    const node = this.#parts.node(region);
    const status = this.#observer.ledger(region);
    return {
      up: node.up,
      isolated: node.isolated,
      healthy: healthy[region] ?? false,
      ledger: status ? { role: status.role, fence: status.fence, ...(status.lagMs === undefined ? {} : { lagMs: status.lagMs }) } : { role: 'down' },
      queue: node.queue,
      services: this.#faults.of(region),
    };
  }

  // --- how it starts --------------------------------------------------------------------------------------------

  async #openPorts(): Promise<void> {
    try {
      await this.network.open(this.#options.basePort);
    } catch (error) {
      throw portFault(error);
    } finally {
      this.#undo.push(() => this.network.close());
    }
  }

  #observe({ epochs, moveLog, journal, workIndex }: OpenJournal): void {
    const pool = (region: Region) => createLedgerPool({ ...this.#ledgers.server(region).address, user: superuser, database: databaseName, maxConnections: 3 });
    this.#pools = { 'us-east-1': pool('us-east-1'), 'us-east-2': pool('us-east-2') };
    this.#undo.push(() => Promise.all(regions.map((region) => this.#pools[region].end())));
    this.#history = new MoveHistory({
      readSteps: (runId) => moveLog.read(runId),
      lostTailOf: (region) => this.#ledgers.lostTails.get(region),
      onEvent: (type, fields) => this.events.emit(type, fields),
    });
    this.#observer = new Observer({
      epochs,
      control: new PostgresLedgerControl(this.#pools),
      ledgerRuns: (region) => this.#ledgers.server(region).running,
      onLook: (record) => this.#history.see(record),
      onFault: (error) => this.events.emit('observer_fault', { cause: String(error) }),
    });
    this.#observer.start();
    this.#undo.push(() => this.#observer.stop());
    this.#live = new LiveView({
      observer: this.#observer, pools: this.#pools, journal: { journal, workIndex },
      waiting: (region) => this.#parts.node(region).queue.visible,
      detected: () => this.#parts.detected,
      policy: movePolicyOf(this.#timings),
      onFault: (error) => this.events.emit('observer_fault', { cause: String(error) }),
    });
  }

  /** A region whose process ended by itself is lost like one that was killed: nothing of it goes on. */
  #regionDied(region: Region): void {
    this.#history.noteLoss(region);
    this.network.loseTables(region);
    this.#ending = this.#ledgers.kill(region).catch((error: unknown) => this.events.emit('stop_fault', { cause: String(error) }));
  }

  #clusterControl(): GlobalClusterControl {
    return {
      describe: async () => ({
        engineVersion: '17.10',
        members: regions.map((region) => ({ region, isWriter: this.#observer.ledger(region)?.role === 'primary', isConnected: this.#ledgers.server(region).running })),
      }),
      failover: (region: string) => this.#ledgers.promote(region as Region),
      switchover: (region: string) => this.#ledgers.switchOver(region as Region),
    };
  }

  async #startResolver(): Promise<void> {
    const record = (region: Region) => ({ region, port: this.network.port(linkNames.resolver(region)) });
    const resolver = new Resolver({
      primary: record(primaryRegion), secondary: record(peerOf(primaryRegion)), ...this.#timings.resolver,
      onChange: ({ kind, ...change }) => this.events.emit(kind === 'health' ? 'region_health' : 'resolver', change),
    });
    this.#resolver = resolver;
    this.#undo.push(() => resolver.close());
    try {
      await resolver.listen(this.#options.basePort + 1);
    } catch (error) {
      throw portFault(error);
    }
  }

  /** The region that DNS should answer does, both can accept, and the standby follows. */
  async #untilReady(): Promise<void> {
    const deadline = Date.now() + READY_LIMIT_MS;
    for (;;) {
      const missing = await this.#missing();
      if (missing === undefined) return;
      if (Date.now() > deadline) throw new Error(`not ready after ${READY_LIMIT_MS / 1000} s: ${missing}; see ${this.#dataDir.path}/logs`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #missing(): Promise<string | undefined> {
    const record = this.#observer.record;
    if (!record) return 'the epoch record has not been read';
    for (const region of regions) {
      if (!this.#observer.ledger(region)) return `the ledger of ${region} does not answer`;
      const answer = await fetch(`${this.urls.regions[region]}/health`).catch(() => undefined);
      const latched = region === primaryRegion && record.activeRegion !== region;
      if (answer?.status !== (latched ? 503 : 200)) return `${region} does not say that it is healthy`;
    }
    return this.#resolver?.state().region === record.activeRegion || record.phase === 'moving' ? undefined : 'the resolver has not moved yet';
  }

  #tend(): Promise<void> {
    return this.#ledgers.tend(() => this.#observer.readRecord(), (region) => !this.#parts.node(region).isolated);
  }
}

/** All of them; when one fails the others are waited for first, so that what is then undone is no longer being done. */
async function together<T extends readonly Promise<unknown>[]>(work: readonly [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function refuse(why: string | undefined): void {
  if (why !== undefined) throw new NotNow(why);
}

function portFault(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  return new UsageError(`${'port' in error ? `port ${String(error.port)} is taken by another process` : error.message}; stop it, or choose another --port`);
}
