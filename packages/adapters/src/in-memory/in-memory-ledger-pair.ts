// The two regions' ledger servers and what ties them: replication, its lag, promotion, switchover and rejoining.
// Invariant: a standby's log is a prefix of the log it follows. A promotion cuts the tie and leaves the old
// primary as it is, a zombie that still takes postings under its own fence.
import type { Clock, Epoch, LedgerCluster, LedgerControl, LedgerStatus, Region } from '@understudy/core';
import { assert, epochOf, PortFault, peerOf } from '@understudy/core';
import { InMemoryLedger } from './in-memory-ledger.ts';

export interface LedgerPairOptions {
  readonly clock: Clock;
  readonly primary: Region;
  /** The fence of a new installation. */
  readonly fence?: Epoch;
  readonly engineVersion?: string;
  /** How long a promotion or a switchover takes once it is started. */
  readonly moveDurationMs?: number;
}

interface Move {
  readonly kind: 'failover' | 'switchover';
  readonly target: Region;
  readonly doneAt: number;
}

export class InMemoryLedgerPair implements LedgerControl, LedgerCluster {
  readonly servers: Readonly<Record<Region, InMemoryLedger>>;
  readonly #options: LedgerPairOptions;
  /** The cluster's primary. A former one may still believe that it is primary, and is no member any more. */
  #writer: Region;
  /** The region whose server follows the writer; undefined when nobody follows. */
  #follower: Region | undefined;
  #stalled = false;
  #move: Move | undefined;
  #movesStarted = 0;

  constructor(options: LedgerPairOptions) {
    this.#options = options;
    this.#writer = options.primary;
    this.#follower = peerOf(options.primary);
    this.servers = { 'us-east-1': this.#server('us-east-1'), 'us-east-2': this.#server('us-east-2') };
    this.servers[options.primary].raiseFence({ from: epochOf(0), to: options.fence ?? epochOf(1) });
  }

  get writer(): Region {
    this.#finishMove();
    return this.#writer;
  }

  get movesStarted(): number {
    return this.#movesStarted;
  }

  async status(region: Region): Promise<LedgerStatus> {
    const server = this.servers[region];
    server.use();
    const lagMs = this.#lagMs(region);
    return { role: server.role, fence: server.fence, engineVersion: this.#options.engineVersion ?? '17.10', ...(lagMs !== undefined && { lagMs }) };
  }

  async raiseFence(region: Region, range: { readonly from: Epoch; readonly to: Epoch }): ReturnType<LedgerControl['raiseFence']> {
    return this.servers[region].raiseFence(range);
  }

  async failOver(target: Region): Promise<void> {
    this.#demandUp([target]);
    this.#start('failover', target);
  }

  async switchOver(target: Region): Promise<void> {
    this.#demandUp([target, peerOf(target)]);
    this.#start('switchover', target);
  }

  /** The standby stops replaying: its lag, and what a promotion would lose, grow. */
  stallReplication(): void {
    this.#stalled = true;
  }

  resumeReplication(): void {
    this.#stalled = false;
    this.replicate(Number.MAX_SAFE_INTEGER);
  }

  /** Lets the standby replay the next commits, stalled or not. Nothing crosses to or from a server that is down. */
  replicate(commitsMax: number): void {
    if (!this.#follower) return;
    const standby = this.servers[this.#follower];
    const primary = this.servers[peerOf(this.#follower)];
    if (standby.up && primary.up) standby.replay(primary.log, commitsMax);
  }

  stop(region: Region): void {
    this.servers[region].up = false;
  }

  /** Comes back as what it was; a primary that was replaced meanwhile is then a zombie. */
  start(region: Region): void {
    this.servers[region].up = true;
    if (!this.#stalled) this.replicate(Number.MAX_SAFE_INTEGER);
  }

  /** Rebuilds a former primary as the standby of the writer. */
  rejoin(region: Region): void {
    assert(region !== this.writer, 'the writer follows nobody');
    this.servers[region].up = true;
    this.servers[region].rebuild(this.servers[peerOf(region)].log);
    this.#follower = region;
  }

  #server(region: Region): InMemoryLedger {
    return new InMemoryLedger({
      region,
      role: region === this.#options.primary ? 'primary' : 'standby',
      now: () => this.#options.clock.now(),
      beforeUse: () => this.#finishMove(),
      afterCommit: () => {
        if (this.#follower && this.#follower !== region && !this.#stalled) this.replicate(Number.MAX_SAFE_INTEGER);
      },
    });
  }

  #start(kind: Move['kind'], target: Region): void {
    this.#finishMove();
    if (this.#move && this.#move.target !== target) throw this.#fault(`a move to ${this.#move.target} is under way`);
    if (this.#move || this.#writer === target) return;
    if (this.#follower !== target) throw this.#fault(`${target} does not follow ${this.#writer}`);
    this.#movesStarted += 1;
    if (kind === 'failover') this.#follower = undefined;
    this.#move = { kind, target, doneAt: this.#options.clock.now() + (this.#options.moveDurationMs ?? 0) };
    this.#finishMove();
  }

  #finishMove(): void {
    const move = this.#move;
    if (!move || this.#options.clock.now() < move.doneAt) return;
    this.#move = undefined;
    if (move.kind === 'switchover') {
      const source = peerOf(move.target);
      this.replicate(Number.MAX_SAFE_INTEGER);
      this.servers[source].role = 'standby';
      this.#follower = source;
    }
    this.servers[move.target].role = 'primary';
    this.#writer = move.target;
  }

  #lagMs(region: Region): number | undefined {
    if (this.#follower !== region) return undefined;
    const firstMissing = this.servers[peerOf(region)].log[this.servers[region].log.length];
    return firstMissing ? this.#options.clock.now() - firstMissing.at : 0;
  }

  #demandUp(needed: readonly Region[]): void {
    for (const region of needed) if (!this.servers[region].up) throw this.#fault(`the cluster in ${region} cannot be reached`);
  }

  #fault(message: string): PortFault {
    return new PortFault({ port: 'cluster', retryable: true, message });
  }
}
