// What surrounds the command: where output goes, what is asked, and how it is stopped. Tests have their own.
// Invariant: standard output is the answer's alone; questions and progress go to standard error.
import { createInterface } from 'node:readline/promises';

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** What a verb does when it is stopped: says how to go on, or undefined when it comes to its end by itself. */
export type AtStop = (signal: StopSignal) => string | undefined;

export interface Shell {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absent when nobody is there to answer. */
  readonly ask?: (question: string) => Promise<string>;
  /** Whether a line on standard error may be drawn over. */
  readonly drawsOver?: boolean;
  readonly onStop?: (act: AtStop) => void;
}

const SIGNALED = { SIGINT: 130, SIGTERM: 143 } as const;

export function shellOfProcess(): Shell {
  let atStop: AtStop = () => '';
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const sentence = atStop(signal);
      if (sentence === undefined) return;
      if (sentence !== '') process.stderr.write(`\nunderstudy: ${sentence}\n`);
      // What a verb put aside is removed at exit, which a signal alone does not reach.
      process.exit(SIGNALED[signal]);
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    environment: process.env,
    drawsOver: process.stderr.isTTY,
    ...(process.stdin.isTTY && { ask: askAtTerminal }),
    onStop: (act) => (atStop = act),
  };
}

async function askAtTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // In a question, Ctrl-C reaches only whoever asks.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
