/**
 * The two PostgreSQL servers and their roles. Invariant: the server of the active region is never re-seeded: a folder is
 * replaced only by what the epoch record says in that very turn, and promotions take turns with it. And a standby counts
 * as one only when a fresh write on the primary arrives there: a killed primary that rejoins naively looks like a
 * streaming standby and keeps its lost rows.
 * It decides nothing about who is active: that is the epoch record's.
 */
import { peerOf, primaryRegion, regions } from '@understudy/core';
import type { EpochRecord, Region } from '@understudy/core';
import { lostRows } from './lost-rows.ts';
import type { LostTail } from './lost-rows.ts';
import type { Network } from './network.ts';
import { linkNames } from './network.ts';
import { followsFresh, holdPort, PostgresServer, promote, reapLeftover, roleOnDisk, seedStandby, switchover, withFormerPrimary } from './postgres/index.ts';
import type { HeldPort } from './postgres/index.ts';
import type { DataDir } from './data-dir.ts';

export interface LedgerPairOptions {
  readonly dataDir: DataDir;
  readonly network: Pick<Network, 'aimLedger' | 'isFaulty' | 'port'>;
  /** Brings the schema of a primary up to date. */
  readonly migrate: (address: { readonly host: string; readonly port: number }) => Promise<void>;
  readonly onEvent: (type: string, fields: Readonly<Record<string, unknown>>) => void;
}

/**
 * The epoch record as it is now. A server that was promoted in an earlier turn was claimed before, so the record says so
 * by then; a copy kept from before the promotion would have the new primary taken for a standby gone astray.
 */
export type ReadRecord = () => Promise<EpochRecord>;

/** How long a standby may take to show a fresh row before it counts as astray. */
const FOLLOW_LIMIT_MS = 8_000;

export class LedgerPair {
  readonly #options: LedgerPairOptions;
  readonly #servers = new Map<Region, PostgresServer>();
  /** Of each server that has not been started yet: all the others of the twin look for ports of their own meanwhile. */
  readonly #ports = new Map<Region, HeldPort>();
  /** Regions whose server ought to run. */
  readonly #wanted = new Set<Region>();
  /** One change of roles at a time; a kill waits for nobody. */
  #work: Promise<unknown> = Promise.resolve();
  #busy = 0;
  /** What each former primary still held that its successor never received. */
  readonly lostTails: Map<Region, LostTail> = new Map();

  constructor(options: LedgerPairOptions) {
    this.#options = options;
  }

  server(region: Region): PostgresServer {
    const server = this.#servers.get(region);
    if (!server) throw new Error('the ledgers are not started');
    return server;
  }

  get isBusy(): boolean {
    return this.#busy > 0;
  }

  /** Before any start: ends what an earlier twin left running, and makes the first books of an installation that has none. */
  async prepare(): Promise<void> {
    const { dataDir } = this.#options;
    for (const region of regions) {
      await reapLeftover(dataDir.ledger(region));
      const held = await holdPort();
      this.#ports.set(region, held);
      this.#servers.set(region, new PostgresServer({ name: region, dataDir: dataDir.ledger(region), logFile: dataDir.log(`ledger-${region}`), port: held.port }));
      this.#wanted.add(region);
    }
    // No record is needed for that: a journal that knows of a move has had books, which are never replaced by empty ones.
    if (regions.every((region) => roleOnDisk(dataDir.ledger(region)) === 'empty')) await this.server(primaryRegion).initialise();
  }

  /** Starts the active region's, as the record and the folders say: the functions of both regions need it. */
  async startActive(record: EpochRecord): Promise<void> {
    const active = record.activeRegion;
    // A move was under way: each takes the role it had, nobody's folder is replaced, and the move goes on from the record.
    const isMoving = this.#isInMove(record);
    if (isMoving) await this.#startAsOnDisk(peerOf(active));
    await this.#startAsOnDisk(active);
    if (!isMoving) await this.#options.migrate(this.server(active).address);
  }

