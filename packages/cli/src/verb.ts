// What a verb is: what is typed and said of it (its face), as data that imports nothing heavy, and its work, which is
// loaded when it is asked for. Invariant: a verb prints nothing itself. Its answer is printed as text or, with --json, as
// one JSON object, so that standard output is always either for people or for scripts; progress goes to standard error.
import type { Addresses } from './addresses.ts';
import type { Connections } from './connections.ts';
import type { ExitCode } from './exit.ts';
import type { AtStop } from './shell.ts';

export interface Answer {
  readonly exitCode: ExitCode;
  /** For scripts. Whole numbers beyond a double and amounts are texts. */
  readonly json: object;
  /** For people. */
  readonly text: string;
}

export interface Progress {
  readonly doing: string;
  readonly done: number;
  /** Of how many, where that is known. */
  readonly of?: number;
}

/** What a verb works with. */
export interface Desk {
  /** Where everything is, asked of the twin or read from --config; once. */
  addresses(): Promise<Addresses>;
  /** Opens nothing by itself: each adapter connects when it is first used. Closed after the verb. */
  connect(): Promise<Connections>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How far work has come that takes more than a second. */
  readonly progress: (progress: Progress) => void;
  /** One line that must not be left out, such as a phase of a move. */
  readonly say: (line: string) => void;
  /** Says what will happen and asks for a yes. Without a terminal it is refused: scripts say --yes. */
  confirm(consequence: string): Promise<boolean>;
  /** The same, where a yes is too easily typed: `word` has to be. There is no way around it but a terminal. */
  confirmBy(word: string, consequence: string): Promise<boolean>;
  /** When the person stops the command. A verb leaves everything at every moment so that it can be given again. */
  onStop(act: AtStop): void;
}

export type Work<Options> = (desk: Desk, options: Options, names: readonly string[]) => Promise<Answer>;

export interface OptionFace {
  /** As commander has them: `--rate <count>`. */
  readonly flags: string;
  readonly about: string;
  readonly byDefault?: string | readonly string[];
  readonly required?: boolean;
  readonly oneOf?: readonly string[];
  /** A whole number within these bounds; work is given the number. */
  readonly whole?: { readonly least: number; readonly most: number };
}

export interface ArgumentFace {
  /** As commander has them: `<key>`, `[names...]`. */
  readonly name: string;
  readonly about: string;
  readonly oneOf?: readonly string[];
}

export interface VerbFace {
  /** One word, or two for a verb of a group: `keys create`. */
  readonly name: string;
  readonly about: string;
  readonly arguments?: readonly ArgumentFace[];
  readonly options?: readonly OptionFace[];
  /** Without the word `understudy`; at least one. */
  readonly examples: readonly string[];
  readonly load: () => Promise<Work<never>>;
}

/** Verbs under a heading of the help. */
export interface VerbGroup {
  readonly heading: string;
  readonly verbs: readonly VerbFace[];
}
