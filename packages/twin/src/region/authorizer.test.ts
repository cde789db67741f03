import { expect, test } from 'vitest';
import { Authorizer } from './authorizer.ts';

const arn = 'arn:aws:execute-api:local:000000000000:twin/prod/GET/payments/a';
const answer = (...resources: readonly string[]) => ({ principalId: 'key_1', policyDocument: { Statement: resources.map((Resource) => ({ Effect: 'Allow', Resource })) } });

function authorizerOf(ask: () => Promise<unknown>) {
  let now = 0;
  let asked = 0;
  const authorizer = new Authorizer({ ask: () => { asked += 1; return ask(); }, onFault: () => undefined, now: () => now });
  return { judge: (header = 'k') => authorizer.judge(header, arn, () => ({})), remembers: () => authorizer.remembers('k'), asked: () => asked, pass: (ms: number) => { now += ms; } };
}

test('authorizer: an answer -> used for 5 s, for this header alone, then asked for again', async () => {
  const { judge, asked, pass, remembers } = authorizerOf(async () => answer('*'));
  await judge();
  pass(4999);
  await judge();
  expect([asked(), remembers()]).toEqual([1, true]);
  await judge('another');
  pass(1);
  expect(remembers()).toBe(false);
  await judge();
  expect(asked()).toBe(3);
});

test('authorizer: a key that was refused and is made a moment later -> allowed at once, for no refusal is remembered', async () => {
  let isMade = false;
  const { judge } = authorizerOf(async () => {
    if (!isMade) throw new Error('Unauthorized');
    return answer('*');
  });
  expect(await judge()).toBe('UNAUTHORIZED');
  isMade = true;
  expect(await judge()).toMatchObject({ context: { principalId: 'key_1' } });
});

test.each([
  [arn, true], [arn.replace('GET/payments/a', '*'), true], ['arn:*:twin/prod/GET/*', true],
  [arn.replace('GET', 'POST'), false], [arn.slice(0, -1), false], [`${arn}/b`, false], ['', false], [arn.replace(/[.:]/g, '.'), false],
])('authorizer: a policy for %s -> allowed: %s', async (resource, isAllowed) => {
  expect((await authorizerOf(async () => answer(resource)).judge()) !== 'ACCESS_DENIED').toBe(isAllowed);
});
