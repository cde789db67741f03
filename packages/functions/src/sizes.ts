// Prints of each function how large its bundle is and how long a fresh process takes to import it:
//   node packages/functions/src/sizes.ts
// Ends with 1 if one is larger or slower than a cold start should bear. Judged by the least processor time: what else the
// machine does makes the time on the clock longer by far, and this hardly.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunctions } from './bundle.ts';
import { BUNDLE_BYTES_MAX, IMPORT_MS_MAX, isTooMuch } from './bundle-limits.ts';
import { functions } from './manifest.ts';

/** Enough for a median; the first also brings the file into memory. */
const RUNS = 9;
const RUN_MS_MAX = 30_000;

/** In milliseconds, without the start of Node itself. */
interface Times {
  readonly clock: number;
  readonly processor: number;
}

async function importTimes(path: string): Promise<Times> {
  const script = `
    const [from, used] = [performance.now(), process.cpuUsage()];
    await import(${JSON.stringify(path)});
    const { user, system } = process.cpuUsage(used);
    console.log(JSON.stringify({ clock: performance.now() - from, processor: (user + system) / 1000 }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env: {}, timeout: RUN_MS_MAX });
  return JSON.parse(stdout) as Times;
}

async function measure(path: string): Promise<{ readonly least: number; readonly median: number; readonly clock: number }> {
  const times: Times[] = [];
  // One after the other: two at once would measure each other.
  for (let run = 0; run < RUNS; run += 1) times.push(await importTimes(path));
  const sorted = (of: (one: Times) => number): readonly number[] => times.map(of).toSorted((a, b) => a - b);
  const [processor, clock] = [sorted((one) => one.processor), sorted((one) => one.clock)];
  const middle = Math.floor(RUNS / 2);
  return { least: processor[0] ?? Number.NaN, median: processor[middle] ?? Number.NaN, clock: clock[middle] ?? Number.NaN };
}

const folder = await mkdtemp(join(tmpdir(), 'understudy-sizes-'));
try {
  const bundles = await bundleFunctions(folder);
  console.log(`${'function'.padEnd(14)}${'KB'.padStart(6)}${'import, least ms'.padStart(18)}${'median'.padStart(8)}${'by the clock'.padStart(14)}`);
  for (const { name } of functions) {
    const { size } = await stat(bundles[name]);
    const { least, median, clock } = await measure(bundles[name]);
    const refused = isTooMuch({ bytes: size, importMs: least });
    console.log(`${name.padEnd(14)}${(size / 1000).toFixed(0).padStart(6)}${least.toFixed(0).padStart(18)}${median.toFixed(0).padStart(8)}${clock.toFixed(0).padStart(14)}${refused ? '  TOO MUCH' : ''}`);
    if (refused) process.exitCode = 1;
  }
  console.log(`of ${RUNS} imports each; at most ${BUNDLE_BYTES_MAX / 1000} KB and ${IMPORT_MS_MAX} ms of a processor`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
