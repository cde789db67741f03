// Bundles a few lines with or without what is left out, and loads what they export.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';

export const adapters: string = resolve(import.meta.dirname, '../../../adapters/src');
export const modules: string = resolve(import.meta.dirname, '../../../../node_modules');
export const services = ['rds', 's3', 'sns'] as const;

/** `name` is that of the file in stack traces. */
export async function load(name: string, contents: string, plugins: NonNullable<BuildOptions['plugins']>): Promise<Record<string, unknown>> {
  const banner = { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" };
  const { outputFiles } = await build({ stdin: { contents, resolveDir: adapters }, bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], write: false, logLevel: 'silent', banner, plugins });
  const folder = await mkdtemp(join(tmpdir(), 'understudy-slim-'));
  try {
    const file = join(folder, `${name}.mjs`);
    await writeFile(file, outputFiles[0]?.contents ?? '');
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, unknown>;
  } finally {
    await rm(folder, { recursive: true });
  }
}
