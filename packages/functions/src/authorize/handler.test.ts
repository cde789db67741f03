import { merchantId, paymentScopes, revokeKey, keyIdOf } from '@understudy/core';
import { expect, test } from 'vitest';
import { usageKeys, usageKeysOf } from '../gateway.ts';
import { callerOf } from '../shared/caller.ts';
import { createBench, httpEvent, liveKey, otherKey, readKey, testKey } from '../shared/test-support/bench.ts';
import type { Bench } from '../shared/test-support/bench.ts';
import { createAuthorizeHandler } from './handler.ts';
import type { AuthorizerResult } from './handler.ts';

const methodArn = 'arn:aws:execute-api:us-east-1:123456789012:abcdef/prod/GET/payments/a';

const ask = (bench: Bench, authorization?: string): Promise<AuthorizerResult> =>
  createAuthorizeHandler(bench.ports())({ methodArn, headers: authorization === undefined ? {} : { Authorization: authorization }, requestContext: { requestId: 'request-1' } });

/** What a function behind the gateway makes of it. */
const callerAs = ({ context }: AuthorizerResult) => callerOf({ ...httpEvent('GET /payments/{transaction_id}'), requestContext: { authorizer: context } });

test('authorize: a key -> every method of this stage of this API, and who it is', async () => {
  const bench = await createBench();
  const result = await ask(bench, `Bearer ${testKey}`);
  expect(result).toMatchObject({
    principalId: keyIdOf(bench.world.digest(testKey)),
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: 'arn:aws:execute-api:us-east-1:123456789012:abcdef/prod/*' }] },
  });
  expect(callerAs(result)).toEqual({ merchantId: 'm1', live: false, scopes: paymentScopes });
  expect(callerAs(await ask(bench, `  bearer   ${liveKey} `))).toEqual({ merchantId: 'm1', live: true, scopes: paymentScopes });
  expect(callerAs(await ask(bench, `Bearer ${readKey}`)).scopes).toEqual(['payments:read']);
});

test('authorize: two keys of a merchant -> one usage key; another merchant\'s -> another, and each is one of the plan\'s', async () => {
  const bench = await createBench();
  const [one, two, other] = await Promise.all([testKey, liveKey, otherKey].map(async (key) => (await ask(bench, `Bearer ${key}`)).usageIdentifierKey));
  expect(one).toBe(two);
  expect(one).not.toBe(other);
  for (const key of [one, other]) expect(usageKeys).toContain(key);
  expect(usageKeys.every((key) => key.length >= 20)).toBe(true);
});

test('authorize: an environment with usage keys of its own -> one of these', async () => {
  const bench = await createBench();
  const event = { methodArn, headers: { Authorization: `Bearer ${testKey}` }, requestContext: { requestId: 'request-1' } };
  const { usageIdentifierKey } = await createAuthorizeHandler({ ...bench.ports(), usageSet: 'understudy-merchants-dev' })(event);
  expect(usageKeysOf('understudy-merchants-dev')).toContain(usageIdentifierKey);
  expect(usageKeys).not.toContain(usageIdentifierKey);
});

test.each([
  ['no header', undefined], ['an empty header', ''], ['a key nobody has', `Bearer us_test_${'z'.repeat(43)}`], ['a short key', 'Bearer us_test_short'],
  ['another scheme', `Basic ${testKey}`], ['a key and more', `Bearer ${testKey} x`], ['a key of another case', `Bearer ${testKey.toUpperCase()}`], ['a key alone', testKey],
])('authorize: %s -> the error that the gateway answers with 401, and nothing of it in the log', async (_what, authorization) => {
  const bench = await createBench();
  await expect(ask(bench, authorization)).rejects.toThrow(/^Unauthorized$/);
  expect(bench.lines.join()).not.toMatch(/us_test|z{9}/);
});

test('authorize: a revoked key -> refused from then on', async () => {
  const bench = await createBench();
  await revokeKey(bench.world, keyIdOf(bench.world.digest(testKey)), { by: 'ada', reason: 'leaked' });
  await expect(ask(bench, `Bearer ${testKey}`)).rejects.toThrow(/^Unauthorized$/);
  await expect(ask(bench, `Bearer ${liveKey}`)).resolves.toBeDefined();
});

test('authorize: the keys cannot be read -> a failure, never a refusal, for a key that exists and for one that does not', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'keys', when: 'before' });
  for (const key of [testKey, `us_test_${'z'.repeat(43)}`]) await expect(ask(bench, `Bearer ${key}`)).rejects.toThrow('cannot be read');
  expect(bench.lines.some((line) => line.includes('key_unread'))).toBe(true);
});

test.each<[string, Record<string, unknown> | undefined]>([
  ['nothing', undefined],
  ['no merchant', { live: 'true', scopes: 'payments:read' }],
  ['an empty merchant', { merchant_id: '', live: 'true', scopes: 'payments:read' }],
  ['no mode', { merchant_id: 'm1', scopes: 'payments:read' }],
  ['a mode that is neither', { merchant_id: 'm1', live: 'maybe', scopes: 'payments:read' }],
])('caller: the gateway says %s -> a bug, and nobody is served', (_what, authorizer) => {
  expect(() => callerOf({ ...httpEvent('POST /payments'), requestContext: { ...(authorizer && { authorizer }) } })).toThrow();
});

test('caller: a scope that this code does not know -> not held', () => {
  const caller = callerOf({ ...httpEvent('POST /payments'), requestContext: { authorizer: { merchant_id: merchantId('m1'), live: 'true', scopes: 'reports:read payments:read' } } });
  expect(caller.scopes).toEqual(['payments:read']);
});
