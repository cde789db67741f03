// Accepting and waiting for the outcome: told only once it stands in the books.
import { expect, test } from 'vitest';
import { minorUnits } from '../domain/money/money.ts';
import { PROCESS_WAIT_MS, processPayment } from './process-payment.ts';
import { settlePayments } from './settle-payments.ts';
import { createWorld, east, keyOf, other, portsOf, requestOf, rowsIn, shop, stored } from './world.test-support.ts';

test.each([['approve', 'processed'], ['decline', 'failed']] as const)('process: in the active region, %s -> the outcome, which stands in the ledger', async (mode, outcome) => {
  const world = await createWorld({ seed: 1 });
  world.backstage.acquirer.behave({ mode });
  expect(await processPayment(portsOf(world, east), shop, requestOf('a'))).toMatchObject({ code: 'outcome', payment: { postedEpoch: 1, decision: { outcome } } });
  expect(rowsIn(world, east)).toEqual(['a']);
});

test('process: again -> the same outcome at once, no second charge', async () => {
  const world = await createWorld({ seed: 1 });
  await processPayment(portsOf(world, east), shop, requestOf('a'));
  const at = world.clock.now();
  expect(await processPayment(portsOf(world, other), shop, requestOf('a'))).toMatchObject({ code: 'outcome', payment: { decision: { outcome: 'processed' } } });
  expect(world.clock.now()).toBe(at);
  expect(world.backstage.acquirer.charges()[0]?.requests).toBe(1);
});

test('process: again with other content -> conflict', async () => {
  const world = await createWorld({ seed: 1 });
  await processPayment(portsOf(world, east), shop, requestOf('a'));
  expect(await processPayment(portsOf(world, east), shop, requestOf('a', { amount: { minor: minorUnits(1n), currency: 'USD' } }))).toMatchObject({ code: 'idempotency_conflict' });
});

test('process: elsewhere than in the active region -> hinted, and the outcome as soon as the journal shows it', async () => {
  const world = await createWorld({ seed: 1 });
  const waiting = processPayment(portsOf(world, other), shop, requestOf('a'));
  await world.clock.sleep(1000);
  expect(world.backstage.queues.waiting(east)).toEqual([keyOf('a')]);
  await settlePayments(portsOf(world, east), [keyOf('a')]);
  expect(await waiting).toMatchObject({ code: 'outcome', payment: { decision: { outcome: 'processed' } } });
});

test('process: nobody settles in time -> accepted after ten seconds at most, with a hint', async () => {
  const world = await createWorld({ seed: 1 });
  world.backstage.acquirer.behave({ mode: 'in_progress' });
  const startedAt = world.clock.now();
  expect(await processPayment(portsOf(world, east), shop, requestOf('a'))).toMatchObject({ code: 'accepted', isNew: true });
  expect(world.clock.now() - startedAt).toBeLessThanOrEqual(PROCESS_WAIT_MS);
  expect(world.backstage.queues.waiting(east)).toEqual([keyOf('a')]);
});

test('process: decided but the ledger is away -> accepted: no outcome is told that stands in no books', async () => {
  const world = await createWorld({ seed: 1 });
  world.backstage.ledgers.stop(east);
  expect(await processPayment(portsOf(world, east), shop, requestOf('a'))).toMatchObject({ code: 'accepted' });
  expect(await stored(world, keyOf('a'))).toMatchObject({ decision: { outcome: 'processed' }, postedEpoch: 0 });
});

test('process: the journal cannot be read while waiting -> accepted, never a guess', async () => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'journal', method: 'read', when: 'before' });
  expect(await processPayment(portsOf(world, east), shop, requestOf('a'))).toMatchObject({ code: 'accepted' });
});

test('process: the journal does not take it -> unavailable, nothing charged', async () => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'journal', when: 'before' });
  expect(await processPayment(portsOf(world, east), shop, requestOf('a'))).toEqual({ code: 'unavailable' });
  expect(world.backstage.acquirer.charges()).toEqual([]);
});
