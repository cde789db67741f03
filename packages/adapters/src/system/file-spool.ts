/**
 * Lines put aside in partitions, as files of one folder.
 * Invariant: memory holds at most one buffer a partition while they are added, and one chunk while they are read.
 * The folder is the caller's: to make, and to remove.
 */
import { createReadStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Spool } from '@understudy/core';

/** With 256 partitions 16 MB in all; less would write too often, more buys nothing. */
const BUFFER_CHARACTERS = 65_536;

export class FileSpool implements Spool {
  readonly #folder: string;
  readonly #buffers = new Map<number, string>();
  readonly #written = new Set<number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(partition: number, line: string): Promise<void> {
    const buffer = `${this.#buffers.get(partition) ?? ''}${line}\n`;
    this.#buffers.set(partition, buffer);
    if (buffer.length >= BUFFER_CHARACTERS) await this.#flush(partition);
  }

  async *lines(partition: number): AsyncGenerator<string> {
    await this.#flush(partition);
    if (!this.#written.has(partition)) return;
    yield* createInterface({ input: createReadStream(this.#fileOf(partition), 'utf8'), crlfDelay: Infinity });
  }

  async #flush(partition: number): Promise<void> {
    const buffer = this.#buffers.get(partition);
    if (buffer === undefined) return;
    this.#buffers.delete(partition);
    this.#written.add(partition);
    await appendFile(this.#fileOf(partition), buffer, { mode: 0o600 });
  }

  #fileOf(partition: number): string {
    return join(this.#folder, String(partition));
  }
}
