// The operator's desk over core in memory: what it lets pass, what stands on record before it is done, and what it says when
// a part does not answer.
import { createWorld, InMemoryChargeReport, InMemoryLedgerReport, InMemoryOperationLog } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import { createDesk } from '@understudy/console/desk';
import type { DeskPorts } from '@understudy/console/desk';
import { customerId, defaultPaymentPolicy, merchantId, minorUnits, PortFault, transactionId } from '@understudy/core';
import type { BookedQuery, LedgerBrowser } from '@understudy/core';
import { expect, test } from 'vitest';

const key = { merchantId: merchantId('shop'), transactionId: transactionId('order-1') };
const path = '/desk/payments/shop/order-1';
const away = (): never => {
  throw new PortFault({ port: 'ledger', retryable: true, message: 'connect refused' });
};
const noBooks: LedgerBrowser = { newest: () => Promise.resolve({ payments: [], looked: 0 }), story: () => Promise.resolve({ postings: [], refunds: [], notices: [], entries: [] }), merchants: () => Promise.resolve(['shop']) };
const awayBooks: LedgerBrowser = { newest: async () => away(), story: async () => away(), merchants: async () => away() };

async function desk(change: Partial<DeskPorts> = {}) {
  const world = await createWorld({ seed: 1 });
  const { journal, refunds, workIndex, customers, epochs, queue, acquirer } = world.regions['us-east-1'];
  const operations = new InMemoryOperationLog();
  const answer = createDesk({
    of: 'deployment', by: 'tester', journal, refunds, workIndex, customers, epochs, queue, operations, upkeep: world.backstage.journal, deadLetters: [],
    browsers: { 'us-east-1': noBooks, 'us-east-2': noBooks }, ledgerReport: (region) => new InMemoryLedgerReport(world.backstage.ledgers.servers[region]), chargeReport: new InMemoryChargeReport(world.backstage.acquirer),
    acquirer, policy: defaultPaymentPolicy, clock: world.clock, digest: world.digest, audit: () => Promise.resolve(undefined), ...change,
  });
  const ask = async (method: 'GET' | 'POST', text: string, body: Readonly<Record<string, unknown>> = {}): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> => {
    const url = new URL(text, 'http://desk');
    const given = await answer({ method, path: url.pathname, query: url.searchParams, body });
    return { status: given?.status ?? 0, body: (given?.body ?? {}) as Readonly<Record<string, unknown>> };
  };
  return { world, ask, did: async () => (await operations.list(10)).map(({ what, subject, by, reason }) => [what, subject, by, reason]) };
}

const accept = (world: World) => world.backstage.journal.accept(key, {
  customerId: customerId('c-1'), amount: { minor: minorUnits(1250n), currency: 'USD' }, fingerprint: 'f', acceptedAt: world.clock.now(), acceptedRegion: 'us-east-1', settleBefore: world.clock.now(), live: false,
});

test('desk: a payment that waits is cancelled -> cancelled in the journal, on record with who and why', async () => {
  const { world, ask, did } = await desk();
  await accept(world);
  expect(await ask('POST', `${path}/cancel`, { reason: 'asked by phone' })).toMatchObject({ status: 200 });
  expect((await world.backstage.journal.read(key))?.decision?.outcome).toBe('cancelled');
  expect(await did()).toEqual([['cancel', 'payment:shop:order-1', 'tester', 'asked by phone']]);
});

test('desk: an id that nobody has seen is to be cancelled -> not found, and the id is not spent', async () => {
  const { world, ask, did } = await desk();
  expect(await ask('POST', `${path}/cancel`, { reason: 'a slip' })).toMatchObject({ status: 404 });
  expect(await world.backstage.journal.read(key)).toBeUndefined();
  expect(await did()).toEqual([]);
});

test('desk: no reason is given -> refused, nothing done, nothing on record', async () => {
  const { world, ask, did } = await desk();
  await accept(world);
  expect(await ask('POST', `${path}/cancel`)).toMatchObject({ status: 400 });
  expect(await ask('POST', '/desk/dead-letters/discard', { names: ['payment:shop:order-1'] })).toMatchObject({ status: 400 });
  expect((await world.backstage.journal.read(key))?.decision).toBeUndefined();
  expect(await did()).toEqual([]);
});

