// Other programs: the CDK, the AWS command line, and those of this repository. They share the terminal and its signals.
// Invariant: a program that fails ends the verb with its own exit code told; nothing is run through a shell, so no
// value can become a command.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exitCodes, refused, stopped, usageFault } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Desk } from './verb.ts';

/** A program and its arguments. */
export type CommandLine = readonly [string, ...string[]];

/** The repository, for what is run from it. */
export const repository: string = fileURLToPath(new URL('../../../', import.meta.url));

export const inRepository = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** As a person would type it. */
export const commandText = (command: CommandLine): string => command.map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : `'${part.replaceAll("'", `'\\''`)}'`)).join(' ');

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
}

interface RunOptions {
  /** Shown, by default; kept for the verb; or aside on standard error, because the answer is the verb's. */
  readonly output?: 'shown' | 'kept' | 'aside';
  /** Ends with us, even if we are killed: it listens for our end of a channel. */
  readonly tied?: boolean;
}

/** A terminal sends Ctrl-C to both of us; we wait for the program to end by it. Another signal is handed on. */
export function runTool(desk: Desk, [program, ...args]: CommandLine, { output = 'shown', tied = false }: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['inherit', ({ shown: 'inherit', kept: 'pipe', aside: 2 } as const)[output], 'inherit', ...(tied ? (['ipc'] as const) : [])], env: { ...process.env, ...desk.environment } });
    let out = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    desk.onStop((signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      return undefined;
    });
    child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? usageFault(`there is no program ${program} here; ${whereFrom(program)}`) : error));
    child.once('close', (code, signal) => {
      // From now on, such as at a question, nothing would end by a Ctrl-C that was left to the program.
      desk.onStop(() => '');
      resolve({ code, signal, out });
    });
  });
}

const whereFrom = (program: string): string => ({ cdk: 'run this as `npx understudy`, which puts the CDK of this repository on the path', aws: 'install the AWS command line, version 2' })[program] ?? 'run npm ci first';

/** Throws a Refusal unless it ended well. */
export async function runToEnd(desk: Desk, command: CommandLine, { goOn, ...options }: RunOptions & { readonly goOn: string }): Promise<string> {
  const { code, signal, out } = await runTool(desk, command, options);
  if (code === 0) return out;
  if (signal === 'SIGINT' || signal === 'SIGTERM' || code === exitCodes.stopped) throw stopped(`stopped in: ${commandText(command)}. ${goOn}`);
  throw refused(`it failed${code === null ? '' : ` with exit code ${code}`}: ${commandText(command)}. ${goOn}`);
}

/** The exit code of a program of ours, which has the same meanings. */
export const ourCode = ({ code, signal }: Ended): ExitCode => (signal !== null ? exitCodes.stopped : (Object.values(exitCodes).find((known) => known === code) ?? exitCodes.found));
