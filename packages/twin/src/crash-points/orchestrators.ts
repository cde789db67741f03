/**
 * Starts orchestrators beside the regions of a running twin, follows what they do, and leaves none behind.
 * Invariant: each has the environment of the region that it works for, links included: it is cut off when that region is.
 */
import { join } from 'node:path';
import type { MoveKind, MoveRequest, Region } from '@understudy/core';
import { startChild } from '../child.ts';
import type { Child } from '../child.ts';
import type { RunningTwin } from '../drill/running-twin.ts';
import { epochRecordOf } from '../drill/table.ts';
import type { FunctionFile } from '../region/function-host.ts';
import type { WriteReport } from './crash-point.ts';
import type { OrchestratorConfiguration, OrchestratorReport } from './orchestrator.process.ts';

export type OrchestratorOptions = Omit<OrchestratorConfiguration, 'orchestrate'>;

export interface Runtime {
  readonly environment: Readonly<Record<string, string>>;
  readonly functions: readonly FunctionFile[];
}

export async function runtimeOf(twin: RunningTwin, region: Region): Promise<Runtime> {
  return (await (await fetch(`${twin.urls.console}/twin/regions/${region}/runtime`)).json()) as Runtime;
}

/** Steps of one orchestrator until it says `done`; one that is killed after each needs as many processes. */
const PROCESSES_MAX = 100;

export class Orchestrator {
  readonly rows: string[] = [];
  readonly writes: WriteReport[] = [];
  /** How it ended: `done`, `refused`, `failed`, or the signal. */
  readonly ended: Promise<string>;
  #child: Child | undefined;
  #state: string | undefined;
  readonly #end: (how: string) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** The write at which it died or froze. */
  get point(): WriteReport | undefined {
    return this.writes.find((write) => write.dies);
  }

  started(child: Child): void {
    this.#child = child;
  }

  hear(report: OrchestratorReport): void {
    if (report.event === 'step') this.rows.push(report.row);
    if (report.event === 'write') this.writes.push(report);
    if (report.event === 'ended') this.#end((this.#state = report.state));
  }

  gone(how: string): void {
    this.#end(this.#state ?? how);
  }

  /** After it froze. */
  wake(): void {
    if (this.#child) process.kill(this.#child.pid, 'SIGCONT');
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }
}

export class Orchestrators {
  readonly #twin: RunningTwin;
  readonly #all: Orchestrator[] = [];

  constructor(twin: RunningTwin) {
    this.#twin = twin;
  }

  /** A move as it would be asked for now. */
  async request(to: Region, kind: MoveKind, name = 'test'): Promise<MoveRequest> {
    const { epoch } = await epochRecordOf(this.#twin);
    return { to, kind, fromEpoch: epoch, runId: `${kind}-${epoch + 1}-${to}-${name}`, by: 'a test', reason: 'a test' };
  }

  async start(options: OrchestratorOptions): Promise<Orchestrator> {
    const { environment, functions } = await runtimeOf(this.#twin, options.request.to);
    const orchestrate = functions.find(({ name }) => name === 'orchestrate');
    if (!orchestrate) throw new Error('there is no function orchestrate');
    const orchestrator = new Orchestrator();
    this.#all.push(orchestrator);
    orchestrator.started(await startChild({
      entry: new URL('orchestrator.process.ts', import.meta.url),
      configuration: { ...options, orchestrate } satisfies OrchestratorConfiguration,
      environment,
      logFile: join(this.#twin.dataDir, 'logs', 'orchestrators.log'),
      onMessage: (message) => orchestrator.hear(message as unknown as OrchestratorReport),
      onCrash: (how) => orchestrator.gone(how),
    }));
    return orchestrator;
  }

  /** One orchestrator after another, each killed after a single step, until one says that the move is over. Returns all rows. */
  async stepByStep(request: MoveRequest): Promise<{ readonly state: string; readonly rows: readonly string[] }> {
    const rows: string[] = [];
    for (let n = 0; n < PROCESSES_MAX; n += 1) {
      const orchestrator = await this.start({ request, endAfter: 1 });
      await orchestrator.ended;
      rows.push(...orchestrator.rows);
      const last = rows.at(-1) ?? '';
      if (last === 'F-410' || last.startsWith('F-1') && last !== 'F-190') return { state: last === 'F-410' ? 'done' : 'refused', rows };
    }
    throw new Error(`no end after ${PROCESSES_MAX} orchestrators: ${rows.slice(-5).join(' ')}`);
  }

  /** To its end, undisturbed. */
  async run(request: MoveRequest): Promise<{ readonly state: string; readonly rows: readonly string[] }> {
    const orchestrator = await this.start({ request });
    return { state: await orchestrator.ended, rows: orchestrator.rows };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((orchestrator) => orchestrator.kill()));
  }
}
