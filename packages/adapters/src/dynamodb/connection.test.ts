// One region's way to the table when its own endpoint is dead, silent, ill, or loses answers.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { epochMs, epochOf, firstEpochRecord, isPortFault } from '@understudy/core';
import type { EpochMs } from '@understudy/core';
import { systemClock, systemRandom } from '../system/index.ts';
import type { ConnectionOptions, DynamoConnection } from './connection.ts';
import { DynamoCanary } from './dynamo-canary.ts';
import { DynamoEpochRegister } from './dynamo-epoch-register.ts';
import { DynamoJournal } from './dynamo-journal.ts';
import { DynamoMoveLog } from './dynamo-move-log.ts';
import { DynamoVotes } from './dynamo-votes.ts';
import { acceptance, approval, cancellation, key } from './test-payments.ts';
import { connect, createAnswerLosingEndpoint, createBlackHole, createErringEndpoint, createTestEndpoint, createTestTable } from './test-table.ts';
import type { TestEndpoint, TestTable } from './test-table.ts';

const open = (change: Partial<ConnectionOptions>): DynamoConnection => {
  const connection = connect(change);
  onTestFinished(() => connection.close());
  return connection;
};

const openTable = async (): Promise<TestTable> => {
  const table = await createTestTable();
  onTestFinished(table.close);
  return table;
};

const openEndpoint = async (endpoint: Promise<TestEndpoint>): Promise<TestEndpoint> => {
  const opened = await endpoint;
  onTestFinished(opened.close);
  return opened;
};

/** A port on which nothing listens. */
const deadEndpoint = async (): Promise<string> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
};

const durationOf = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

const faultOf = (call: Promise<unknown>): Promise<unknown> => call.then(() => undefined, (error: unknown) => error);

/** Far above two attempts of a second each, for a busy machine; far below "for ever". */
const BOUND_MS = 5000;

describe('connection', () => {
  test('connection: the near endpoint refuses connections -> the same calls are served by the far one', async () => {
    const table = await openTable();
    const connection = open({ primaryEndpoint: await deadEndpoint(), peerEndpoint: table.endpoint });
    const journal = new DynamoJournal(connection, systemRandom);
    expect(await journal.accept(key, acceptance)).toEqual({ code: 'created' });
    expect((await journal.decide(key, approval))?.won).toBe(true);
    expect((await journal.read(key))?.decision).toEqual(approval);
    await new DynamoCanary(connection).write('us-east-1', epochMs(1));
  });

  test('connection: the near endpoint swallows requests -> bounded, then remembered: later calls do not wait for it', async () => {
    const table = await openTable();
    const hole = await openEndpoint(createBlackHole());
    const journal = new DynamoJournal(open({ primaryEndpoint: hole.url, peerEndpoint: table.endpoint }), systemRandom);
    const firstMs = await durationOf(() => journal.accept(key, acceptance));
    expect(firstMs).toBeGreaterThan(900);
    expect(firstMs).toBeLessThan(BOUND_MS);
    const connections = hole.count();
    const laterMs = await durationOf(async () => {
      for (let call = 0; call < 5; call += 1) await journal.read(key);
    });
    expect(laterMs).toBeLessThan(900);
    expect(hole.count()).toBe(connections);
  });

  test('connection: an answer that stops in its middle -> bounded as well', async () => {
    const table = await openTable();
    const stalling = await openEndpoint(createTestEndpoint((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '500' });
      response.write('{"Item":');
    }));
    const journal = new DynamoJournal(open({ primaryEndpoint: stalling.url, peerEndpoint: table.endpoint }), systemRandom);
    expect(await durationOf(() => journal.read(key))).toBeLessThan(BOUND_MS);
    expect(stalling.count()).toBe(1);
  });

  test('connection: both endpoints dead, one refusing and one silent -> a retryable fault within a bound, each asked once', async () => {
    const hole = await openEndpoint(createBlackHole());
    const journal = new DynamoJournal(open({ primaryEndpoint: hole.url, peerEndpoint: await deadEndpoint() }), systemRandom);
    const durationMs = await durationOf(async () => {
      const fault = await faultOf(journal.accept(key, acceptance));
      expect(isPortFault(fault) && fault.port === 'journal' && fault.retryable).toBe(true);
    });
    expect(durationMs).toBeLessThan(BOUND_MS);
    expect(hole.count()).toBe(1);
  });

  test('connection: the breaker is open and the far endpoint dies -> the near one is asked after all', async () => {
    const table = await openTable();
    let isIll = true;
    const near = await openEndpoint(createTestEndpoint((_request, response) => {
      response.writeHead(isIll ? 500 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(isIll ? '{"__type":"InternalServerError"}' : '{}');
    }));
    const journal = new DynamoJournal(open({ primaryEndpoint: near.url, peerEndpoint: table.endpoint }), systemRandom);
    expect(await journal.read(key)).toBeUndefined();
    isIll = false;
    await table.cutOff();
    expect(await journal.read(key)).toBeUndefined();
    expect(near.count()).toBe(2);
  });

  test('connection: the near endpoint heals -> one probe after the rest finds it, and all calls return to it', async () => {
    let now = 1_000_000;
    const clock = { now: (): EpochMs => epochMs(now) };
    const table = await openTable();
    let isIll = true;
    const near = await openEndpoint(createTestEndpoint((_request, response) => {
      response.writeHead(isIll ? 500 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(isIll ? '{"__type":"InternalServerError"}' : '{}');
    }));
    const journal = new DynamoJournal(open({ primaryEndpoint: near.url, peerEndpoint: table.endpoint, clock }), systemRandom);
    await journal.read(key);
    await journal.read(key);
    expect(near.count()).toBe(1);
    now += 5000;
    await Promise.all([journal.read(key), journal.read(key), journal.read(key)]);
    expect(near.count()).toBe(2);
    isIll = false;
    now += 5000;
    await journal.read(key);
    await Promise.all([journal.read(key), journal.read(key)]);
    expect(near.count()).toBe(5);
  });

  test('connection: a refused condition and a throttle -> answers of a living endpoint, the far one is not asked', async () => {
    const table = await openTable();
    const far = await openEndpoint(createErringEndpoint('InternalServerError', 500));
    const journal = new DynamoJournal(open({ primaryEndpoint: table.endpoint, peerEndpoint: far.url, limits: { connectMs: 5000, totalMs: 10_000 } }), systemRandom);
    await journal.accept(key, acceptance);
    expect((await journal.accept(key, acceptance)).code).toBe('exists');
    expect(far.count()).toBe(0);
  });
});

