import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleFunctions } from './bundle.ts';
import { BUNDLE_BYTES_MAX, IMPORT_MS_MAX, isTooMuch } from './bundle-limits.ts';
import { functions } from './manifest.ts';
import type { FunctionName } from './manifest.ts';

let folder: string;
let bundles: Readonly<Record<FunctionName, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-bundles-'));
  bundles = await bundleFunctions(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Outside of the repository and with nothing in its environment: what it needs, it must have with it. */
const runFresh = async (script: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder, env: {} });
  return stdout;
};

test.concurrent.each(functions)('bundle: $name in a fresh process -> does nothing when imported, and says which variables it needs when called', async ({ name }) => {
  const script = `
    const { handler } = await import(${JSON.stringify(bundles[name])});
    const busy = process.getActiveResourcesInfo().filter((kind) => !['PipeWrap', 'TTYWrap'].includes(kind));
    await handler({}, {}).catch((error) => console.log(busy.length, error.name, error.message));`;
  expect(await runFresh(script)).toMatch(new RegExp(`^0 ConfigFault ${name} cannot start: REGION must be one of us-east-1, .*; JOURNAL_TABLE must be`));
});

test.concurrent.each(functions)('bundle: $name imported -> of Node only what it uses: no fetch', async ({ name }) => {
  const script = `await import(${JSON.stringify(bundles[name])}); console.log(process.moduleLoadList.filter((part) => part.includes('undici')).join());`;
  expect((await runFresh(script)).trim()).toBe('');
});

test.each(functions)('bundle: $name -> one small file with its source map beside it', async ({ name }) => {
  expect(isTooMuch({ bytes: (await stat(bundles[name])).size })).toBe(false);
  expect(await readFile(`${bundles[name]}.map`, 'utf8')).toContain('"version"');
});

test('bundle: its clients whole again, planted -> too large', async () => {
  const entry = join(import.meta.dirname, 'publish/publish.lambda.ts');
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, minify: true, platform: 'node', format: 'esm', target: 'node24', mainFields: ['module', 'main'], external: ['pg-native'], write: false, logLevel: 'silent' });
  expect(isTooMuch({ bytes: outputFiles[0]?.contents.byteLength ?? 0 })).toBe(true);
});

test('bundle: an import that takes a millisecond too long, a byte too many, planted -> both are refused', () => {
  expect(isTooMuch({ bytes: BUNDLE_BYTES_MAX, importMs: IMPORT_MS_MAX })).toBe(false);
  expect(isTooMuch({ bytes: BUNDLE_BYTES_MAX, importMs: IMPORT_MS_MAX + 1 })).toBe(true);
  expect(isTooMuch({ bytes: BUNDLE_BYTES_MAX + 1 })).toBe(true);
});

test('bundle: nothing changed -> nothing is built again; a damaged or missing bundle -> only that one is', async () => {
  const writtenAt = async () => Promise.all(functions.map(async ({ name }) => (await stat(bundles[name])).mtimeMs));
  const before = await writtenAt();
  await bundleFunctions(folder);
  expect(await writtenAt()).toEqual(before);
  const good = await readFile(bundles.accept, 'utf8');
  await writeFile(bundles.accept, good.slice(1));
  await rm(bundles.read);
  await bundleFunctions(folder);
  expect(await readFile(bundles.accept, 'utf8')).toBe(good);
  const rebuilt = (await writtenAt()).flatMap((at, i) => (at === before[i] ? [] : [functions[i]?.name ?? '']));
  expect(rebuilt.toSorted()).toEqual(['accept', 'read']);
});

test('bundle: a source of it changed -> its stamp no longer holds, and it is built again', async () => {
  const stampPath = join(folder, 'health', 'stamp.json');
  const stamp = JSON.parse(await readFile(stampPath, 'utf8')) as { inputs: string[]; fingerprint: string };
  expect(stamp.inputs).toContain('packages/functions/src/health/handler.ts');
  expect(stamp.inputs).toContain('packages/core/src/application/check-health.ts');
  expect(stamp.inputs.some((input) => input.includes('node_modules/aws4'))).toBe(true);
  const { mtimeMs } = await stat(bundles.health);
  // As if that file had had other content: it stands under another path in the stamp.
  await writeFile(stampPath, JSON.stringify({ ...stamp, inputs: stamp.inputs.map((input) => (input.endsWith('health/handler.ts') ? 'gone.ts' : input)) }));
  await bundleFunctions(folder);
  expect((await stat(bundles.health)).mtimeMs).not.toBe(mtimeMs);
  expect(JSON.parse(await readFile(stampPath, 'utf8'))).toEqual(stamp);
});
