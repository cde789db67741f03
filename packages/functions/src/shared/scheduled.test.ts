// The scheduled functions and the step of the workflow, over two regions in memory.
import { expect, test } from 'vitest';
import { InMemoryBookmarks } from '@understudy/adapters/in-memory';
import { isPortFault } from '@understudy/core';
import type { DetectPolicy, MovePolicies, MoveProgress, MoveRequest, Region } from '@understudy/core';
import { createAcceptHandler } from '../accept/handler.ts';
import { createCancelHandler } from '../cancel/handler.ts';
import { createConfirmHandler } from '../confirm/handler.ts';
import { createDetectHandler } from '../detect/handler.ts';
import { createOrchestrateHandler } from '../orchestrate/handler.ts';
import { createPurgeHandler } from '../purge/handler.ts';
import { createReadHandler } from '../read/handler.ts';
import { createReconcileHandler } from '../reconcile/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent } from './test-support/bench.ts';
import type { Bench } from './test-support/bench.ts';

const reconcilePolicy = { graceMs: 0, settleMax: 500 };
const detectPolicy: DetectPolicy = { mode: 'automatic', failuresMin: 1, dwellMs: 0, viewFreshMs: 45_000, stallMs: 120_000, resumeAfterMs: 60_000 };
const movePolicies: MovePolicies = { move: { plannedPatienceMs: 60_000, plannedLagMaxMs: 5000 }, reconcile: reconcilePolicy, waitMs: 10, healPatienceMs: 60_000 };
const failover: MoveRequest = { to: 'us-east-2', kind: 'failover', runId: 'run-1', fromEpoch: 1 as never, by: 'test', reason: 'a test' };

/** What every detector has; the ledger's part is added where there is one. */
const watching = (bench: Bench, region: Region) => {
  const { ledger: _ledger, ...ports } = bench.ports(region);
  return { ...ports, vantage: region, policy: detectPolicy };
};
const accept = (bench: Bench) => createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));

test.each([['the index', { source: 'aws.scheduler' }], ['the whole journal', { over: 'scan' }], ['no payload', undefined]])('reconcile: %s -> settles what has no row, and returns the pass', async (_what, event) => {
  const bench = await createBench();
  await accept(bench);
  expect(await createReconcileHandler(bench.ports(), reconcilePolicy)(event)).toMatchObject({ code: 'walked', settled: 1 });
  expect(await createReconcileHandler(bench.ports('us-east-2'), reconcilePolicy)(event)).toMatchObject({ code: 'idle' });
  expect(bench.world.backstage.journal.payments()[0]?.postedEpoch).toBe(1);
});

test('reconcile: the schedule asks for a scan -> the index is not asked', async () => {
  const bench = await createBench();
  await accept(bench);
  bench.world.breakage.add({ part: 'workIndex', when: 'before', method: 'all' });
  expect(await createReconcileHandler(bench.ports(), reconcilePolicy)({ over: 'scan' })).toMatchObject({ settled: 1 });
  await expect(createReconcileHandler(bench.ports(), reconcilePolicy)({})).rejects.toSatisfy(isPortFault);
});

test('confirm: the standby with the row -> takes the payment out of work; the active region -> idle', async () => {
  const bench = await createBench();
  await accept(bench);
  await createReconcileHandler(bench.ports(), reconcilePolicy)();
  expect(await createConfirmHandler(bench.ports('us-east-1'))()).toEqual({ code: 'idle', confirmed: 0 });
  expect(await createConfirmHandler(bench.ports('us-east-2'))()).toEqual({ code: 'walked', confirmed: 1 });
  expect(bench.world.backstage.journal.payments()[0]?.inWork).toBe(false);
});

