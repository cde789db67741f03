// The documents against the code: what is generated is fresh, what is named exists, what is promised can be run.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { core, decisionRecords, documents, moveDiagram, refreshed, regionNames } from './docs.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const prose = ['README.md', 'ARCHITECTURE.md', 'docs/failover.md', ...readdirSync('docs/decisions').map((file) => `docs/decisions/${file}`)];
const between = (text: string, from: string, to: string): string => text.slice(text.indexOf(from), text.indexOf(to));
/** The rows of all Markdown tables in a text, as cells, heads aside. */
const cellsOf = (text: string): readonly (readonly string[])[] =>
  text.split('\n').filter((line, i, all) => line.startsWith('| ') && ![line, all[i + 1] ?? ''].some((near) => near.startsWith('| -'))).map((line) => line.slice(2, -2).split(' | '));

describe('docs: generated regions', () => {
  test.each(documents)('%s -> is what the code says now; if not, run `npm run docs`', (path) => {
    expect(refreshed(read(path))).toBe(read(path));
  });

  test('a table whose text was edited by hand -> seen as stale, and written anew', () => {
    const text = read('docs/failover.md');
    const edited = text.replace('the target is still a standby', 'the target is asleep');
    expect(edited).not.toBe(text);
    expect(refreshed(edited)).toBe(text);
  });

  test('a row that left the document -> seen as stale', () => {
    const text = read('docs/failover.md');
    expect(refreshed(text.replace(/^\| F-240 .*\n/m, ''))).toBe(text);
  });

  test.each([
    ['an unknown name', '<!-- generated:nothing -->\n<!-- end -->', /no generated region nothing/],
    ['a name that every object has', '<!-- generated:constructor -->\n<!-- end -->', /no generated region constructor/],
    ['not ended', '<!-- generated:detect -->\n', /detect is not ended/],
    ['another begins inside', '<!-- generated:detect -->\n<!-- generated:settle -->\n<!-- end -->', /detect is not ended before settle/],
    ['ended twice', '<!-- generated:detect -->\n<!-- end -->\n<!-- end -->', /not opened/],
  ])('%s -> an error, not an omission', (_what, text, error) => {
    expect(() => refreshed(text)).toThrow(error);
  });

  test('every region -> is shown in one document', () => {
    const shown = documents.flatMap((path) => [...read(path).matchAll(/^<!-- generated:(\S+) -->$/gm)].map((match) => match[1]));
    expect(new Set(shown)).toEqual(new Set(regionNames));
    expect(shown).toHaveLength(regionNames.length);
  });

  test('the diagram: every row of the move tables -> on an edge; an action or a table it does not know -> an error', () => {
    const drawn = moveDiagram(core.moveTables);
    for (const { id } of Object.values(core.moveTables).flat()) expect(drawn).toMatch(new RegExp(`: .*\\b${id}\\b`));
    expect(() => moveDiagram({ failover: [{ id: 'F-1', because: 'planted', action: 'leap' }] })).toThrow(/F-1 leap/);
    expect(() => moveDiagram({ elsewhere: [] })).toThrow(/elsewhere/);
  });
});

describe('docs: what they name', () => {
  const rowIds = new Set([...Object.values(core.moveTables).flat(), ...core.detectTable, ...core.settleTable].map((row) => row.id));

  test.each(prose)('%s -> every row id it names is one, and every path exists', (path) => {
    const text = read(path);
    for (const [id] of text.matchAll(/\b[FDS]-\d+\b/g)) expect([...rowIds], `${path} names ${id}`).toContain(id);
    for (const [, named] of text.matchAll(/`((?:packages|tools|docs)\/[^\s`]+)`/g)) expect(existsSync(named ?? ''), `${path} names ${named}`).toBe(true);
  });

  const invariants = cellsOf(between(read('ARCHITECTURE.md'), '<!-- invariants -->', '<!-- invariants end -->'));
  const linksOf = (cell: string | undefined): readonly string[] => [...(cell ?? '').matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? '');

  test('the invariants -> there are some', () => expect(invariants.length).toBeGreaterThan(15));

  test.each(invariants)('invariant: %s -> enforced in files and proved by tests that exist', (_what, enforced, proved) => {
    const [files, proofs] = [linksOf(enforced), linksOf(proved)];
    expect(files.length * proofs.length).toBeGreaterThan(0);
    for (const file of [...files, ...proofs]) expect(existsSync(file), file).toBe(true);
    for (const file of files) expect(file).not.toMatch(/\.(test|contract)\.ts$/);
    for (const proof of proofs) expect(proof).toMatch(/\.(test|contract)\.ts$/);
  });

  test('the glossary -> each word once, in order', () => {
    const words = cellsOf(between(read('ARCHITECTURE.md'), '## Glossary', '## What it deliberately')).map(([word]) => word ?? '');
    expect(words.length).toBeGreaterThan(30);
    expect(words).toEqual([...new Set(words)].toSorted((a, b) => a.localeCompare(b, 'en')));
  });

  test('README: every npm command -> is a script', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const code = [...read('README.md').matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].join('\n');
    const named = [...code.matchAll(/\bnpm (?:run )?(start|test|[a-z]+)\b/g)].map((match) => match[1] ?? '').filter((name) => name !== 'ci');
    expect(named).toEqual(expect.arrayContaining(['start', 'test', 'drill']));
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  test('README: the first command -> is the one line that starts the twin', () => {
    expect(/```sh\n([\s\S]*?)```/.exec(read('README.md'))?.[1]).toBe('npm ci && npm start\n');
  });
});

describe('docs: decisions', () => {
  const records = decisionRecords();

  test('numbers -> from 1, none left out, none twice', () => {
    expect(records.map(({ file }) => Number(file.slice(0, 4)))).toEqual(records.map((_, i) => i + 1));
    expect(records.length).toBeGreaterThanOrEqual(10);
  });

  test('the folder -> holds records and their index, nothing else', () => {
    expect(readdirSync('docs/decisions').toSorted()).toEqual([...records.map(({ file }) => file), 'README.md']);
  });

  test.each(records)('$file -> has its number in its title, a status, a date and its four parts in order', ({ file, title, status }) => {
    const text = read(join('docs/decisions', file));
    expect(file).toMatch(/^\d{4}-[a-z0-9-]+\.md$/);
    expect(title).toMatch(new RegExp(`^${file.slice(0, 4)} \\S`));
    expect(status).toMatch(/^(accepted|proposed|superseded by \[\d{4}\]\(\S+\))$/);
    expect(text).toMatch(/^Date: \d{4}-\d{2}-\d{2}$/m);
    expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual(['Context', 'Decision', 'Consequences', 'Alternatives']);
  });

  test('0007: its table -> names exactly the dependencies that the packages declare', () => {
    type Manifest = Readonly<Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string> | undefined>>;
    const manifests = ['package.json', ...readdirSync('packages').map((name) => join('packages', name, 'package.json'))];
    const declared = manifests.flatMap((path) => {
      const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read(path)) as Manifest;
      return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    });
    const named = cellsOf(read('docs/decisions/0007-dependencies.md')).flatMap(([cell]) => [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
    expect(named.toSorted()).toEqual([...new Set(declared)].filter((name) => !name.startsWith('@understudy/')).toSorted());
  });
});
