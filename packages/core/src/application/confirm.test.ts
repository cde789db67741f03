// Confirming over the in-memory world: only a standby of the current epoch's timeline takes anything out of work.
import { expect, test } from 'vitest';
import type { PaymentKey } from '../domain/payment/payment.ts';
import { epochOf } from '../domain/region/epoch.ts';
import { confirm } from './confirm.ts';
import { settlePayments } from './settle-payments.ts';
import { accepted, createWorld, east, other, portsOf, raiseEpoch, stored } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

async function settledPayment(world: World, id: string): Promise<PaymentKey> {
  const key = await accepted(world, id);
  await settlePayments(portsOf(world, east), [key]);
  return key;
}

test('confirm: a row that the standby holds -> out of work, by the standby alone', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await settledPayment(world, 'a');
  expect(await confirm(portsOf(world, east))).toEqual({ code: 'idle', confirmed: 0 });
  expect((await stored(world, key)).inWork).toBe(true);
  expect(await confirm(portsOf(world, other))).toEqual({ code: 'walked', confirmed: 1 });
  expect((await stored(world, key)).inWork).toBe(false);
  expect(await confirm(portsOf(world, other))).toEqual({ code: 'walked', confirmed: 0 });
});

test('confirm: a row that the standby has not replayed -> stays in work until it has', async () => {
  const world = await createWorld({ seed: 1 });
  world.backstage.ledgers.stallReplication();
  const key = await settledPayment(world, 'a');
  expect(await confirm(portsOf(world, other))).toEqual({ code: 'walked', confirmed: 0 });
  world.backstage.ledgers.resumeReplication();
  expect(await confirm(portsOf(world, other))).toEqual({ code: 'walked', confirmed: 1 });
  expect((await stored(world, key)).inWork).toBe(false);
});

test('confirm: undecided or unposted -> stays in work', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  expect(await confirm(portsOf(world, other))).toMatchObject({ confirmed: 0 });
  expect((await stored(world, key)).inWork).toBe(true);
});

test('confirm: a move is under way -> idle', async () => {
  const world = await createWorld({ seed: 1 });
  await settledPayment(world, 'a');
  const record = await world.epochs.read();
  await world.backstage.epochs.compareAndSet(record, { ...record, phase: 'moving' });
  expect(await confirm(portsOf(world, other))).toEqual({ code: 'idle', confirmed: 0 });
});

test('confirm: a standby that has not replayed this epoch\'s fence -> confirms nothing', async () => {
  const world = await createWorld({ seed: 1 });
  await settledPayment(world, 'a');
  world.backstage.ledgers.stallReplication();
  await raiseEpoch(world);
  expect(await confirm(portsOf(world, other))).toEqual({ code: 'not_a_replica', confirmed: 0 });
});

test('confirm: a former primary that still believes it is one -> confirms nothing', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await settledPayment(world, 'a');
  await world.cluster.failOver(other);
  await world.control.raiseFence(other, { from: epochOf(1), to: epochOf(2) });
  const record = await world.epochs.read();
  await world.backstage.epochs.compareAndSet(record, { ...record, epoch: epochOf(2), activeRegion: other, ledgerEpoch: epochOf(2) });
  await world.backstage.journal.markPosted(key, { epoch: epochOf(2), at: world.clock.now(), region: other, acceptedAt: world.clock.now() });
  expect(await confirm(portsOf(world, east))).toEqual({ code: 'not_a_replica', confirmed: 0 });
  world.backstage.ledgers.servers[east].role = 'standby';
  expect(await confirm(portsOf(world, east))).toEqual({ code: 'not_a_replica', confirmed: 0 });
  expect((await stored(world, key)).inWork).toBe(true);
});

test('confirm: posted again under a later epoch meanwhile -> not confirmed for the earlier one', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await settledPayment(world, 'a');
  const ports = portsOf(world, other);
  const workIndex: typeof ports.workIndex = {
    scan: (page) => ports.workIndex.scan(page),
    query: (query) => ports.workIndex.query(query),
    all: async (limit) => {
      const all = await ports.workIndex.all(limit);
      await world.backstage.journal.markPosted(key, { epoch: epochOf(2), at: world.clock.now(), region: other, acceptedAt: world.clock.now() });
      return all;
    },
  };
  expect(await confirm({ ...ports, workIndex })).toEqual({ code: 'walked', confirmed: 0 });
});

test.each(['before', 'after'] as const)('confirm: one confirmation is lost, %s -> a later pass ends with all out of work', async (when) => {
  const world = await createWorld({ seed: 1 });
  const keys = [await settledPayment(world, 'a'), await settledPayment(world, 'b')];
  world.breakage.add({ part: 'journal', when, method: 'confirm', times: 1 });
  expect(await confirm(portsOf(world, other))).toMatchObject({ code: 'walked', confirmed: 1 });
  await confirm(portsOf(world, other));
  for (const key of keys) expect((await stored(world, key)).inWork).toBe(false);
});

test('confirm: the epoch or the ledger cannot be read -> throws: nothing is taken for confirmed', async () => {
  const world = await createWorld({ seed: 1 });
  world.backstage.ledgers.stop(other);
  await expect(confirm(portsOf(world, other))).rejects.toMatchObject({ port: 'ledger' });
  world.breakage.add({ part: 'epochs', when: 'before' });
  await expect(confirm(portsOf(world, other))).rejects.toMatchObject({ port: 'epoch' });
});
