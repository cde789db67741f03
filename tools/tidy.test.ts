// What linters cannot hold, over every file that git tracks. An exemption names its reason and may only shrink: once
// a file keeps the rule, naming it here is an error.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const LINES_MAX = 500;
/** Too small to need a header: its one export says what it is. */
const HEADER_FROM_LINES = 15;

/** Files that are longer than the rest may be, how long they are allowed to be, and why. */
const longFiles: Readonly<Record<string, { readonly linesMax: number; readonly because: string }>> = {
  'docs/performance.md': { linesMax: 700, because: 'it is generated: a row for each figure of each run that is kept' },
  'package-lock.json': { linesMax: Infinity, because: 'npm writes it' },
  'packages/twin/src/switchboard/switchboard.test.ts': { linesMax: 502, because: 'one table of links and faults; to be split when it is next touched' },
};

const tracked = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter((path) => path !== '' && existsSync(path));
const textOf = new Map(tracked.map((path) => [path, readFileSync(path, 'utf8')]));
const read = (path: string): string => textOf.get(path) ?? '';
const lineCount = (text: string): number => text.split('\n').length - 1;

/** `path:line` of every line that matches, in the files given. */
const linesLike = (pattern: RegExp, paths: readonly string[] = tracked): readonly string[] =>
  paths.flatMap((path) => read(path).split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}`] : [])));

const sources = tracked.filter((path) => /^packages\/[^/]+\/src\/.*\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path));
const documents = tracked.filter((path) => path.endsWith('.md'));

const opensWithComment = (text: string): boolean => /^(#!.*\n)?(\/\/ |\/\*\*)/.test(text);
const onlyReexports = (text: string): boolean => text.split('\n').every((line) => /^(export (type )?\{|export \* from|\} from|\/\/|\s+[\w, ]+$|$)/.test(line));
/** What a port promises stands on its interface, where an adapter's author reads it. */
const isDescribedPort = (path: string, text: string): boolean => /^packages\/core\/src\/ports\/[^/]+\.ts$/.test(path) && /^(\/\*\*|export .*\n\s+\/\*\*)/m.test(text);

const lacksHeader = (path: string, text: string): boolean =>
  lineCount(text) >= HEADER_FROM_LINES && !opensWithComment(text) && !onlyReexports(text) && !isDescribedPort(path, text);

test('tidy: git lists the files of the repository', () => {
  expect(tracked).toEqual(expect.arrayContaining(['package.json', 'packages/core/src/index.ts']));
  expect(sources.length).toBeGreaterThan(100);
});

test('tidy: a source file of any length -> opens with what it is for', () => {
  expect(sources.filter((path) => lacksHeader(path, read(path)))).toEqual([]);
});

test('tidy: a source file without a header, planted -> found; an index or a short file -> not', () => {
  const long = `${'const a = 1;\n'.repeat(HEADER_FROM_LINES)}`;
  expect(lacksHeader('packages/core/src/domain/planted.ts', long)).toBe(true);
  expect(lacksHeader('packages/core/src/ports/planted.ts', `import type { A } from './a.ts';\n${long}`)).toBe(true);
  expect(lacksHeader('packages/core/src/domain/planted.ts', `// What it is for.\n${long}`)).toBe(false);
  expect(lacksHeader('packages/core/src/domain/planted.ts', 'const a = 1;\n')).toBe(false);
  expect(lacksHeader('packages/core/src/planted/index.ts', "export { a } from './a.ts';\n".repeat(HEADER_FROM_LINES))).toBe(false);
});

/** What no line may hold. Written so that no pattern meets itself here. */
const forbidden = {
  'a task left for later': { pattern: /\b(?:TO[D]O|FIX[M]E)\b/, planted: ['// TO', 'DO: mend'] },
  'a test that is skipped, or the only one to run': { pattern: /\b(?:test|it|describe)\.(?:only|skip|todo)\b/, planted: ['test.on', 'ly('] },
  'white space at the end': { pattern: /[ \t\r]$/, planted: ['a', ' '] },
  'a path of somebody\'s machine': { pattern: /(?:^|[\s"'`(=:,])\/(?:work|root|home|Users|private|mnt)\/[\w.-]/, planted: ["'/ro", "ot/a'"] },
  'a package registry, or what opens one': { pattern: /\b[r]egistry\.[\w-]+\.[a-z]|"[r]esolved": "(?!packages\/)|\/npm\/-\/|_auth[T]oken/, planted: ['https://regis', 'try.a.org'] },
} as const;

test.each(Object.entries(forbidden))('tidy: %s -> on no line', (_what, { pattern }) => {
  expect(linesLike(pattern)).toEqual([]);
});

test.each(Object.entries(forbidden))('tidy: %s, planted -> found', (_what, { pattern, planted }) => {
  expect(planted.join('')).toMatch(pattern);
});

test('tidy: every file ends in a line feed', () => {
  expect(tracked.filter((path) => read(path) !== '' && !read(path).endsWith('\n'))).toEqual([]);
});

test('tidy: no file is longer than it may be, and no exemption is older than its need', () => {
  const tooLong = tracked.filter((path) => lineCount(read(path)) > (longFiles[path]?.linesMax ?? LINES_MAX));
  expect(tooLong).toEqual([]);
  expect(Object.keys(longFiles).filter((path) => lineCount(read(path)) <= LINES_MAX)).toEqual([]);
});

type Locked = Readonly<Record<string, { readonly dependencies?: object; readonly optionalDependencies?: object }>>;

/** The locked packages that need something the lock file does not hold, beside them or above: `npm ci` then refuses a clean clone. */
const incomplete = (locked: Locked): readonly string[] =>
  Object.entries(locked).filter(([path, { dependencies, optionalDependencies }]) => {
    const parts = path.split('/');
    const places = parts.map((_, i) => `${parts.slice(0, parts.length - i).join('/')}/node_modules/`).concat('node_modules/');
    return Object.keys({ ...dependencies, ...optionalDependencies }).some((name) => !places.some((place) => `${place}${name}` in locked));
  }).map(([path]) => path);

test('tidy: the lock file -> holds whatever a locked package may need, on any platform', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Locked };
  expect(incomplete(packages)).toEqual([]);
});

test('tidy: a part for another platform missing from the lock file, planted -> found', () => {
  const whole = { 'node_modules/a': { optionalDependencies: { 'a-mac': '1' } }, 'node_modules/a-mac': {} };
  expect(incomplete(whole)).toEqual([]);
  expect(incomplete({ 'node_modules/a': whole['node_modules/a'] })).toEqual(['node_modules/a']);
});

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
const headingsOf = (text: string): readonly string[] => [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
/** As the hosts of repositories make anchors: lower case, punctuation gone, spaces as hyphens. */
const anchorOf = (heading: string): string => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-');

test('tidy: there are documents', () => expect(documents).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md'])));

test.each(documents)('tidy: %s -> begins with its one title', (path) => {
  expect(read(path)).toMatch(/^# \S/);
  expect(withoutCode(read(path)).match(/^# /gm)).toHaveLength(1);
});

test.each(documents)('tidy: %s -> every link within the repository leads somewhere', (path) => {
  const links = [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !/^[a-z]+:/.test(link));
  const dead = links.filter((link) => {
    const [target, anchor] = link.split('#');
    const file = target ? join(dirname(path), target) : path;
    if (!existsSync(file)) return true;
    return anchor !== undefined && !headingsOf(readFileSync(file, 'utf8')).map(anchorOf).includes(anchor);
  });
  expect(dead).toEqual([]);
});
