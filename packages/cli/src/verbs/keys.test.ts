// What `understudy keys` refuses before it asks anybody.
import { expect, test } from 'vitest';
import { run } from '../run.ts';

/** Nothing listens on port 9 (discard) of this machine: whatever is not refused before ends with exit 3. */
async function ran(...args: readonly string[]): Promise<{ readonly code: number; readonly err: string }> {
  let err = '';
  const code = await run(['keys', ...args, '--url', 'http://127.0.0.1:9'], { out: () => undefined, err: (text) => (err += text), environment: {} });
  return { code, err };
}

test.each<[RegExp, ...string[]]>([
  [/--merchant/, 'create'],
  [/--merchant must be/, 'create', '--merchant', 'a b'],
  [/--merchant must be/, 'list', '--merchant', 'x#y'],
  [/--scope must be/, 'create', '--merchant', 'shop', '--scope', 'payments:write', 'everything'],
  [/--name must be/, 'create', '--merchant', 'shop', '--name', ''],
  [/the key must be/, 'revoke', 'key_1'],
  [/the key must be/, 'rotate', 'us_live_short'],
  [/--overlap must be/, 'rotate', 'key_0123456789abcdef', '--overlap', '-1'],
  [/--overlap must be/, 'rotate', 'key_0123456789abcdef', '--overlap', '721'],
  [/--reason must have/, 'revoke', 'key_0123456789abcdef', '--reason', ''],
])('keys: %s is wrong in %j %j -> exit 2, and says what is allowed', async (sentence, ...args) => {
  const { code, err } = await ran(...args);
  expect(code).toBe(2);
  expect(err).toMatch(sentence);
});

test.each([
  ['create', '--merchant', 'shop', '--live', '--scope', 'admin', '--name', 'till 1'], ['list', '--merchant', 'shop'], ['revoke', 'key_0123456789abcdef'], ['rotate', 'key_0123456789abcdef', '--overlap', '0.5'],
])('keys: %j %j -> goes on to the twin, which does not answer: exit 3', async (...args) => {
  expect((await ran(...args)).code).toBe(3);
});

test('keys: a key in place of its id -> is not repeated in what is said', async () => {
  const { err } = await ran('revoke', `us_live_${'k'.repeat(43)}`, '--reason', 'x'.repeat(201));
  expect(err).not.toContain('kkk');
});
