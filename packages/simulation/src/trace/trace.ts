// What happened in one life, line by line, in the world's time. The same seed writes the same bytes.
export interface Trace {
  readonly write: (atMs: number, sentence: string) => void;
}

export const noTrace: Trace = { write: () => {} };

export class KeptTrace implements Trace {
  readonly #lines: string[] = [];
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  write(atMs: number, sentence: string): void {
    this.#lines.push(`${((atMs - this.#startMs) / 1000).toFixed(1).padStart(8)} s  ${sentence}\n`);
  }

  text(): string {
    return this.#lines.join('');
  }
}
