/**
 * A part of the twin that is a Node process of its own: started with its configuration, ready when it says so, killed for
 * real. Every such process ends by itself when its IPC channel closes, so that a SIGKILL of the supervisor leaves none.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';

export interface ChildOptions {
  readonly entry: URL;
  readonly configuration: object;
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Everything it says after `ready`. */
  readonly onMessage?: (message: ChildMessage) => void;
  /** It ended without being asked to. */
  readonly onCrash?: (how: string) => void;
}

export type ChildMessage = Readonly<Record<string, unknown>> & { readonly event: string };

export interface Child {
  readonly pid: number;
  /** What it said when it was ready: its ports, mostly. */
  readonly ready: ChildMessage;
  send(message: object): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
}

const STOP_LIMIT_MS = 5_000;
const START_LIMIT_MS = 60_000;

const isMessage = (value: unknown): value is ChildMessage => typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string';

/** Resolves when the process says that it is ready; rejects with the end of its log when it does not. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const log = openSync(options.logFile, 'a');
  const child = fork(options.entry, [JSON.stringify(options.configuration)], {
    stdio: ['ignore', log, log, 'ipc'],
    // Its own process group: Ctrl-C reaches the supervisor alone, which stops the others in order.
    detached: true,
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...compiledCode(), ...options.environment },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const ready = await readyOf(child, exited, options);
  let asked = false;
  child.on('message', (message) => {
    if (isMessage(message)) options.onMessage?.(message);
  });
  void exited.then((how) => {
    if (!asked) options.onCrash?.(how);
  });
  const end = async (signal: NodeJS.Signals) => {
    asked = true;
    child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    ready,
    send: (message) => {
      if (child.connected) child.send(message);
    },
    kill: () => end('SIGKILL'),
    stop: async () => {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await end('SIGTERM');
      clearTimeout(timer);
    },
  };
}

/** Where Node keeps what it has compiled, if whoever started us wants it kept. */
const compiledCode = (): Readonly<Record<string, string>> => {
  const { NODE_COMPILE_CACHE: folder } = process.env;
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
};

async function readyOf(child: ChildProcess, exited: Promise<string>, options: ChildOptions): Promise<ChildMessage> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${options.entry.pathname} is not ready after ${START_LIMIT_MS / 1000} s; see ${options.logFile}`)), START_LIMIT_MS);
  });
  const died = exited.then((how) => Promise.reject(new Error(`${options.entry.pathname} ended before it was ready (${how}); see ${options.logFile}`)));
  const said = new Promise<ChildMessage>((resolve) => {
    child.on('message', function listen(message) {
      if (!isMessage(message) || message.event !== 'ready') return;
      child.off('message', listen);
      resolve(message);
    });
  });
  try {
    return await Promise.race([said, died, late]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
