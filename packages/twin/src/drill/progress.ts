/**
 * What a person sees while drills run. On a terminal one line is written over and over; elsewhere each sentence has a line
 * of its own, so that the log of a build can be read. Invariant: it writes, and decides nothing.
 */
import { formatSeconds } from './report/figures.ts';

const BAR_CELLS = 16;
const COLUMNS_DEFAULT = 100;
const CLEAR_LINE = '\r\u001b[K';

export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface Done {
  readonly name: string;
  readonly verdict: string;
  readonly elapsedMs: number;
}

export class Progress {
  readonly #terminal: Terminal;
  readonly #total: number;
  #done = 0;

  constructor(terminal: Terminal, total: number) {
    this.#terminal = terminal;
    this.#total = total;
  }

  begin(name: string, about: string): void {
    this.#line(`${this.#count(this.#done + 1)}  ${name}: ${about}`);
  }

  /** Of the drill that is under way. */
  say(name: string, sentence: string, elapsedMs: number): void {
    const time = formatSeconds(elapsedMs).padStart(8);
    if (this.#terminal.isTTY !== true) return this.#line(`${time}  ${sentence}`);
    const text = `${bar(this.#done / this.#total)} ${this.#count(this.#done + 1)}  ${name} ${time.trim()}  ${sentence}`;
    this.#terminal.write(CLEAR_LINE + text.slice(0, (this.#terminal.columns ?? COLUMNS_DEFAULT) - 1));
  }

  end({ name, verdict, elapsedMs }: Done): void {
    this.#done += 1;
    this.#line(`${this.#count(this.#done)}  ${name}: ${verdict}, ${formatSeconds(elapsedMs)}`);
  }

  #line(text: string): void {
    this.#terminal.write(`${this.#terminal.isTTY === true ? CLEAR_LINE : ''}${text}\n`);
  }

  #count(n: number): string {
    return `${String(n).padStart(String(this.#total).length)} of ${this.#total}`;
  }
}

function bar(share: number): string {
  const filled = Math.round(share * BAR_CELLS);
  return '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
}
