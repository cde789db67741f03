/** Group commit, order, and what a start finds after a crash. */
import { appendFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ChargeLog } from './charge-log.ts';

const folders: string[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-charge-log-'));
  folders.push(folder);
  return folder;
}

async function read(folder: string): Promise<number[]> {
  const entries: number[] = [];
  const log = await ChargeLog.open<{ n: number }>(folder, (entry) => entries.push(entry.n));
  await log.close();
  return entries;
}

/** Every file handle has the same prototype, so spying on it sees the log's own calls. */
async function fileHandlePrototype(folder: string): Promise<FileHandle> {
  const handle = await open(join(folder, 'other'), 'w');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

test('log: 500 appends at once -> in order on disk, with far fewer syncs', async () => {
  const folder = await newFolder();
  const prototype = await fileHandlePrototype(folder);
  const log = await ChargeLog.open<{ n: number }>(folder, () => {});
  const syncs = vi.spyOn(prototype, 'datasync');
  await Promise.all(Array.from({ length: 500 }, (_, n) => log.append({ n })));
  expect(syncs.mock.calls.length).toBeLessThanOrEqual(3);
  await log.close();
  expect(await read(folder)).toEqual(Array.from({ length: 500 }, (_, n) => n));
});

test('log: the append resolved -> its line was synced before', async () => {
  const folder = await newFolder();
  const prototype = await fileHandlePrototype(folder);
  const log = await ChargeLog.open<{ n: number }>(folder, () => {});
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const syncs = vi.spyOn(prototype, 'datasync').mockReturnValue(release);
  let resolved = false;
  const appended = log.append({ n: 1 }).then(() => (resolved = true));
  await vi.waitUntil(() => syncs.mock.calls.length === 1);
  expect(await readFile(join(folder, 'charges.ndjson'), 'utf8')).toBe('{"n":1}\n');
  expect(resolved).toBe(false);
  resolve();
  await appended;
  await log.close();
});

test('log: torn last line -> cut off, and the next line is whole', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'charges.ndjson'), '{"n":1}\n{"n":2}\n{"n":');
  const log = await ChargeLog.open<{ n: number }>(folder, () => {});
  await log.append({ n: 3 });
  await log.close();
  expect(await read(folder)).toEqual([1, 2, 3]);
});

test('log: a damaged line that is not the last -> it refuses to start and says where', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'charges.ndjson'), '{"n":1}\n{"n":\n{"n":3}\n');
  await expect(read(folder)).rejects.toThrow('charges.ndjson:2 is damaged');
});

test('log: lines across the chunks of a large file, with letters of several bytes -> all are read', async () => {
  const folder = await newFolder();
  const text = 'ü'.repeat(1_000);
  const lines = Array.from({ length: 1_500 }, (_, n) => `${JSON.stringify({ n, text })}\n`);
  await appendFile(join(folder, 'charges.ndjson'), lines.join(''));
  const texts = new Set<string>();
  const log = await ChargeLog.open<{ n: number; text: string }>(folder, (entry) => texts.add(entry.text));
  await log.close();
  expect([...texts]).toEqual([text]);
  expect(await read(folder)).toHaveLength(1_500);
});

test('log: a write fails -> this append and every later one is refused', async () => {
  const folder = await newFolder();
  const prototype = await fileHandlePrototype(folder);
  const log = await ChargeLog.open<{ n: number }>(folder, () => {});
  vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(new Error('no space left'));
  await expect(log.append({ n: 1 })).rejects.toThrow('no space left');
  await expect(log.append({ n: 2 })).rejects.toThrow('no space left');
  await expect(log.settled()).rejects.toThrow('no space left');
  await expect(log.close()).rejects.toThrow('no space left');
});
