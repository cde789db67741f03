/**
 * A region as the supervisor sees it: the process that runs it, and its last words about itself.
 * Invariant: while the process is not running, every link that leads into it leads nowhere.
 */
import type { QueueCounts } from '@understudy/console/contract';
import type { MoveRequest, Region } from '@understudy/core';
import { startChild } from './child.ts';
import type { Child, ChildMessage } from './child.ts';
import type { CrashOrder, WriteReport } from './crash-points/crash-point.ts';
import type { Network } from './network.ts';
import { NotNow } from './options.ts';
import type { Invoke, RegionConfiguration, RegionReady, RegionReport, StartMove } from './region/configuration.ts';

export interface RegionNodeOptions {
  readonly region: Region;
  readonly network: Network;
  readonly configuration: RegionConfiguration;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly onReport: (report: RegionReport) => void;
  readonly onCrash: (how: string) => void;
}

/** Far more than a batch of a crash-point run makes. */
const WRITES_KEPT_MAX = 1_000;

const noQueue: QueueCounts = { visible: 0, inFlight: 0, dead: 0 };

export class RegionNode {
  readonly #options: RegionNodeOptions;
  #child: Child | undefined;
  #calls = 0;
  readonly #pending = new Map<number, { readonly resolve: (result: object) => void; readonly reject: (error: Error) => void }>();
  isolated = false;
  queue: QueueCounts = noQueue;
  /** What the process has written since it was last told where to die, in order. */
  writes: readonly WriteReport[] = [];

  constructor(options: RegionNodeOptions) {
    this.#options = options;
  }

  get up(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    if (this.#child) return;
    const { configuration, environment, logFile, network, region } = this.#options;
    const child = await startChild({
      entry: new URL('region/region.process.ts', import.meta.url),
      configuration,
      environment,
      logFile,
      onMessage: (message) => this.#hear(message),
      onCrash: (how) => {
        if (this.#child !== child) return;
        this.#forget();
        this.#options.onCrash(how);
      },
    });
    this.#child = child;
    const ready = child.ready as unknown as RegionReady;
    network.aimRegion(region, ready);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#forget();
    await child?.kill();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#forget();
    await child?.stop();
  }

  /** Calls one of the region's functions; rejects when it throws, or when the process ends before it has answered. */
  invoke(name: string, input: object): Promise<object> {
    const child = this.#child;
    if (!child) return Promise.reject(new NotNow(`${this.#options.region} is down; restore it first`));
    this.#calls += 1;
    const call = this.#calls;
    const { promise, resolve, reject } = Promise.withResolvers<object>();
    this.#pending.set(call, { resolve, reject });
    child.send({ command: 'invoke', call, name, input } satisfies Invoke);
    return promise;
  }

  startMove(request: MoveRequest): void {
    this.#child?.send({ command: 'start_move', request } satisfies StartMove);
  }

  dieAt(order: CrashOrder): void {
    this.writes = [];
    this.#child?.send(order);
  }

  #forget(): void {
    this.#child = undefined;
    this.queue = noQueue;
    for (const { reject } of this.#pending.values()) reject(new Error(`${this.#options.region} ended before it answered`));
    this.#pending.clear();
    this.#options.network.aimRegion(this.#options.region, { api: null, sqs: null, s3: null, sns: null, states: null });
  }

  #hear(message: ChildMessage): void {
    const report = message as unknown as RegionReport;
    if (report.event === 'queue') this.queue = { visible: report.visible, inFlight: report.inFlight, dead: report.dead };
    if (report.event === 'invoked') this.#settle(report);
    if (report.event === 'write') this.writes = [...this.writes, report].slice(-WRITES_KEPT_MAX);
    this.#options.onReport(report);
  }

  #settle({ call, result, error }: Extract<RegionReport, { readonly event: 'invoked' }>): void {
    const waiting = this.#pending.get(call);
    this.#pending.delete(call);
    if (error === undefined) waiting?.resolve(result ?? {});
    else waiting?.reject(new Error(error));
  }
}
