// Every requirement that the deployment answers is named by a test, so that none is forgotten quietly.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const wanted = ['A1', 'A6', 'A7', ...Array.from({ length: 11 }, (_, i) => `R${i + 1}`), ...Array.from({ length: 8 }, (_, i) => `F${i + 1}`), ...Array.from({ length: 5 }, (_, i) => `O${i + 1}`), 'D1', 'D2', 'D3', 'D4'];

const named = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => [...text.matchAll(/\btest(?:\.\w+\(.*\))?\('((?:[A-Z]\d{1,2} ?)+):/g)].flatMap((match) => (match[1] ?? '').split(' '))));

const files = readdirSync('packages/infra/src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));

const tests = files.map((file) => readFileSync(join('packages/infra/src', file), 'utf8'));

const forgotten = (texts: readonly string[]): readonly string[] => {
  const found = named(texts);
  return wanted.filter((id) => !found.has(id));
};

test('D1: every requirement of the deployment -> named by at least one test', () => {
  expect(forgotten(tests)).toEqual([]);
});

test('D1: a requirement that no test names, planted -> found', () => {
  expect(named(["test('R1 R2: a -> b', () => {});", "test.each(list)('F5: %s -> c', () => {});"])).toEqual(new Set(['R1', 'R2', 'F5']));
});

test.each(['R7', 'F8'])('D1: every test of %s gone, planted -> it is missed', (id) => {
  expect(forgotten(tests.map((text) => text.replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'X')))).toEqual([id]);
});