test('desk: the record of what was done cannot be written -> it is not done', async () => {
  const { world, ask } = await desk({ operations: { append: async () => away(), list: () => Promise.resolve([]) } });
  await accept(world);
  expect(await ask('POST', `${path}/cancel`, { reason: 'x' })).toMatchObject({ status: 503 });
  expect((await world.backstage.journal.read(key))?.decision).toBeUndefined();
});

test('desk: a refund of what is not charged -> refused with why, before and after asking', async () => {
  const { world, ask } = await desk();
  await accept(world);
  expect(await ask('GET', path)).toMatchObject({ status: 200, body: { status: 'accepted', whyNotRefund: 'it is not charged yet', left: '0.00' } });
  expect(await ask('POST', `${path}/refund`, { reason: 'x', refundId: 'r-1', amount: '1.00' })).toMatchObject({ status: 409, body: { error: 'only a processed payment can be refunded' } });
});

test('desk: one ledger is away -> it is named, and the other records are told all the same', async () => {
  const { world, ask } = await desk({ browsers: { 'us-east-1': awayBooks, 'us-east-2': noBooks } });
  await accept(world);
  const { body } = await ask('GET', path);
  expect(body).toMatchObject({ status: 'accepted', amount: '12.50', ledgers: { 'us-east-1': { away: 'ledger: connect refused' }, 'us-east-2': { says: { postings: [] } } }, charges: { says: [] } });
});

test('desk: the active region\'s books are away -> the list comes from the other\'s, and says so', async () => {
  const { ask } = await desk({ browsers: { 'us-east-1': awayBooks, 'us-east-2': noBooks } });
  expect(await ask('GET', '/desk/payments')).toMatchObject({ status: 200, body: { about: expect.stringContaining('books of us-east-2') as string } });
});

test('desk: both books are away -> 503 with the reason; a payment is found by its id nevertheless', async () => {
  const { world, ask } = await desk({ browsers: { 'us-east-1': awayBooks, 'us-east-2': awayBooks } });
  await accept(world);
  expect(await ask('GET', '/desk/payments')).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(await ask('GET', '/desk/payments?id=order-1&merchant=shop')).toMatchObject({ status: 200, body: { rows: [{ id: 'order-1', amount: '12.50' }] } });
});

test('desk: a filter finds nothing for long -> the walk through the books ends at its limit, and says where to go on', async () => {
  let looks = 0;
  const endless: LedgerBrowser = { ...noBooks, newest: ({ before = '9000000' }: BookedQuery) => {
    looks += 1;
    return Promise.resolve({ payments: [], looked: 5_000, next: String(Number(before) - 5_000) });
  } };
  const { ask } = await desk({ browsers: { 'us-east-1': endless, 'us-east-2': endless } });
  expect(await ask('GET', '/desk/payments?status=failed')).toMatchObject({ body: { rows: [], next: 'us-east-1:8900000' } });
  expect(looks).toBe(20);
});

test('desk: what waits -> under its status, read from the journal', async () => {
  const { world, ask } = await desk();
  await accept(world);
  expect(await ask('GET', '/desk/payments?status=accepted')).toMatchObject({ body: { rows: [{ id: 'order-1', status: 'accepted', mode: 'test' }] } });
  expect(await ask('GET', '/desk/payments?status=quarantined')).toMatchObject({ body: { rows: [] } });
});

test.each([
  ['GET', '/desk/payments?status=odd'], ['GET', '/desk/payments?mode=odd'], ['GET', '/desk/payments?cursor=odd'], ['GET', '/desk/payments?merchant=A%20B'], ['GET', '/desk/payments/shop/%E0%A4%A'],
  ['POST', '/desk/dead-letters/redrive'], ['POST', '/desk/audit'],
] as const)('desk: %s %s, which cannot be understood -> 400', async (method, text) => {
  const { ask } = await desk();
  expect(await ask(method, text, { quietMs: 'soon', names: 'all' })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});

test('desk: a path that there is not -> undefined, for whoever serves it to answer', async () => {
  const { ask } = await desk();
  expect((await ask('GET', '/desk/odd')).status).toBe(0);
  expect((await ask('POST', path)).status).toBe(0);
});
