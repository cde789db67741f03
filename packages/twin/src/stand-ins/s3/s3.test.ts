// The bucket's stand-in with unmodified AWS SDK clients: the contract of the port, restarts, and replication.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createS3ObjectStore } from '@understudy/adapters/s3';
import type { ObjectStore } from '@understudy/core';
import { objectStoreContract } from '@understudy/core/contracts';
import { Switchboard } from '../../switchboard/switchboard.ts';
import { Bucket, createS3 } from './index.ts';
import type { S3 } from './index.ts';

const credentials = { accessKeyId: 'twin', secretAccessKey: 'twin' };
const storeAt = (port: number): ObjectStore => createS3ObjectStore({ bucket: 'documents', region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials, limits: { connectMs: 500, totalMs: 5000 } });

let folder: string;
let undo: (() => Promise<unknown> | void)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-s3-'));
  undo = [() => rmSync(folder, { recursive: true, force: true })];
});

afterEach(async () => {
  for (const one of undo.reverse()) await one();
});

async function started(name: string, replicateTo?: string): Promise<{ readonly s3: S3; readonly port: number; readonly store: ObjectStore; readonly path: string }> {
  const path = join(folder, name);
  const s3 = createS3({ bucketName: 'documents', folder: path, ...(replicateTo === undefined ? {} : { replicateTo }) });
  const port = await s3.listen();
  undo.push(() => s3.close());
  return { s3, port, store: storeAt(port), path };
}

const csv = (key: string, body: string) => ({ key, body, contentType: 'text/csv' });

describe('S3: the contract of its port', () => {
  for (const contract of objectStoreContract(async () => {
    const { s3, store } = await started('own');
    return { bucket: store, cutOff: () => s3.close(), close: async () => {} };
  })) test(contract.name, () => contract.run());
});

test('S3: a body that the SDK frames in chunks -> refused, never stored with its framing', async () => {
  const { port, store } = await started('own');
  const client = new S3Client({ region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials, forcePathStyle: true, maxAttempts: 1 });
  await expect(client.send(new PutObjectCommand({ Bucket: 'documents', Key: 'a', Body: Readable.from([Buffer.alloc(140_000)]), ContentLength: 140_000 }))).rejects.toMatchObject({ name: 'NotImplemented' });
  expect(await store.has('a')).toBe(false);
});

test('S3: another bucket\'s name -> a fault', async () => {
  const { port } = await started('own');
  const other = createS3ObjectStore({ bucket: 'other', region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials });
  await expect(other.get('a')).rejects.toMatchObject({ port: 'bucket', retryable: false });
});

test('S3: restarted, with a torn last line -> what was answered is there, and what comes next as well', async () => {
  const first = await started('own');
  await first.store.putIfAbsent(csv('a', 'one'));
  await first.s3.close();
  appendFileSync(join(first.path, 'versions.ndjson'), '{"key":"torn","versi');
  const again = await started('own');
  expect(await again.store.get('a')).toBe('one');
  expect(await again.store.has('torn')).toBe(false);
  await again.store.putIfAbsent(csv('b', 'two'));
  await again.s3.close();
  expect(new Bucket(first.path).versions().map((version) => version.key)).toEqual(['a', 'b']);
});

test('S3: killed while it wrote a body -> what comes next is read as it was put', async () => {
  const first = await started('own');
  await first.store.putIfAbsent(csv('a', 'one'));
  await first.s3.close();
  appendFileSync(join(first.path, 'bodies'), 'half of a bo');
  const again = await started('own');
  await again.store.putIfAbsent(csv('b', 'zwölf'));
  expect([await again.store.get('a'), await again.store.get('b')]).toEqual(['one', 'zwölf']);
});

