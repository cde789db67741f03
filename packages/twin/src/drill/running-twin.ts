/** A twin of the drill's own: started as `npm start` starts it, spoken to over HTTP, as anybody else would. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Region } from '@understudy/core';
import type { RecordEntry, RefundEntry } from '../acquirer-sandbox/record.ts';
import type { OperatorAddresses } from '../environment.ts';
import type { Service } from '../network.ts';
import type { ServiceFault, TwinState } from '../state.ts';
import { holdBasePort } from './base-port.ts';

export interface LedgerRowBody {
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly status: string;
  readonly epoch: number;
}

export interface LedgerRefundBody extends LedgerRowBody {
  readonly refund_id: string;
}

interface Ready {
  readonly console: string;
  readonly api: string;
  readonly regions: Readonly<Record<Region, string>>;
  readonly acquirer: string;
  readonly apiKey: string;
}

export interface StartOptions {
  /** Kept from an earlier run; a new temporary folder when absent. */
  readonly dataDir?: string;
  readonly basePort?: number;
  readonly failover?: 'automatic' | 'approval';
  readonly webhooks?: 'public' | 'any';
}

const STOP_LIMIT_MS = 20_000;

export class RunningTwin {
  readonly urls: Ready;
  readonly dataDir: string;
  readonly basePort: number;
  readonly startMs: number;
  readonly #child: ChildProcess;
  readonly #ownsDataDir: boolean;

  private constructor(child: ChildProcess, urls: Ready, facts: { readonly dataDir: string; readonly basePort: number; readonly ownsDataDir: boolean; readonly startMs: number }) {
    this.#child = child;
    this.urls = urls;
    this.dataDir = facts.dataDir;
    this.basePort = facts.basePort;
    this.startMs = facts.startMs;
    this.#ownsDataDir = facts.ownsDataDir;
  }

  static async start(options: StartOptions = {}): Promise<RunningTwin> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'understudy-twin-')));
    const { base: basePort, release } = options.basePort === undefined ? await holdBasePort() : { base: options.basePort, release: () => Promise.resolve() };
    const startedAt = performance.now();
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const args = [main, '--json', '--port', String(basePort), '--data-dir', dataDir, '--failover', options.failover ?? 'automatic', '--webhooks', options.webhooks ?? 'public'];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const exited = new Promise<never>((_, reject) => child.once('exit', (code, signal) => reject(new Error(`the twin ended while starting (${signal ?? code}); see ${dataDir}/logs`))));
    exited.catch(() => undefined);
    const ready = new Promise<Ready>((resolve) => {
      if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('{"event":"ready"')) resolve(JSON.parse(line) as Ready);
      });
    });
    const urls = await Promise.race([ready, exited]).finally(release);
    return new RunningTwin(child, urls, { dataDir, basePort, ownsDataDir: options.dataDir === undefined, startMs: performance.now() - startedAt });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async state(): Promise<TwinState> {
    return (await this.#get(`${this.urls.console}/twin/state`)) as TwinState;
  }

  /** Throws with the twin's own sentence when it refuses. */
  async order(path: string, body: object = {}): Promise<unknown> {
    const answer = await fetch(`${this.urls.console}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text);
  }

  region(region: Region, action: 'kill' | 'restore' | 'isolate' | 'rejoin' | 'kill-process' | 'restore-process'): Promise<unknown> {
    return this.order(`/twin/regions/${region}/${action}`);
  }

  service(region: Region, service: Service, fault: ServiceFault): Promise<unknown> {
    return this.order(`/twin/regions/${region}/services/${service}`, fault);
  }

  async behave(behaviour: object): Promise<void> {
    const answer = await fetch(`${this.urls.acquirer}/behaviour`, { method: 'POST', body: JSON.stringify(behaviour) });
    if (!answer.ok) throw new Error(`behaviour: ${await answer.text()}`);
  }

  async charges(): Promise<readonly RecordEntry[]> {
    return (await this.#get(`${this.urls.acquirer}/charges`)) as RecordEntry[];
  }

  async ledger(region: Region): Promise<readonly LedgerRowBody[]> {
    return (await this.#get(`${this.urls.console}/twin/ledger/${region}/payments`)) as LedgerRowBody[];
  }

  async refunds(): Promise<readonly RefundEntry[]> {
    return (await this.#get(`${this.urls.acquirer}/refunds`)) as RefundEntry[];
  }

  async ledgerRefunds(region: Region): Promise<readonly LedgerRefundBody[]> {
    return (await this.#get(`${this.urls.console}/twin/ledger/${region}/refunds`)) as LedgerRefundBody[];
  }

  /** Where somebody outside both regions finds everything. */
  async connections(): Promise<OperatorAddresses> {
    return (await this.#get(`${this.urls.console}/twin/connections`)) as OperatorAddresses;
  }

  async processes(): Promise<readonly { readonly name: string; readonly pid: number }[]> {
    return (await this.#get(`${this.urls.console}/twin/processes`)) as { name: string; pid: number }[];
  }

  /**
   * As Ctrl-C does. Its folder is removed when it was made here. Throws when a function was denied anything at a table: it
   * would lack that right on AWS too, whatever else made up for it here.
   */
  async stop(): Promise<void> {
    await this.end('SIGINT');
    const denied = await denialsIn(join(this.dataDir, 'logs', 'table.log'));
    if (this.#ownsDataDir) await rm(this.dataDir, { recursive: true, force: true });
    if (denied.length > 0) throw new Error(`functions lack rights that they need:\n${denied.join('\n')}`);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
  }

  async #get(url: string): Promise<unknown> {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

/** Each of them once. */
async function denialsIn(logFile: string): Promise<readonly string[]> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).split('\n');
  return [...new Set(lines.filter((line) => line.includes('"event":"access_denied"')))];
}
