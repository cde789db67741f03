// The tree of verbs as data: what help, documentation and completion rely on, and how fast it is there.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { paymentScopes, regions, scopes } from '@understudy/core';
import { expect, test } from 'vitest';
import { nearest } from '../nearest.ts';
import { run } from '../run.ts';
import { allVerbs, wordAbout } from './index.ts';
import { regionNames } from './shared.ts';

async function ran(...args: readonly string[]) {
  let [out, err] = ['', ''];
  const code = await run(args, { out: (text) => (out += text), err: (text) => (err += text), environment: {} });
  return { code, out, err };
}

test.each(allVerbs.map((face) => [face.name, face] as const))('help: %s --help -> says what it does, each option, and an example of this verb', async (name, face) => {
  const { code, out } = await ran(...name.split(' '), '--help');
  expect(code).toBe(0);
  for (const { flags } of face.options ?? []) expect(out).toContain(flags.split(' ')[0]);
  expect(face.examples.length).toBeGreaterThan(0);
  for (const example of face.examples) {
    expect(example.startsWith(name)).toBe(true);
    expect(out).toContain(`Example: understudy ${example}`);
  }
});

test('tree: every verb -> has its work; every first word of two -> is described', async () => {
  for (const face of allVerbs) expect(await face.load(), face.name).toBeTypeOf('function');
  expect(Object.keys(wordAbout).toSorted()).toEqual([...new Set(allVerbs.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? ''] : [])))].toSorted());
});

test('tree: names written out in it -> are those of core, all of them', () => {
  const scope = allVerbs.find(({ name }) => name === 'keys create')?.options?.find(({ flags }) => flags.startsWith('--scope'));
  expect({ regionNames, scopes: scope?.oneOf, byDefault: scope?.byDefault }).toEqual({ regionNames: [...regions], scopes: [...scopes], byDefault: [...paymentScopes] });
});

test('help: asked for -> loads no adapter, no configuration of a deployment and no simulator', () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const code = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => { if (!url.startsWith('node:')) process.stderr.write(url + '\\n'); return next(url, context); } });
process.argv[2] = '--help';
await import(${JSON.stringify(main)});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code, 'x', '--help'], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stderr).toMatch(/cli\/src\/program\.ts/);
  expect(stderr.split('\n').filter((url) => /packages\/(core|api|adapters|infra|simulation)\//.test(url))).toEqual([]);
});

test.each([['statsu', 'status'], ['fialover', 'failover'], ['x', undefined], ['us-east-3', undefined]])('nearest: %s -> %s', (typed, meant) => {
  expect(nearest(typed, ['status', 'failover', 'failback', 'us-east-1', 'us-east-2'])).toBe(meant);
});

/** What bash would offer after these words, the last being typed. */
function offered(script: string, words: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-completion-'));
  try {
    writeFileSync(join(folder, 'script'), script);
    const probe = `source ${join(folder, 'script')}; COMP_WORDS=(understudy ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; COMPREPLY=(); _understudy; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', probe], { encoding: 'utf8' }).split('\n').filter((word) => word !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each<[readonly string[], readonly string[]]>([
  [['fail'], ['failover', 'failback']],
  [['keys', ''], ['create', 'list', 'revoke', 'rotate']],
  [['--json', 'keys', 're'], ['revoke']],
  [['failover', '--to', ''], ['us-east-1', 'us-east-2']],
  [['failover', '--r'], ['--reason']],
  [['completion', 'f'], ['fish']],
  [['keys', 'create', '--scope', 'a'], ['admin']],
  [['pay', '--file', ''], []],
])('completion: bash after %j -> %j', async (words, expected) => {
  expect(offered((await ran('completion', 'bash')).out, words)).toEqual(expected);
});

test('completion: zsh and fish -> name every verb and option', async () => {
  const [zsh, fish] = [(await ran('completion', 'zsh')).out, (await ran('completion', 'fish')).out];
  // zsh takes a bare name after a colon for a modifier, and then completes nothing.
  expect(zsh).not.toMatch(/:COMP_CWORD/);
  for (const face of allVerbs) {
    for (const word of face.name.split(' ')) expect(zsh.includes(word) && fish.includes(`-a ${word} `), word).toBe(true);
    for (const { flags } of face.options ?? []) expect(fish).toContain(`-l ${/--([\w-]+)/.exec(flags)?.[1]} `);
  }
  expect(zsh.startsWith('#compdef understudy\n')).toBe(true);
});

test('up: its options -> are those of npm start', () => {
  const usage = readFileSync(new URL('../../../twin/src/options.ts', import.meta.url), 'utf8');
  const starts = [...usage.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name).filter((name) => name !== 'json' && name !== 'help');
  const up = allVerbs.find(({ name }) => name === 'up');
  expect(new Set(up?.options?.map(({ flags }) => /--([\w-]+)/.exec(flags)?.[1]))).toEqual(new Set(starts));
});
