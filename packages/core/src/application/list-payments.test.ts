// The payments of a customer over the in-memory world: pages, modes, merchants, and reads that fail.
import { expect, test } from 'vitest';
import { customerId, merchantId } from '../domain/payment/payment.ts';
import { epochMs } from '../domain/time.ts';
import type { Caller } from './accept-payment.ts';
import { acceptPayment } from './accept-payment.ts';
import { listPayments } from './list-payments.ts';
import type { ListPorts, ListQuery } from './list-payments.ts';
import { createWorld, east, other, portsOf, requestOf, shop } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const { customerId: customer } = requestOf('any');
const listPorts = (world: World, region = east): ListPorts => ({ ...world.regions[region], clock: world.clock });

async function acceptAs(world: World, caller: Caller, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    world.clock.advance(1);
    expect(await acceptPayment(portsOf(world, east), caller, requestOf(id))).toMatchObject({ code: 'accepted' });
  }
}

async function pagesOf(world: World, caller: Caller, limit: number): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  let after: ListQuery['after'];
  for (let page = 0; page < 50; page += 1) {
    const result = await listPayments(listPorts(world), caller, { customerId: customer, limit, ...(after && { after }) });
    if (result.code !== 'listed') throw new Error(result.code);
    pages.push(result.payments.map((payment) => payment.transactionId));
    if (!result.next) return pages;
    after = result.next;
  }
  throw new Error('the pages have no end');
}

test('list: more payments than a page holds -> newest first, each once', async () => {
  const world = await createWorld({ seed: 1 });
  await acceptAs(world, shop, 'a', 'b', 'c', 'd', 'e');
  expect(await pagesOf(world, shop, 2)).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
  expect(await pagesOf(world, shop, 100)).toEqual([['e', 'd', 'c', 'b', 'a']]);
});

test('list: payments of the other mode in between -> not seen, and full pages all the same', async () => {
  const world = await createWorld({ seed: 1 });
  const tester = { ...shop, live: false };
  await acceptAs(world, shop, 'l1');
  await acceptAs(world, tester, 't1', 't2', 't3');
  await acceptAs(world, shop, 'l2');
  expect((await pagesOf(world, shop, 2)).flat()).toEqual(['l2', 'l1']);
  expect((await pagesOf(world, tester, 1)).flat()).toEqual(['t3', 't2', 't1']);
  expect((await pagesOf(world, tester, 100)).flat()).toEqual(['t3', 't2', 't1']);
});

test('list: hundreds of the other mode first -> an answer after a few pages, and the rest follows', async () => {
  const world = await createWorld({ seed: 1 });
  await acceptAs(world, shop, 'old');
  await acceptAs(world, { ...shop, live: false }, ...Array.from({ length: 30 }, (_, i) => `t${i}`));
  const pages = await pagesOf(world, shop, 2);
  expect(pages[0]).toEqual([]);
  expect(pages.flat()).toEqual(['old']);
});

test('list: another merchant with the same customer and the same place to go on from -> only its own', async () => {
  const world = await createWorld({ seed: 1 });
  const market: Caller = { merchantId: merchantId('market'), live: true };
  await acceptAs(world, shop, 'a', 'b');
  await acceptAs(world, market, 'a');
  const mine = await listPayments(listPorts(world), shop, { customerId: customer, limit: 1 });
  if (mine.code !== 'listed' || !mine.next) throw new Error('there is a next page');
  const theirs = await listPayments(listPorts(world), market, { customerId: customer, limit: 10, after: { ...mine.next, acceptedAt: epochMs(world.clock.now() + 1) } });
  expect(theirs).toMatchObject({ code: 'listed', payments: [{ merchantId: 'market', transactionId: 'a' }] });
  expect(await listPayments(listPorts(world), shop, { customerId: customerId('nobody'), limit: 10 })).toEqual({ code: 'listed', payments: [] });
});

test.each(['customers', 'journal'] as const)('list: %s cannot be read -> unavailable, and after one lost read all the same', async (part) => {
  const world = await createWorld({ seed: 1 });
  await acceptAs(world, shop, 'a');
  world.breakage.add({ part, when: 'before', region: other });
  expect(await listPayments(listPorts(world, other), shop, { customerId: customer, limit: 1 })).toEqual({ code: 'unavailable' });
  world.breakage.add({ part, when: 'before', region: east, times: 1 });
  expect(await listPayments(listPorts(world), shop, { customerId: customer, limit: 1 })).toMatchObject({ code: 'listed', payments: [{ transactionId: 'a' }] });
});