test('purge: an old payment that both ledgers hold -> a tombstone: read 410, repeated 200 with the same body, cancelled 409, other content 409', async () => {
  const bench = await createBench();
  const first = await accept(bench);
  await createReconcileHandler(bench.ports(), reconcilePolicy)();
  await createConfirmHandler(bench.ports('us-east-2'))();
  bench.world.clock.advance(400 * 86_400_000 + 1);
  const purging = (region: Region) => createPurgeHandler({ ...bench.ports(region), upkeep: bench.world.backstage.journal, oldHolds: bench.world.backstage.holds, bookmarks: new InMemoryBookmarks() }, { purgeAfterMs: 400 * 86_400_000, passMs: 1000 })();
  expect(await purging('us-east-2')).toMatchObject({ code: 'idle' });
  expect(await purging('us-east-1')).toMatchObject({ code: 'walked', purged: 1, ended: true });
  const read = await createReadHandler(bench.ports())(httpEvent('GET /payments/{transaction_id}', { id: goodPayment.transaction_id }));
  expect([read.statusCode, bodyOf(read)['code']]).toEqual([410, 'gone']);
  const repeated = await accept(bench);
  expect([repeated.statusCode, repeated.body]).toEqual([200, first.body]);
  const cancelled = await createCancelHandler(bench.ports())(httpEvent('POST /payments/{transaction_id}/cancel', { id: goodPayment.transaction_id }));
  expect([cancelled.statusCode, bodyOf(cancelled)['code']]).toEqual([409, 'already_decided']);
  const other = await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: { ...goodPayment, amount: '11.00' } }));
  expect([other.statusCode, bodyOf(other)['code']]).toEqual([409, 'idempotency_conflict']);
});

test('detect: the epoch cannot be read -> throws, blind, and the fault is logged', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'epochs', when: 'before' });
  await expect(createDetectHandler(watching(bench, 'us-east-1'))()).rejects.toSatisfy(isPortFault);
  expect(bench.lines.join()).toContain('invocation_failed');
});

test('detect: the witness, without ledger ports, and the standby both lose the active region -> the standby starts one move', async () => {
  const bench = await createBench();
  const started: MoveRequest[] = [];
  for (const region of ['us-east-1', 'us-east-2'] as const) bench.world.backstage.regions[region].probe.answer('us-east-1', { reached: false, why: 'time-out' });
  const ports = watching(bench, 'us-east-2');
  expect(await createDetectHandler({ ...ports, vantage: 'us-west-2' })()).toMatchObject({ row: 'D-30', action: 'none' });
  const mover = { start: async (request: MoveRequest) => void started.push(request) };
  const standby = createDetectHandler({ ...ports, ledger: { ...ports, mover } });
  expect(await standby()).toMatchObject({ row: 'D-60', action: 'fail_over' });
  expect(started).toMatchObject([{ to: 'us-east-2', kind: 'failover', fromEpoch: 1 }]);
});

test('orchestrate: called with its own answer until it is no longer "again" -> the move is done and healed', async () => {
  const bench = await createBench();
  await accept(bench);
  const handler = createOrchestrateHandler(bench.ports('us-east-2'), movePolicies);
  let progress: MoveProgress = await handler(failover);
  for (let steps = 0; progress.state === 'again' && steps < 50; steps += 1) {
    bench.world.clock.advance(progress.waitMs);
    // Between two steps a request travels as JSON.
    progress = await handler(JSON.parse(JSON.stringify(progress.request)));
  }
  expect(progress.state).toBe('done');
  expect(await bench.world.epochs.read()).toMatchObject({ epoch: 2, activeRegion: 'us-east-2', phase: 'open' });
  expect(bench.world.backstage.journal.payments()[0]).toMatchObject({ decision: { outcome: 'processed' }, postedEpoch: 2 });
});

test.each([
  ['nothing', undefined],
  ['a region that is not of the pair', { ...failover, to: 'us-west-2' }],
  ['a fraction of an epoch', { ...failover, fromEpoch: 1.5 }],
  ['a field too many', { ...failover, force: true }],
  ['no run', { ...failover, runId: '' }],
])('orchestrate: an input that is %s -> throws and moves nothing', async (_what, input) => {
  const bench = await createBench();
  await expect(createOrchestrateHandler(bench.ports('us-east-2'), movePolicies)(input)).rejects.toThrow(/move request/);
  expect(await bench.world.epochs.read()).toMatchObject({ epoch: 1, phase: 'open' });
});
