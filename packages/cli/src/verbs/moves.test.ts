// What the verbs that move the active role refuse before they ask anybody.
import { expect, test } from 'vitest';
import { run } from '../run.ts';

/** Nothing listens on port 9 (discard) of this machine: whatever is not refused before ends with exit 3. */
async function ran(...args: readonly string[]): Promise<{ readonly code: number; readonly err: string }> {
  let err = '';
  const code = await run([...args, '--url', 'http://127.0.0.1:9'], { out: () => undefined, err: (text) => (err += text), environment: {} });
  return { code, err };
}

test.each<[RegExp, ...string[]]>([
  [/--to must be us-east-1 or us-east-2/, 'failover', '--to', 'us-west-2'],
  [/--reason must have/, 'failover', '--reason', ''],
  [/--reason must have/, 'failback', '--reason', 'x'.repeat(201)],
  [/--reason must have/, 'approve', '--reason', ''],
  [/unknown option/, 'failback', '--to', 'us-east-1'],
])('moves: %s is wrong in %j %j %j -> exit 2, and says what is allowed', async (sentence, ...args) => {
  const { code, err } = await ran(...args);
  expect(code).toBe(2);
  expect(err).toMatch(sentence);
});

test.each([['failover'], ['failback'], ['approve']])('moves: %s -> goes on to the twin, which does not answer: exit 3', async (verb) => {
  expect((await ran(verb, '--yes')).code).toBe(3);
});