  /** Then the other, which is built anew unless it follows; region processes may start meanwhile, and promotions wait. */
  async startStandby(record: EpochRecord): Promise<void> {
    if (this.#isInMove(record)) return;
    const active = record.activeRegion;
    await this.#exclusively(() => this.#startStandby(peerOf(active), active));
  }

  /** As when the machine dies. */
  async kill(region: Region): Promise<void> {
    this.#wanted.delete(region);
    this.#options.network.aimLedger(region, null);
    await this.server(region).kill();
  }

  /** Starts a killed server again: as what it was, unless another has become primary meanwhile. */
  restore(region: Region, readRecord: ReadRecord): Promise<void> {
    this.#wanted.add(region);
    return this.#exclusively(async () => {
      const peer = peerOf(region);
      const record = await readRecord();
      // While a move is under way nobody's folder is replaced: it may turn back.
      const former = roleOnDisk(this.server(region).dataDir) === 'primary' && record.phase === 'open' && record.activeRegion !== region && this.#isPrimary(peer);
      if (former) await this.#rebuild(region, peer);
      else if (!this.server(region).running) await this.#startAsOnDisk(region);
    });
  }

  /**
   * Makes sure that the region that is not active has a standby that follows. Only looks while it has, so that a
   * promotion never waits for a look; the record is read again before anything is replaced.
   */
  async tend(readRecord: ReadRecord, reachable: (region: Region) => boolean): Promise<void> {
    if (this.isBusy) return;
    await this.#restartCrashed();
    const pair = this.#pairToTend(await readRecord(), reachable);
    if (!pair) return;
    const server = this.server(pair.standby);
    const isStandby = server.running && !this.#isPrimary(pair.standby);
    if (isStandby && (await this.#follows(pair.active, pair.standby))) return;
    await this.#exclusively(async () => {
      const still = this.#pairToTend(await readRecord(), reachable);
      if (still?.standby !== pair.standby) return;
      if (!isStandby) return this.#startStandby(pair.standby, pair.active);
      this.#options.onEvent('standby_astray', { region: pair.standby });
      await this.#rebuild(pair.standby, pair.active);
    });
  }

  /** A server that ended by itself is started again, as a machine's service manager would. */
  async #restartCrashed(): Promise<void> {
    for (const region of this.#wanted) {
      if (this.server(region).running) continue;
      await this.#exclusively(async () => {
        if (!this.#wanted.has(region) || this.server(region).running) return;
        this.#options.onEvent('ledger_restarted', { region });
        await this.#startAsOnDisk(region);
      });
    }
  }

  /** The open active region and its standby, while nothing but the standby itself can keep it from following. */
  #pairToTend(record: EpochRecord, reachable: (region: Region) => boolean): { readonly active: Region; readonly standby: Region } | undefined {
    if (record.phase !== 'open') return undefined;
    const active = record.activeRegion;
    const standby = peerOf(active);
    const bothUp = [active, standby].every((region) => this.#wanted.has(region) && reachable(region));
    return bothUp && this.#isPrimary(active) && !this.#options.network.isFaulty(linkNames.replication(standby)) ? { active, standby } : undefined;
  }

  /** What `FailoverGlobalCluster` does: promotes the standby as it is. */
  promote(region: Region): Promise<void> {
    return this.#exclusively(() => promote(this.server(region)));
  }

  /** What `SwitchoverGlobalCluster` does: swaps the roles without loss. */
  switchOver(to: Region): Promise<void> {
    const from = peerOf(to);
    return this.#exclusively(() => switchover({ from: this.server(from), to: this.server(to), upstreamFor: (server) => this.#upstreamOf(server === this.server(to) ? from : to) }));
  }

  async stop(): Promise<void> {
    this.#wanted.clear();
    await Promise.all([...this.#ports.values()].map((held) => held.release()));
    const isPrimary = (region: Region) => this.#isPrimary(region);
    // The primary first: a fast shutdown ships all of its log to a standby that still runs.
    for (const region of [...regions].sort((a, b) => Number(isPrimary(b)) - Number(isPrimary(a)))) await this.#servers.get(region)?.stop();
  }

  #isPrimary(region: Region): boolean {
    const server = this.#servers.get(region);
    return server !== undefined && server.running && roleOnDisk(server.dataDir) === 'primary';
  }

  #follows(primary: Region, standby: Region): Promise<boolean> {
    return followsFresh({ primary: this.server(primary), standby: this.server(standby), limitMs: FOLLOW_LIMIT_MS });
  }

  /** Through the link of the region that reads, so that replication can be cut. */
  #upstreamOf(standby: Region): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.#options.network.port(linkNames.replication(standby)) };
  }

  #isInMove(record: EpochRecord): boolean {
    return record.phase === 'moving' || roleOnDisk(this.server(record.activeRegion).dataDir) === 'standby';
  }

  async #startAsOnDisk(region: Region): Promise<void> {
    const server = this.server(region);
    await this.#ports.get(region)?.release();
    if (roleOnDisk(server.dataDir) === 'standby') await server.start({ role: 'standby', upstream: this.#upstreamOf(region) });
    else await server.start({ role: 'primary' });
    // It may have been killed while it was starting.
    if (this.#wanted.has(region)) this.#options.network.aimLedger(region, server.port);
    else await server.kill();
  }

  /** A standby that was one and follows is left as it is; anything else is built anew. */
  async #startStandby(region: Region, active: Region): Promise<void> {
    const server = this.server(region);
    if (roleOnDisk(server.dataDir) !== 'standby') return this.#rebuild(region, active);
    if (!server.running) await this.#startAsOnDisk(region);
    if (!(await this.#follows(active, region))) await this.#rebuild(region, active);
  }

  async #rebuild(region: Region, active: Region): Promise<void> {
    const server = this.server(region);
    this.#options.network.aimLedger(region, null);
    if (roleOnDisk(server.dataDir) === 'primary') await this.#countLostRows(region, active);
    await server.stop();
    try {
      await seedStandby({ source: this.server(active).address, sourceDataDir: this.server(active).dataDir, target: server });
      this.#options.onEvent('standby_rebuilt', { region, from: active });
    } finally {
      // A seed that failed has left the folder as it was: a stale standby is better than none when its primary has just died.
      if (this.#wanted.has(region) && roleOnDisk(server.dataDir) === 'standby') await this.#startAsOnDisk(region);
    }
  }

  /** Before its folder is replaced: which rows did the former primary hold that the survivor never received? */
  async #countLostRows(region: Region, active: Region): Promise<void> {
    const server = this.server(region);
    try {
      if (server.running) await server.stop();
      const tail = await withFormerPrimary(server.dataDir, server.port, (former) => lostRows(former, this.server(active).address));
      this.lostTails.set(region, tail);
      this.#options.onEvent('lost_rows_counted', { region, ...tail });
    } catch (error) {
      this.#options.onEvent('lost_rows_unknown', { region, cause: String(error) });
    }
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    const result = this.#work.then(work);
    this.#work = result.catch(() => undefined).finally(() => {
      this.#busy -= 1;
    });
    return result;
  }
}
