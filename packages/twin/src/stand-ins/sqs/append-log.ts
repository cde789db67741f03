/**
 * The file that lets a queue outlive its process: one JSON entry a line, appended before the caller gets its answer.
 * Invariant: after a SIGKILL at any point, replaying the file gives every change that was answered, and of the last,
 * unanswered one a prefix of whole lines. A torn last line was never answered, so it is dropped.
 * A write that fails leaves memory ahead of the file: from then on every append throws, until a restart replays.
 * It does not fsync each line (a power cut may lose some) and has no lock: one living process a file.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Message } from './message.ts';
import type { QueueAttributes } from './queue-settings.ts';

export type LogEntry =
  | { readonly op: 'queue'; readonly queue: string; readonly attributes: QueueAttributes; readonly createdAtMs: number }
  | { readonly op: 'put'; readonly queue: string; readonly message: Message }
  | { readonly op: 'state'; readonly queue: string; readonly id: string; readonly state: MessageState }
  | { readonly op: 'remove'; readonly queue: string; readonly id: string }
  | { readonly op: 'clear'; readonly queue: string };

export type MessageState = Pick<Message, 'hiddenUntilMs' | 'receiveCount' | 'firstReceivedAtMs' | 'handleNonce'>;

export interface AppendLog {
  append(entries: readonly LogEntry[]): void;
  close(): void;
}

export interface LogOwner {
  replay(entry: LogEntry): void;
  /** What is alive now: all that a compacted file needs to hold. */
  snapshot(): Iterable<LogEntry>;
}

/** Below this a log is not worth rewriting while it is in use. */
const COMPACT_BYTES_MIN = 64 * 1_048_576;
/** Rewriting stops the process for a moment, so it waits until most of the file is dead. */
const COMPACT_GROWTH = 4;
const CHUNK_BYTES = 1_048_576;

const NEWLINE = 0x0a;

const replayFile = (file: string, owner: LogOwner): void => {
  const bytes = readFileSync(file);
  let lineNumber = 0;
  for (let start = 0, end = bytes.indexOf(NEWLINE); end !== -1; start = end + 1, end = bytes.indexOf(NEWLINE, start)) {
    lineNumber += 1;
    let entry: LogEntry;
    try {
      entry = JSON.parse(bytes.toString('utf8', start, end)) as LogEntry;
    } catch (cause) {
      throw new Error(`line ${lineNumber} of ${file} is damaged; only a torn last line can come from a killed process`, { cause });
    }
    owner.replay(entry);
  }
};

const writeAll = (descriptor: number, text: string): number => {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  return bytes.length;
};

const line = (entry: LogEntry): string => `${JSON.stringify(entry)}\n`;

/** Writes the living entries beside the file and swaps it in by one rename: a kill leaves the old file or the new one. */
const rewrite = (file: string, owner: LogOwner): number => {
  const descriptor = openSync(`${file}.new`, 'w');
  let fileBytes = 0;
  try {
    let chunk = '';
    for (const entry of owner.snapshot()) {
      chunk += line(entry);
      if (chunk.length < CHUNK_BYTES) continue;
      fileBytes += writeAll(descriptor, chunk);
      chunk = '';
    }
    fileBytes += writeAll(descriptor, chunk);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.new`, file);
  return fileBytes;
};

/** Replays the file into its owner, compacts it, and opens it for appending. */
export const openAppendLog = (file: string, owner: LogOwner, compactBytesMin: number = COMPACT_BYTES_MIN): AppendLog => {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) replayFile(file, owner);
  let compactedBytes = rewrite(file, owner);
  let fileBytes = compactedBytes;
  let descriptor = openSync(file, 'a');
  let failure: unknown;

  const compact = (): void => {
    compactedBytes = rewrite(file, owner);
    fileBytes = compactedBytes;
    closeSync(descriptor);
    descriptor = openSync(file, 'a');
  };
  return {
    append: (entries) => {
      if (failure !== undefined) throw new Error('the queue log could not be written; restart to replay it', { cause: failure });
      try {
        fileBytes += writeAll(descriptor, entries.map(line).join(''));
        if (fileBytes > Math.max(compactBytesMin, COMPACT_GROWTH * compactedBytes)) compact();
      } catch (cause) {
        failure = cause;
        throw cause;
      }
    },
    close: () => {
      if (failure === undefined) closeSync(descriptor);
      failure = new Error('the queue log is closed');
    },
  };
};
