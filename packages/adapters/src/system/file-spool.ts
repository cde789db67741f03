/**
 * Bytes put aside in partitions, in one file: to make and open one for each takes longer than to write it.
 * Invariant: memory holds no more than the largest partition, and where each piece of it is.
 * The folder is the caller's, of one audit alone: to make, and to remove.
 */
import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Spool } from '@understudy/core';

interface Piece {
  readonly at: number;
  readonly size: number;
}

export class FileSpool implements Spool {
  readonly #path: string;
  readonly #pieces = new Map<number, Piece[]>();
  #written = 0;
  /** For the largest partition so far: a new one for each would be more to collect than all else that an audit leaves. */
  #buffer: Buffer = Buffer.alloc(0);

  constructor(folder: string) {
    this.#path = join(folder, 'spool');
  }

  /** Blocks for some ten microseconds, less than the way through the thread pool would take. */
  async append(partition: number, bytes: Uint8Array): Promise<void> {
    appendFileSync(this.#path, bytes, { mode: 0o600, flag: this.#written === 0 ? 'ax' : 'a' });
    const pieces = this.#pieces.get(partition) ?? [];
    this.#pieces.set(partition, pieces);
    pieces.push({ at: this.#written, size: bytes.length });
    this.#written += bytes.length;
  }

  async read(partition: number): Promise<Uint8Array> {
    // What is compared blocks as well: whoever shares the process has a turn between two partitions.
    await setImmediate();
    const pieces = this.#pieces.get(partition);
    if (!pieces) return new Uint8Array();
    const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
    if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(size);
    const file = openSync(this.#path, 'r');
    try {
      let filled = 0;
      for (const piece of pieces) filled += readSync(file, this.#buffer, filled, piece.size, piece.at);
      if (filled !== size) throw new Error(`${this.#path} is shorter than what was written`);
      return this.#buffer.subarray(0, size);
    } finally {
      closeSync(file);
    }
  }
}
