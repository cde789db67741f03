/**
 * The acquirer's record on disk: an append-only file of JSON lines.
 *
 * Invariant: when an append resolves, that line and every line before it are on disk; lines keep the order of the calls.
 * Concurrent appends share one write and one fdatasync. After a failed write nothing is ever acknowledged again, because
 * memory is then ahead of the disk.
 * It knows nothing of what the lines mean, and never rewrites one.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const FILE_NAME = 'charges.ndjson';

export class ChargeLog<Entry> {
  readonly #file: FileHandle;
  #lines: string[] = [];
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Replays what is there in order. A torn last line was never acknowledged and is cut off; any other is an error. */
  static async open<Entry>(dataDir: string, replay: (entry: Entry) => void): Promise<ChargeLog<Entry>> {
    await mkdir(dataDir, { recursive: true });
    const path = join(dataDir, FILE_NAME);
    const file = await open(path, 'a');
    try {
      await syncFolder(dataDir);
      const wholeBytes = await replayLines(path, replay);
      // Otherwise the next line would be glued to the torn one, and be lost with it.
      await file.truncate(wholeBytes);
      await file.datasync();
    } catch (error) {
      await file.close();
      throw error;
    }
    return new ChargeLog<Entry>(file);
  }

  append(entry: Entry): Promise<void> {
    this.#lines.push(`${JSON.stringify(entry)}\n`);
    this.#next ??= this.#running.then(() => this.#writeAll());
    return this.#next;
  }

  /** Resolves when everything appended so far is on disk. */
  settled(): Promise<void> {
    return this.#next ?? this.#running;
  }

  async close(): Promise<void> {
    try {
      await this.settled();
    } finally {
      await this.#file.close();
    }
  }

  async #writeAll(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    this.#running = this.#next ?? this.#running;
    this.#next = undefined;
    await this.#file.appendFile(lines.join(''));
    await this.#file.datasync();
  }
}

/** A new file is only as durable as the folder's entry for it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Answers with the number of bytes in whole lines. */
async function replayLines<Entry>(path: string, replay: (entry: Entry) => void): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let wholeBytes = 0;
  let lineNumber = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    const lines = bytes.toString('utf8', 0, end).split('\n');
    // The piece after the last line feed is always empty.
    lines.pop();
    for (const line of lines) {
      lineNumber += 1;
      replay(parseLine<Entry>(line, `${path}:${lineNumber}`));
    }
    wholeBytes += end;
    rest = bytes.subarray(end);
  }
  return wholeBytes;
}

function parseLine<Entry>(line: string, place: string): Entry {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${place} is damaged; the record cannot be trusted`, { cause: error });
  }
}