/** The near endpoint carries every request out and loses the answer: each call is carried out twice. */
const losing = async (): Promise<{ readonly connection: DynamoConnection; readonly direct: DynamoConnection }> => {
  const table = await openTable();
  const near = await openEndpoint(createAnswerLosingEndpoint(table.endpoint));
  // Always tried first: the breaker's rest is over at every look.
  let now = 0;
  const clock = { now: (): EpochMs => epochMs((now += 10_000)) };
  return { connection: open({ primaryEndpoint: near.url, peerEndpoint: table.endpoint, clock, limits: { connectMs: 5000, totalMs: 10_000 } }), direct: table.connection };
};

describe('lost answers', () => {
  test('accept: my first attempt was carried out -> created, for it was mine; another call -> exists', async () => {
    const { connection } = await losing();
    const journal = new DynamoJournal(connection, systemRandom);
    expect(await journal.accept(key, acceptance)).toEqual({ code: 'created' });
    expect((await journal.accept(key, acceptance)).code).toBe('exists');
  });

  test('spend: my first attempt was carried out -> spent; another call -> exists', async () => {
    const { connection } = await losing();
    const journal = new DynamoJournal(connection, systemRandom);
    expect(await journal.spend(key, cancellation)).toEqual({ code: 'spent' });
    expect((await journal.spend(key, cancellation)).code).toBe('exists');
  });

  test('decide, markPosted, confirm: carried out twice each -> won once, posted once, out of work', async () => {
    const { connection, direct } = await losing();
    const journal = new DynamoJournal(connection, systemRandom);
    await journal.accept(key, acceptance);
    expect((await journal.decide(key, approval))?.won).toBe(true);
    await journal.markPosted(key, { epoch: epochOf(1), at: epochMs(5), region: 'us-east-1', acceptedAt: epochMs(1) });
    await journal.confirm(key, epochOf(1));
    const payment = await new DynamoJournal(direct, systemRandom).read(key);
    expect(payment).toMatchObject({ decision: approval, postedEpoch: 1, settledAt: 5, inWork: false });
  });

  test('recordFault: carried out twice -> counted once, each time', async () => {
    const { connection } = await losing();
    const journal = new DynamoJournal(connection, systemRandom);
    await journal.accept(key, acceptance);
    await journal.recordFault(key, undefined);
    await journal.recordFault(key, undefined);
    expect((await journal.read(key))?.attempts).toBe(2);
  });

  test('move log: carried out twice -> one entry, each time', async () => {
    const { connection } = await losing();
    const moveLog = new DynamoMoveLog(connection, systemRandom);
    const entry = { at: epochMs(1), row: 'F-20', because: 'lost' };
    await moveLog.append('run-1', entry);
    await moveLog.append('run-1', entry);
    expect(await moveLog.read('run-1')).toEqual([entry, entry]);
  });

  test('epoch: carried out twice -> refused with my own run, which is a win to whoever asked', async () => {
    const { connection } = await losing();
    const epochs = new DynamoEpochRegister(connection);
    const first = firstEpochRecord('us-east-1', systemClock.now());
    await epochs.initialise(first);
    const next = { ...first, epoch: epochOf(2), phase: 'moving' as const, runId: 'mine' };
    expect(await epochs.compareAndSet({ epoch: epochOf(1), phase: 'open' }, next)).toMatchObject({ won: false, record: { runId: 'mine' } });
  });

  test('votes: carried out twice -> one vote', async () => {
    const { connection } = await losing();
    const votes = new DynamoVotes(connection);
    await votes.cast({ vantage: 'us-west-2', about: 'us-east-1', at: epochMs(1), failures: 0 });
    expect(await votes.list()).toHaveLength(1);
  });
});
