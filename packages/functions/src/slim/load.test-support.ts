// Bundles a few lines with or without what is left out, and loads what they export.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

export const adapters: string = resolve(import.meta.dirname, '../../../adapters/src');
export const modules: string = resolve(import.meta.dirname, '../../../../node_modules');
export const services = ['rds', 's3', 'sns'] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-slim-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `name` is that of the file, once in each test file. */
export async function load(name: string, contents: string, plugins: NonNullable<BuildOptions['plugins']>): Promise<Record<string, unknown>> {
  const banner = { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" };
  const file = join(folder, `${name}.mjs`);
  const { outputFiles } = await build({ stdin: { contents, resolveDir: adapters }, bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], write: false, logLevel: 'silent', banner, plugins });
  await writeFile(file, outputFiles[0]?.contents ?? '');
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, unknown>;
}
