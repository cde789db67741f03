// The result file: what became of each payment of a file, one JSON object a line, in the order of the answers.
// Invariant: a result is written whole, after its answer has come. Whoever dies before that sends the same id again, which
// charges nobody twice; whoever dies within it leaves a torn last line, which the next start cuts off. The last result of
// an id counts. Two commands on one file send some payments twice, and do no harm either.
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import * as v from 'valibot';
import { usageFault } from '../exit.ts';
import type { Line } from './read.ts';

export const statuses = ['processed', 'declined', 'refused', 'accepted', 'unanswered'] as const;
export type Status = (typeof statuses)[number];

export interface Result {
  readonly line: number;
  readonly transaction_id: string;
  readonly fingerprint: string;
  /** `accepted` has no outcome yet; `unanswered` may have been done all the same; `refused` will be again. */
  readonly status: Status;
  readonly code?: string;
  readonly error?: string;
  readonly at: string;
}

const resultShape = v.object({
  line: v.number(), transaction_id: v.string(), fingerprint: v.string(), status: v.picklist(statuses), code: v.exactOptional(v.string()), error: v.exactOptional(v.string()), at: v.string(),
});

/** The last result of each id; a torn last line is cut off first. */
export async function readResults(file: string): Promise<ReadonlyMap<string, Result>> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw usageFault(`${file} cannot be read: ${error.code ?? 'unknown'}`);
  });
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) {
    // Before anything is cut: a file that is not of our making is left alone.
    resultsIn(bytes.subarray(0, whole), file);
    if (!couldBeTorn(bytes.subarray(whole))) throw notOurs(file, bytes.subarray(0, whole).filter((byte) => byte === 0x0a).length + 1);
    await truncate(file, whole);
  }
  return new Map(resultsIn(bytes.subarray(0, whole), file).map((result) => [result.transaction_id, result]));
}

/** Each result begins with its line, see `ResultFile`. */
const BEGINNING = Buffer.from('{"line":');
const couldBeTorn = (rest: Buffer): boolean => rest.subarray(0, BEGINNING.length).equals(BEGINNING.subarray(0, rest.length));

const notOurs = (file: string, line: number): Error => usageFault(`${file} is no result file (line ${line}); name another with --out`);

function resultsIn(bytes: Buffer, file: string): readonly Result[] {
  return bytes.toString('utf8').split('\n').slice(0, -1).map((text, i) => {
    const read = v.safeParse(resultShape, parseJson(text));
    if (!read.success) throw notOurs(file, i + 1);
    return read.output;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is still to be sent. `waits`: an acceptance alone is not the end. Throws when a line is not what was sent under its id. */
export function unfinished(lines: readonly Line[], results: ReadonlyMap<string, Result>, waits: boolean): readonly Line[] {
  return lines.filter(({ number, payment, fingerprint }) => {
    const result = results.get(payment.transaction_id);
    if (!result) return true;
    if (result.fingerprint !== fingerprint) throw usageFault(`line ${number} is not what was sent under its transaction_id before; an id is one payment for ever: give it a new one, or name another --out`);
    return result.status === 'unanswered' || (waits && result.status === 'accepted');
  });
}

export class ResultFile {
  readonly #file: number;

  constructor(path: string) {
    try {
      this.#file = openSync(path, 'a');
    } catch {
      throw usageFault(`${path} cannot be written; name another result file with --out`);
    }
  }

  /** At once and in one piece, so that a signal between two lines finds nothing half done. */
  add(result: Result): void {
    appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
