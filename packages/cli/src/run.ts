// Runs one command line: finds the verb, gives it a desk, prints its answer, and says how it ended.
// Invariant: it never throws and never prints a stack for what a person can do something about; what it opened is
// closed, also when the verb failed.
import { createInterface } from 'node:readline/promises';
import { isPortFault } from '@understudy/core';
import type { PortFault } from '@understudy/core';
import { Command, CommanderError } from 'commander';
import { readAddresses } from './addresses.ts';
import { Connections } from './connections.ts';
import { exitCodes, Refusal, usageFault } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Act, Answer } from './verb.ts';
import { verbs } from './verbs/index.ts';

/** Where output goes; tests have their own. */
export interface Shell {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absent when nobody is there to answer. */
  readonly ask?: (question: string) => Promise<string>;
}

const shellOfProcess: Shell = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  environment: process.env,
  ...(process.stdin.isTTY && { ask: askAtTerminal }),
};

const about = "The operator's command of Understudy. It reaches the service as somebody outside both regions does, through each region's own endpoints: a lost region is missing here too.";

const endings = `
Exit codes: 0 done, 1 it found something or was refused, 2 the command line is wrong, 3 something did not answer.
Without --url, --base or --config the environment variable UNDERSTUDY_URL names the twin, then http://127.0.0.1:4600.`;

export async function run(args: readonly string[], shell: Shell = shellOfProcess): Promise<ExitCode> {
  let answer: Answer | undefined;
  let connections: Connections | undefined;
  const act: Act = (work) => async (...given) => {
    const command = given.at(-1) as Command;
    const options = command.optsWithGlobals();
    const connect = async () => (connections ??= new Connections(await readAddresses(options, shell.environment)));
    answer = await work({ connect, progress: sparingly(shell), say: (line) => shell.err(`${line}\n`), confirm: (consequence) => confirm(shell, consequence) }, options as never, command.args);
    shell.out(options['json'] === true ? `${JSON.stringify(answer.json, exactly)}\n` : `${answer.text.trimEnd()}\n`);
  };
  try {
    await programOf(act, shell).parseAsync([...args], { from: 'user' });
    return answer?.exitCode ?? exitCodes.ok;
  } catch (error) {
    return explain(error, shell);
  } finally {
    await connections?.close();
  }
}

/** Whole numbers of any size, as text. */
const exactly = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

function programOf(act: Act, shell: Shell): Command {
  const program = new Command('understudy')
    .description(about)
    .option('--json', 'print one JSON object, for scripts')
    .option('--url <URL>', 'where the twin is')
    .option('--base <PORT>', 'the same, by its base port on this machine')
    .option('--config <FILE>', 'addresses of a deployment as JSON, instead of a twin')
    .addHelpText('after', endings)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: shell.out, writeErr: shell.err })
    .showHelpAfterError('Add --help to see what is allowed.')
    .exitOverride();
  for (const add of verbs) add(program, act);
  return program;
}

async function confirm({ ask }: Shell, consequence: string): Promise<boolean> {
  if (!ask) throw usageFault(`${consequence} Nobody is there to be asked: say --yes`);
  return /^y(es)?$/i.test((await ask(`${consequence}\nGo on? Type yes: `)).trim());
}

/** On standard error: standard output is the answer's. */
async function askAtTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

const PROGRESS_EVERY_MS = 1000;

/** Nothing within the first second, and one line a second at most. */
function sparingly(shell: Shell): (line: string) => void {
  let saidAt = performance.now();
  return (line) => {
    if (performance.now() - saidAt < PROGRESS_EVERY_MS) return;
    saidAt = performance.now();
    shell.err(`${line}\n`);
  };
}

/** Nothing is said twice: commander has printed its own sentence already. */
function explain(error: unknown, shell: Shell): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof Refusal) {
    shell.err(`understudy: ${error.message}\n`);
    return error.exitCode;
  }
  if (isPortFault(error)) {
    shell.err(`understudy: ${whatToDo(error)}\n`);
    return exitCodes.unreachable;
  }
  shell.err(`understudy: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.found;
}

const whatToDo = (fault: PortFault): string =>
  `${fault.message}. ${fault.retryable ? 'Whether it was done is not known; it is safe to run the same command again.' : 'Running it again will not help; look at the service named here.'}`;
