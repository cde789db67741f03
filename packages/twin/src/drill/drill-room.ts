/**
 * Drills that somebody ordered from the console: each on a twin of its own, in a process of its own, one at a time, its
 * report kept beside the twin's data. Invariant: a run that is listed as kept ended by itself and said so.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DrillList, DrillOrder, DrillRun } from '@understudy/console/contract';
import { NotNow } from '../options.ts';
import { scenarios } from './scenarios.ts';

/** Reports are some ten kilobytes each; older ones go. */
const RUNS_KEPT_MAX = 50;
/** What a drill says is a line every few seconds. */
const LINES_KEPT_MAX = 60;
const namePattern = /^[\w-]{1,120}$/;

export const scenarioNames: readonly string[] = scenarios.map(({ name }) => name);

export class DrillRoom {
  readonly #folder: string;
  readonly #changed: (run: DrillRun) => void;
  #running: { run: DrillRun; readonly child: ChildProcess } | undefined;

  constructor(folder: string, changed: (run: DrillRun) => void) {
    this.#folder = folder;
    this.#changed = changed;
  }

  async list(): Promise<DrillList> {
    const past = await Promise.all((await this.#names()).slice(0, RUNS_KEPT_MAX).map((name) => this.#read(name)));
    return { scenarios: scenarios.map(({ name, about }) => ({ name, about })), runs: [...(this.#running ? [this.#running.run] : []), ...past.filter((run) => run !== undefined)] };
  }

  start(order: DrillOrder): DrillRun {
    if (this.#running) throw new NotNow(`the drill ${this.#running.run.scenario} is under way; one runs at a time`);
    mkdirSync(this.#folder, { recursive: true });
    const at = Date.now();
    const name = `${new Date(at).toISOString().replaceAll(/[^\d]/g, '').slice(0, 17)}-${order.scenario}`;
    const { scenario, ratePerSecond, scale, seed } = order;
    const options = ['--rate', String(ratePerSecond), '--scale', String(scale), '--seed', String(seed), '--html', this.#path(name, 'html'), '--json', this.#path(name, 'json')];
    const child = fork(new URL('drill.process.ts', import.meta.url), [scenario, ...options], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'], detached: true });
    const run: DrillRun = { ...order, name, at, state: 'running', said: [], hasReport: false };
    this.#running = { run, child };
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', (line) => this.#hear(name, line));
    child.once('error', () => void this.#end(name, undefined));
    child.once('close', (code) => void this.#end(name, code ?? undefined));
    return run;
  }

  /** Gives up the one that runs. */
  stop(): void {
    if (!this.#running) throw new NotNow('no drill is under way');
    this.#running.child.kill('SIGKILL');
  }

  async report(name: string): Promise<string | undefined> {
    const file = this.#path(name, 'html');
    return namePattern.test(name) && existsSync(file) ? readFile(file, 'utf8') : undefined;
  }

  close(): void {
    this.#running?.child.kill('SIGKILL');
  }

  #hear(name: string, line: string): void {
    const running = this.#running;
    if (running?.run.name === name && line.trim() !== '') running.run = { ...running.run, said: [...running.run.said, line.trimEnd().slice(0, 300)].slice(-LINES_KEPT_MAX) };
  }

  async #end(name: string, code: number | undefined): Promise<void> {
    const { run } = this.#running ?? {};
    if (run?.name !== name) return;
    const hasReport = existsSync(this.#path(name, 'html'));
    const wasPlayed = hasReport && !run.said.some((line) => line.includes('could not be played'));
    const ended: DrillRun = { ...run, hasReport, state: wasPlayed ? (code === 0 ? 'kept' : 'broken') : 'ended' };
    // A folder that is gone or full costs this line of the list; the twin goes on.
    await writeFile(this.#path(name, 'run.json'), JSON.stringify(ended)).catch(() => {});
    this.#running = undefined;
    this.#changed(ended);
    for (const old of (await this.#names()).slice(RUNS_KEPT_MAX)) await Promise.all(['run.json', 'html', 'json'].map((ending) => rm(this.#path(old, ending), { force: true })));
  }

  /** Undefined: it is gone meanwhile, or torn because the twin died while it was written; one must not hide the others. */
  async #read(name: string): Promise<DrillRun | undefined> {
    try {
      return JSON.parse(await readFile(this.#path(name, 'run.json'), 'utf8')) as DrillRun;
    } catch {
      return undefined;
    }
  }

  /** Newest first: a name begins with its time. */
  async #names(): Promise<readonly string[]> {
    const files = await readdir(this.#folder).catch(() => []);
    return files.filter((file) => file.endsWith('.run.json')).map((file) => file.slice(0, -'.run.json'.length)).toSorted().reverse();
  }

  #path(name: string, ending: string): string {
    return join(this.#folder, `${name}.${ending}`);
  }
}
