/**
 * Lines put aside in partitions, as files of one folder.
 * Invariant: memory holds at most one buffer a partition, while lines are added and while they are read.
 * The folder is the caller's: to make, and to remove.
 */
import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Spool } from '@understudy/core';

/** With 256 partitions 16 MB in all; less would write too often, more buys nothing. */
const BUFFER_BYTES = 65_536;
/** The most that a character of a string takes in UTF-8. */
const CHARACTER_BYTES_MAX = 3;

interface Partition {
  readonly path: string;
  /** Bytes and not strings: what lives until the next write would be carried along by the garbage collector. */
  readonly buffer: Buffer;
  filled: number;
}

export class FileSpool implements Spool {
  readonly #folder: string;
  readonly #partitions = new Map<number, Partition>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(number: number, line: string): Promise<void> | undefined {
    const partition = this.#partitionOf(number);
    const most = (line.length + 1) * CHARACTER_BYTES_MAX;
    if (partition.filled + most > BUFFER_BYTES) flush(partition);
    if (most > BUFFER_BYTES) append(partition, `${line}\n`);
    else partition.filled += partition.buffer.write(`${line}\n`, partition.filled);
    return undefined;
  }

  async *lines(number: number): AsyncGenerator<string> {
    const partition = this.#partitions.get(number);
    if (!partition) return;
    flush(partition);
    const { path, buffer } = partition;
    const file = openSync(path, 'r');
    try {
      const decoder = new StringDecoder('utf8');
      let rest = '';
      for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) {
        const text = rest + decoder.write(buffer.subarray(0, bytes));
        let start = 0;
        for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
          yield text.slice(start, end);
          start = end + 1;
        }
        rest = text.slice(start);
      }
    } finally {
      closeSync(file);
    }
  }

  #partitionOf(number: number): Partition {
    const known = this.#partitions.get(number);
    if (known) return known;
    const made = { path: join(this.#folder, String(number)), buffer: Buffer.allocUnsafe(BUFFER_BYTES), filled: 0 };
    this.#partitions.set(number, made);
    return made;
  }
}

function flush(partition: Partition): void {
  if (partition.filled > 0) append(partition, partition.buffer.subarray(0, partition.filled));
  partition.filled = 0;
}

/** Blocks for some ten microseconds, less than the way through the thread pool would take; an audit has nothing else to do meanwhile. */
const append = ({ path }: Partition, bytes: Buffer | string): void => appendFileSync(path, bytes, { mode: 0o600 });
