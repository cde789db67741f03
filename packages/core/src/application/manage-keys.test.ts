// Making, revoking and rotating keys over the in-memory world, and what a key is worth at each moment.
import { expect, test } from 'vitest';
import { isKeyText, paymentScopes } from '../domain/key/api-key.ts';
import { merchantId } from '../domain/payment/payment.ts';
import { checkKey } from './check-key.ts';
import type { KeyCheck } from './check-key.ts';
import { createKey, listKeys, revokeKey, rotateKey } from './manage-keys.ts';
import type { ManageKeysPorts } from './manage-keys.ts';
import { createWorld, east, other } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const shop = merchantId('shop');
const wanted = { merchantId: shop, live: true, scopes: paymentScopes, name: 'till 1' } as const;
const why = { by: 'ada', reason: 'leaked' };
const HOUR_MS = 3_600_000;

const portsOf = ({ keys, clock, random, digest }: World): ManageKeysPorts => ({ keys, clock, random, digest });

const check = (world: World, text: string, region = east): Promise<KeyCheck> => checkKey({ ...world, ...world.regions[region] }, text);
const worth = async (world: World, text: string, region = east): Promise<string> => (await check(world, text, region)).code;

test('keys: a new key -> works in both regions as what it was made, and its text is stored nowhere', async () => {
  const world = await createWorld({ seed: 1 });
  const { text, keyId } = await createKey(portsOf(world), wanted);
  expect(text).toMatch(/^us_live_[0-9A-Za-z]{43}$/);
  for (const region of [east, other]) expect(await check(world, text, region)).toMatchObject({ code: 'valid', key: { ...wanted, keyId, createdAt: world.clock.now() } });
  expect((await createKey(portsOf(world), { ...wanted, live: false })).text).toMatch(/^us_test_/);
  expect(JSON.stringify(await listKeys(world, shop))).not.toContain(text.slice(8));
});

test('keys: one that is none, or not even looks like one -> unauthorized; keys that cannot be read -> unavailable', async () => {
  const world = await createWorld({ seed: 1 });
  const { text } = await createKey(portsOf(world), wanted);
  for (const wrong of [text.slice(0, -1), text.replace('live', 'test'), text.toUpperCase(), '', `us_live_${'x'.repeat(65)}`]) expect(await worth(world, wrong)).toBe('unauthorized');
  world.breakage.add({ part: 'keys', when: 'before' });
  expect(await worth(world, text)).toBe('unavailable');
  expect(isKeyText('us_live_short')).toBe(false);
  expect(await worth(world, 'us_live_short')).toBe('unauthorized');
});

test('keys: revoked -> refused in both regions; revoked again -> as it was', async () => {
  const world = await createWorld({ seed: 1 });
  const { text, keyId } = await createKey(portsOf(world), wanted);
  const first = await revokeKey(world, keyId, why);
  expect(first).toEqual({ code: 'revoked', revocation: { ...why, revokedAt: world.clock.now() } });
  for (const region of [east, other]) expect(await worth(world, text, region)).toBe('unauthorized');
  world.clock.advance(HOUR_MS);
  expect(await revokeKey(world, keyId, { by: 'bob', reason: 'again' })).toEqual(first);
  expect(await revokeKey(world, 'key_0000000000000000', why)).toEqual({ code: 'not_found' });
});

test('keys: rotated -> both work until the overlap is over, then only the new one, which may do what the old one might', async () => {
  const world = await createWorld({ seed: 1 });
  const old = await createKey(portsOf(world), wanted);
  const result = await rotateKey(portsOf(world), old.keyId, { by: 'ada', reason: 'rotated', overlapMs: 24 * HOUR_MS });
  if (result.code !== 'rotated') throw new Error(result.code);
  expect(await check(world, result.key.text)).toMatchObject({ code: 'valid', key: wanted });
  world.clock.advance(24 * HOUR_MS - 1);
  expect(await worth(world, old.text)).toBe('valid');
  world.clock.advance(1);
  expect([await worth(world, old.text), await worth(world, result.key.text)]).toEqual(['unauthorized', 'valid']);
  expect(await rotateKey(portsOf(world), old.keyId, { ...why, overlapMs: 1 })).toEqual({ code: 'revoked' });
});

test('keys: rotated and then found to have leaked -> a revocation takes effect at once, and a rotation does not put it off', async () => {
  const world = await createWorld({ seed: 1 });
  const old = await createKey(portsOf(world), wanted);
  await rotateKey(portsOf(world), old.keyId, { by: 'ada', reason: 'rotated', overlapMs: HOUR_MS });
  await revokeKey(world, old.keyId, why);
  expect(await worth(world, old.text)).toBe('unauthorized');
});

test.each(['add', 'revoke'])('keys: the answer to %s is lost -> repeated, and one of it stands', async (method) => {
  const world = await createWorld({ seed: 1 });
  const old = await createKey(portsOf(world), wanted);
  world.breakage.add({ part: 'keys', when: 'after', method, times: 1 });
  expect(await rotateKey(portsOf(world), old.keyId, { ...why, overlapMs: HOUR_MS })).toMatchObject({ code: 'rotated' });
  const { keys } = await listKeys(world, shop);
  expect([keys.length, keys.filter((key) => key.revocation).length]).toEqual([2, 1]);
});

test('keys: a rotation that dies after the new key -> the old one works on, and the next rotation completes', async () => {
  const world = await createWorld({ seed: 1 });
  const old = await createKey(portsOf(world), wanted);
  const mend = world.breakage.add({ part: 'keys', when: 'before', method: 'revoke' });
  await expect(rotateKey(portsOf(world), old.keyId, { ...why, overlapMs: 0 })).rejects.toThrow();
  expect(await worth(world, old.text)).toBe('valid');
  mend();
  expect(await rotateKey(portsOf(world), old.keyId, { ...why, overlapMs: 0 })).toMatchObject({ code: 'rotated' });
  expect(await worth(world, old.text)).toBe('unauthorized');
});
