// Every requirement that the deployment answers is named by a test, so that none is forgotten quietly.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const wanted = ['A1', 'A6', 'A7', ...Array.from({ length: 11 }, (_, i) => `R${i + 1}`), ...Array.from({ length: 8 }, (_, i) => `F${i + 1}`), ...Array.from({ length: 5 }, (_, i) => `O${i + 1}`), 'D1', 'D2', 'D3', 'D4'];

const named = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => [...text.matchAll(/\btest(?:\.\w+\(.*\))?\('((?:[A-Z]\d{1,2} ?)+):/g)].flatMap((match) => (match[1] ?? '').split(' '))));

const files = readdirSync('packages/infra/src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));

test('D1: every requirement of the deployment -> named by at least one test', () => {
  const found = named(files.map((file) => readFileSync(join('packages/infra/src', file), 'utf8')));
  expect(wanted.filter((id) => !found.has(id))).toEqual([]);
});

test('D1: a requirement that no test names, planted -> found', () => {
  expect(named(["test('R1 R2: a -> b', () => {});", "test.each(list)('F5: %s -> c', () => {});"])).toEqual(new Set(['R1', 'R2', 'F5']));
});

/** Fenced commands of a document, a line each, continued lines joined. */
const commandsOf = (text: string): readonly string[] => [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap((match) => (match[1] ?? '').replaceAll('\\\n', ' ').trim().split('\n'));

test('D2: every command of the guide and of the runbook -> exists', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
  const known = [/^npx cdk (bootstrap|diff|deploy|destroy|publish-assets)\b/, /^aws (stepfunctions start-execution|dynamodb get-item|fis start-experiment|sqs start-message-move-task) /, /^curl /, /^npx understudy /, /^terraform (init|apply)\b/];
  for (const document of ['docs/deploy.md', 'RUNBOOK.md']) {
    for (const command of commandsOf(readFileSync(document, 'utf8'))) {
      const script = /^npm run ([\w:]+)/.exec(command)?.[1];
      expect([command, script === undefined ? known.some((one) => one.test(command)) : script in scripts]).toEqual([command, true]);
    }
  }
});

test('D2: what the documents name of a deployment -> stands in the templates', async () => {
  const { assemblyOf, base, configurations } = await import('./test-support.ts');
  const templates = JSON.stringify([...assemblyOf(base).templates.values(), ...assemblyOf(configurations['production'] ?? {}).templates.values()]);
  for (const document of ['docs/deploy.md', 'RUNBOOK.md']) {
    const names = [...readFileSync(document, 'utf8').matchAll(/understudy-[a-z0-9-]+-SUFFIX/g)].map(([name]) => name.replace('SUFFIX', 'dev'));
    expect(names.filter((name) => !templates.includes(name))).toEqual([]);
  }
});
