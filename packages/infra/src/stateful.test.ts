import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replaced, statefulOf } from './stateful.ts';
import type { Stateful } from './stateful.ts';
import { assemblyOf, configurations } from './test-support.ts';

const file = new URL('stateful.json', import.meta.url);
const now = statefulOf(assemblyOf(configurations['production'] ?? {}));
// A new resource is noted by whoever adds it: `UNDERSTUDY_NOTE_STATEFUL=1 npx vitest run packages/infra/src/stateful.test.ts`.
if (process.env['UNDERSTUDY_NOTE_STATEFUL'] === '1') writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
const before = JSON.parse(readFileSync(file, 'utf8')) as Stateful;

test('stateful: every resource that holds data -> keeps its place and all that cannot be changed in it', () => {
  expect(replaced(before, now)).toEqual([]);
});

test('stateful: a resource that is not noted yet -> an error, so that it is noted', () => {
  expect(Object.keys(now).filter((place) => !(place in before))).toEqual([]);
});

test.each([
  ['a table of another name', { 'data/Journal': { Type: 'AWS::DynamoDB::GlobalTable', TableName: 'b' } }],
  ['a table that is gone', {}],
])('stateful: %s, planted -> found', (_what, after) => {
  expect(replaced({ 'data/Journal': { Type: 'AWS::DynamoDB::GlobalTable', TableName: 'a' } }, after)).toEqual(['data/Journal']);
});
