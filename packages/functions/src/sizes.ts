// Prints of each function how large its bundle is and how long a fresh process takes to import it:
//   node packages/functions/src/sizes.ts
// A measurement and no test: times depend on the machine and on what else it does.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunctions } from './bundle.ts';
import { functions } from './manifest.ts';

/** Enough for a median; the first also brings the file into memory. */
const RUNS = 7;
const RUN_MS_MAX = 30_000;

/** In milliseconds, without the start of Node itself. */
async function importMs(path: string): Promise<number> {
  const script = `const from = performance.now(); await import(${JSON.stringify(path)}); console.log(performance.now() - from);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env: {}, timeout: RUN_MS_MAX });
  return Number(stdout);
}

async function medianImportMs(path: string): Promise<number> {
  const times: number[] = [];
  // One after the other: two at once would measure each other.
  for (let run = 0; run < RUNS; run += 1) times.push(await importMs(path));
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

const folder = await mkdtemp(join(tmpdir(), 'understudy-sizes-'));
try {
  const bundles = await bundleFunctions(folder);
  console.log(`${'function'.padEnd(14)}${'KB'.padStart(6)}${'import ms'.padStart(12)}`);
  for (const { name } of functions) {
    const { size } = await stat(bundles[name]);
    const median = await medianImportMs(bundles[name]);
    console.log(`${name.padEnd(14)}${(size / 1000).toFixed(0).padStart(6)}${median.toFixed(0).padStart(12)}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
