// What a verb is: a commander command whose action is given a desk to work at and returns an answer.
// Invariant: a verb prints nothing itself. Its answer is printed as text or, with --json, as one JSON object, so that
// standard output is always either for people or for scripts; progress goes to standard error.
import type { Command } from 'commander';
import type { Connections } from './connections.ts';
import type { ExitCode } from './exit.ts';

export interface Answer {
  readonly exitCode: ExitCode;
  /** For scripts. Whole numbers beyond a double and amounts are texts. */
  readonly json: object;
  /** For people. */
  readonly text: string;
}

/** What a verb works with. */
export interface Desk {
  /** Opens nothing by itself: each adapter connects when it is first used. Closed after the verb. */
  connect(): Promise<Connections>;
  /** One line about work that takes more than a second. */
  readonly progress: (line: string) => void;
  /** One line that must not be left out, such as a phase of a move. */
  readonly say: (line: string) => void;
  /** Says what will happen and asks for a yes. Without a terminal it is refused: scripts say --yes. */
  confirm(consequence: string): Promise<boolean>;
}

export type Work<Options> = (desk: Desk, options: Options, names: readonly string[]) => Promise<Answer>;

/** Makes a commander action of a verb's work; `names` are the arguments as they were typed. */
export type Act = <Options>(work: Work<Options>) => (...given: readonly unknown[]) => Promise<void>;

/** Adds one verb, or a group of them, to the program. */
export type AddVerb = (program: Command, act: Act) => void;