test('S3: a folder of an earlier release, a file for each version -> read as it is', () => {
  const path = join(folder, 'earlier');
  mkdirSync(join(path, 'objects'), { recursive: true });
  writeFileSync(join(path, 'objects', 'v1'), 'one');
  appendFileSync(join(path, 'versions.ndjson'), '{"key":"a","versionId":"v1","putAtMs":1,"bytes":3,"md5":"","crc32":"","contentType":"text/csv","replica":false}\n');
  const bucket = new Bucket(path);
  const [version] = bucket.versions();
  expect(version && bucket.read(version).toString()).toBe('one');
  expect(bucket.read(bucket.put('b', Buffer.from('two'), { contentType: 'text/csv' })).toString()).toBe('two');
});

describe('S3: replication', () => {
  let switchboard: Switchboard;
  let east: Awaited<ReturnType<typeof started>>;
  let other: Awaited<ReturnType<typeof started>>;

  beforeEach(async () => {
    switchboard = new Switchboard();
    undo.push(() => switchboard.close());
    const ports = { east: await switchboard.open({ name: 'to-east', from: 'other', to: 'east' }), other: await switchboard.open({ name: 'to-other', from: 'east', to: 'other' }) };
    east = await started('east', `http://127.0.0.1:${ports.other}/documents`);
    other = await started('other', `http://127.0.0.1:${ports.east}/documents`);
    switchboard.aim('to-east', east.port);
    switchboard.aim('to-other', other.port);
  });

  const arrives = (store: ObjectStore, key: string, body: string) => vi.waitFor(async () => expect(await store.get(key)).toBe(body), { timeout: 10_000, interval: 20 });
  const versionsIn = ({ path }: { readonly path: string }) => new Bucket(path).versions().map((version) => `${version.key} ${version.replica ? 'replica' : 'own'}`).toSorted();

  test('both ways -> each object arrives, byte by byte, and does not come back', async () => {
    await east.store.putIfAbsent(csv('a', 'naïve\r\n'));
    await other.store.putIfAbsent(csv('b~1:x', 'b'));
    await arrives(other.store, 'a', 'naïve\r\n');
    await arrives(east.store, 'b~1:x', 'b');
    await east.store.putIfAbsent(csv('c', 'c'));
    await arrives(other.store, 'c', 'c');
    expect(versionsIn(east)).toEqual(['a own', 'b~1:x replica', 'c own']);
    expect(versionsIn(other)).toEqual(['a replica', 'b~1:x own', 'c replica']);
  });

  test('cut, and the sender restarted meanwhile -> arrives once the link is back; the other direction goes on', async () => {
    switchboard.impose('cut', { select: (link) => link.name === 'to-other', effect: { kind: 'cut' } });
    await east.store.putIfAbsent(csv('a', 'one'));
    await other.store.putIfAbsent(csv('b', 'two'));
    await arrives(east.store, 'b', 'two');
    await east.s3.close();
    const { port, store } = await started('east', `http://127.0.0.1:${switchboard.links().find((link) => link.name === 'to-other')?.port}/documents`);
    switchboard.aim('to-east', port);
    await store.putIfAbsent(csv('c', 'three'));
    expect(await other.store.has('a')).toBe(false);
    switchboard.lift('cut');
    await arrives(other.store, 'a', 'one');
    await arrives(other.store, 'c', 'three');
  });

  test('the same key put in both while they were cut off -> both versions are kept, and both buckets agree on the later', async () => {
    for (const name of ['to-other', 'to-east']) switchboard.impose(name, { select: (link) => link.name === name, effect: { kind: 'cut' } });
    await east.store.putIfAbsent(csv('k', 'first'));
    const putAt = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(putAt), { interval: 1 });
    await other.store.putIfAbsent(csv('k', 'second'));
    for (const name of ['to-other', 'to-east']) switchboard.lift(name);
    await arrives(east.store, 'k', 'second');
    await vi.waitFor(() => expect(versionsIn(other)).toEqual(['k own', 'k replica']));
    expect(await other.store.get('k')).toBe('second');
  });
});
