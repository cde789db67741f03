import { expect, test } from 'vitest';
import { customerId } from '../domain/payment/payment.ts';
import { sessionId } from '../domain/session/session.ts';
import { acceptPayment } from './accept-payment.ts';
import { openSession } from './open-session.ts';
import { readSession } from './read-session.ts';
import { opened, paying, sessionPortsOf, statusIn } from './session.test-support.ts';
import { createWorld, east, other, portsOf, requestOf, shop } from './world.test-support.ts';

const long = customerId('c'.repeat(41));

test('open session: neither copy takes it, or the keys cannot be read -> unavailable', async () => {
  for (const part of ['sessions', 'signer'] as const) {
    const world = await createWorld({ seed: 1 });
    world.breakage.add({ part, when: 'before' });
    expect(await openSession(sessionPortsOf(world, east), shop, { customerId: long, amount: requestOf('t').amount, expiresInS: 60 })).toEqual({ code: 'unavailable' });
  }
});

test('open session: two that are equal -> two ids', async () => {
  const world = await createWorld({ seed: 1 });
  expect((await opened(world)).sessionId).not.toBe((await opened(world)).sessionId);
});

test('read session: in either region, before and after it got to the other -> as it was opened', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world, { customerId: long });
  for (const region of [east, other]) expect(await readSession(sessionPortsOf(world, region), shop, session.sessionId)).toEqual({ code: 'found', session, status: 'open' });
  world.backstage.sessions.replicate();
  world.backstage.sessions.lost.add(east);
  expect(await readSession(sessionPortsOf(world, other), shop, session.sessionId)).toEqual({ code: 'found', session, status: 'open' });
});

test('read session: its region is lost before it got to the other -> from its id, or unavailable when the id does not say it all', async () => {
  const world = await createWorld({ seed: 1 });
  const [whole, hashed] = [await opened(world), await opened(world, { customerId: long })];
  world.backstage.sessions.lost.add(east);
  expect(await readSession(sessionPortsOf(world, other), shop, whole.sessionId)).toEqual({ code: 'found', session: whole, status: 'open' });
  expect(await statusIn(world, other, hashed)).toBe('unavailable');
});

test('read session: of another merchant or mode, forged, or in neither copy -> not found', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  expect((await readSession(sessionPortsOf(world, east), { ...shop, live: false }, session.sessionId)).code).toBe('not_found');
  expect(await statusIn(world, east, { sessionId: sessionId(`${session.sessionId}A`) })).toBe('not_found');
  const elsewhere = await opened(await createWorld({ seed: 2 }), { customerId: long });
  expect(await statusIn(world, east, elsewhere)).toBe('not_found');
});

test('read session: past its end -> expired, unless a payment that was accepted in time holds it', async () => {
  const world = await createWorld({ seed: 1 });
  const [left, held] = [await opened(world), await opened(world)];
  await acceptPayment(portsOf(world, east), shop, paying('t-1', held));
  world.clock.advance(1800_000);
  expect([await statusIn(world, east, left), await statusIn(world, east, held)]).toEqual(['expired', 'open']);
});

test('read session: whether it is paid cannot be read -> unavailable, never open', async () => {
  for (const part of ['holds', 'journal'] as const) {
    const world = await createWorld({ seed: 1 });
    const session = await opened(world);
    await acceptPayment(portsOf(world, east), shop, paying('t-1', session));
    world.breakage.add({ part, when: 'before', method: 'read' });
    expect(await statusIn(world, east, session)).toBe('unavailable');
  }
});
