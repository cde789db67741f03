/**
 * The twin as a shell has it: a process group of its own, what it prints, how it ends, and what is left of it.
 * For the tests of starting and stopping; those that only need a running twin use RunningTwin.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

/** An end that takes longer is a hang. */
const END_LIMIT_MS = 40_000;

export class TwinProcess {
  readonly child: ChildProcess;
  output = '';
  errors = '';
  readonly #ended: Promise<number | string>;

  constructor(args: readonly string[], user: { readonly uid?: number; readonly gid?: number } = {}) {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    this.child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: '/', ...user });
    this.child.stdout?.on('data', (text: Buffer) => (this.output += text.toString()));
    this.child.stderr?.on('data', (text: Buffer) => (this.errors += text.toString()));
    this.#ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(signal ?? code ?? -1)));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves once `text` was printed; rejects with what was printed instead when the process ends before. */
  async printed(text: string): Promise<void> {
    const over = this.#ended.then((how) => `ended: ${how}`);
    while (!this.output.includes(text)) {
      const said = new Promise<void>((resolve) => this.child.stdout?.once('data', () => resolve()));
      const end = await Promise.race([said, over]);
      if (end !== undefined && !this.output.includes(text)) throw new Error(`${end}\n${this.output}\n${this.errors}`);
    }
  }

  /** The exit code, or the signal's name; a process that does not end is killed and answers SIGKILL. */
  async ended(): Promise<number | string> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), END_LIMIT_MS);
    const how = await this.#ended;
    clearTimeout(timer);
    return how;
  }

  /** As a terminal does on Ctrl-C: to every process of the group. */
  async interrupt(): Promise<number | string> {
    process.kill(-this.pid, 'SIGINT');
    return this.ended();
  }
}

/** Runs the twin until it ends by itself. */
export async function runTwin(args: readonly string[]): Promise<{ readonly how: number | string; readonly output: string; readonly errors: string }> {
  const twin = new TwinProcess(args);
  const how = await twin.ended();
  return { how, output: twin.output, errors: twin.errors };
}

/** Every process that names the folder or works in it. */
export function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).flatMap((pid) => {
    try {
      const commandLine = commandLineOf(pid);
      return commandLine.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ? [`${pid} ${commandLine}`] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Empty once it has ended, also while nobody has collected its exit code. */
export function commandLineOf(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

export const publicPorts = (base: number): readonly number[] => [0, 1, 11, 12, 20].map((offset) => base + offset);

export async function answeringPorts(base: number): Promise<readonly number[]> {
  const found = await Promise.all(publicPorts(base).map(async (port) => ((await isAnswering(port)) ? [port] : [])));
  return found.flat();
}

const isAnswering = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
