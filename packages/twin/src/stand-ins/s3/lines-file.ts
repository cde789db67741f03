// A file of JSON lines that only grows: what was appended before a SIGKILL is there afterwards, and a torn last line,
// which nobody was told of, is cut off. One living process a file; no fsync.
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

export class LinesFile<T> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Every whole line so far. To be called once, before the first append. */
  read(): readonly T[] {
    if (!existsSync(this.#path)) return [];
    const text = readFileSync(this.#path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(this.#path, Buffer.byteLength(whole));
    return whole.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as T);
  }

  append(value: T): void {
    appendFileSync(this.#path, `${JSON.stringify(value)}\n`);
  }
}
