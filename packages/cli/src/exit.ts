// How a verb ends. The codes are for scripts; the sentence is for the person, and says what to do next.

export const exitCodes = {
  /** Done, and nothing was found that needs anybody. */
  ok: 0,
  /** Done, and it found something; or it was refused. */
  found: 1,
  /** The command line, or the configuration, cannot be understood. */
  usage: 2,
  /** Something it needs did not answer: the outcome is unknown, and the verb may be repeated. */
  unreachable: 3,
  /** The person stopped it, as shells have it; the verb may be repeated. */
  stopped: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the verb with a sentence for the person who typed it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly exitCode: ExitCode;

  constructor(exitCode: Exclude<ExitCode, 0>, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const usageFault = (message: string): Refusal => new Refusal(exitCodes.usage, message);
export const refused = (message: string): Refusal => new Refusal(exitCodes.found, message);
export const unreachable = (message: string): Refusal => new Refusal(exitCodes.unreachable, message);
export const stopped = (message: string): Refusal => new Refusal(exitCodes.stopped, message);
