// Runs one command line: finds the verb, loads its work, gives it a desk, prints its answer, and says how it ended.
// Invariant: it never throws and never prints a stack for what a person can do something about; what it opened is
// closed, also when the verb failed.
import type { PortFault } from '@understudy/core';
import { CommanderError } from 'commander';
import type { Addresses } from './addresses.ts';
import type { Connections } from './connections.ts';
import { exitCodes, Refusal, usageFault } from './exit.ts';
import type { ExitCode } from './exit.ts';
import { ProgressLine } from './progress-line.ts';
import { programOf } from './program.ts';
import { shellOfProcess } from './shell.ts';
import type { Shell } from './shell.ts';
import type { Answer, Desk } from './verb.ts';

export async function run(args: readonly string[], shell: Shell = shellOfProcess()): Promise<ExitCode> {
  let answer: Answer | undefined;
  const progress = new ProgressLine(shell);
  const opened = new Opened(shell.environment);
  const program = programOf(async (face, command) => {
    const options = command.optsWithGlobals();
    const work = await face.load();
    answer = await work(deskOf(shell, opened.of(options), progress), options as never, command.args);
    progress.clear();
    shell.out(options['json'] === true ? `${JSON.stringify(answer.json, exactly)}\n` : textOf(answer));
  }, shell);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return answer?.exitCode ?? exitCodes.ok;
  } catch (error) {
    progress.clear();
    const { exitCode, sentence } = await explained(error);
    // Commander has printed its own sentence already.
    if (!(error instanceof CommanderError)) shell.err(`understudy: ${sentence}\n`);
    if (exitCode !== exitCodes.ok && program.opts()['json'] === true) shell.out(`${JSON.stringify({ error: sentence, exit_code: exitCode })}\n`);
    return exitCode;
  } finally {
    await opened.close();
  }
}

/** Empty when everything was said on the way. */
const textOf = ({ text }: Answer): string => (text === '' ? '' : `${text.trimEnd()}\n`);

/** Whole numbers of any size, as text. */
const exactly = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

type AddressOptions = Parameters<typeof import('./addresses.ts').readAddresses>[0];

/** Addresses and connections, found and made when they are first asked for. */
class Opened {
  readonly #environment: Shell['environment'];
  #addresses: Promise<Addresses> | undefined;
  #connections: Promise<Connections> | undefined;

  constructor(environment: Shell['environment']) {
    this.#environment = environment;
  }

  of(options: AddressOptions): Pick<Desk, 'addresses' | 'connect'> {
    const addresses = () => (this.#addresses ??= import('./addresses.ts').then(({ readAddresses }) => readAddresses(options, this.#environment)));
    const connect = () => (this.#connections ??= addresses().then(async (found) => new (await import('./connections.ts')).Connections(found)));
    return { addresses, connect };
  }

  async close(): Promise<void> {
    const connections = await this.#connections?.catch(() => undefined);
    await connections?.close();
  }
}

function deskOf(shell: Shell, opened: Pick<Desk, 'addresses' | 'connect'>, progress: ProgressLine): Desk {
  const say = (line: string) => {
    progress.clear();
    shell.err(`${line}\n`);
  };
  return {
    ...opened, say,
    environment: shell.environment,
    progress: (how) => progress.show(how),
    confirm: async (consequence) => /^y(es)?$/i.test(await ask(shell, `${consequence}\nGo on? Type yes: `, `${consequence} Nobody is there to be asked: say --yes`)),
    confirmBy: async (word, consequence) => (await ask(shell, `${consequence}\nType ${word} to go on: `, `${consequence} Nobody is there to type ${word}: use a terminal`)) === word,
    onStop: (act) => shell.onStop?.(act),
  };
}

async function ask({ ask: question }: Shell, text: string, otherwise: string): Promise<string> {
  if (!question) throw usageFault(otherwise);
  return (await question(text)).trim();
}

async function explained(error: unknown): Promise<{ readonly exitCode: ExitCode; readonly sentence: string }> {
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? exitCodes.ok : exitCodes.usage, sentence: error.message };
  if (error instanceof Refusal) return { exitCode: error.exitCode, sentence: error.message };
  const { isPortFault } = await import('@understudy/core');
  if (isPortFault(error)) return { exitCode: exitCodes.unreachable, sentence: whatToDo(error) };
  return { exitCode: exitCodes.found, sentence: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

const whatToDo = (fault: PortFault): string =>
  `${fault.message}. ${fault.retryable ? 'Whether it was done is not known; it is safe to run the same command again.' : 'Running it again will not help; look at the service named here.'}`;
