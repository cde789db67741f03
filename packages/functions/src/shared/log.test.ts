import { expect, test } from 'vitest';
import { createLog } from './log.ts';
import type { InvocationLog } from './log.ts';

const card = '4111111111111111';
const key = `us_live_${'a'.repeat(24)}`;

function record(): { readonly log: InvocationLog; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLog({ function: 'accept', region: 'us-east-1', write: (line) => lines.push(line) }) };
}

test.each<[string, Record<string, unknown>]>([
  ['a card number', { note: card }],
  ['a grouped card number in a sentence', { note: 'paid with 4111 1111 1111 1111 today' }],
  ['a card number as number', { note: Number(card) }],
  ['a card number as bigint', { note: BigInt(card) }],
  ['a card number deep inside', { a: { b: [{ c: `x ${card}` }] } }],
  ['a card number as the name of a field', { [card]: 1 }],
  ['a card number in an error', { cause: new Error(`no ${card}`) }],
  ['a key', { header: `Bearer ${key}` }],
  ['a key deep inside', { event: { headers: { authorization: key } } }],
])('log: %s -> the line is written without it', (_what, fields) => {
  const { log, lines } = record();
  log.warn('something', fields);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('[redacted]');
  for (const secret of [card, '4111 1111', key, 'us_live_a']) expect(lines[0]).not.toContain(secret);
});

test('log: ids, times and amounts -> written as they are', () => {
  const { log, lines } = record();
  log.info('request', { transaction_id: '1767614400123', at_ms: 1_767_614_400_123, count: 3n, none: null, left_out: undefined });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', event: 'request', function: 'accept', region: 'us-east-1', transaction_id: '1767614400123', at_ms: 1_767_614_400_123, count: '3', none: null });
});

test('log: a field that cannot be written -> the event is, and nothing is thrown', () => {
  const { log, lines } = record();
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  log.error('strange', { cycle });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', event: 'strange', unwritable: true });
});

test('log: two invocations at once -> each line carries its own request id', async () => {
  const { log, lines } = record();
  const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const run = (id: string, wait: Promise<void>) => log.during({ request_id: id }, async () => {
    await wait;
    log.info('end');
  });
  const runs = [run('r1', both[0].promise), run('r2', both[1].promise)];
  both[1].resolve();
  await runs[1];
  both[0].resolve();
  await runs[0];
  expect(lines.map((line) => (JSON.parse(line) as { request_id: string }).request_id)).toEqual(['r2', 'r1']);
});
