// Many lives, on one core or on several. A life is whole on one thread and knows of no other, so the same seed is the same
// life on any; the outcomes come back in the order of their seeds.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { live } from './life.ts';
import type { Outcome } from './life.ts';

export interface Many {
  readonly runs: number;
  /** Of the first. */
  readonly seed: number;
  readonly workers: number;
}

/** `tell` is called after each life with how many there have been. */
export async function liveMany({ runs, seed, workers }: Many, tell: (done: number) => void): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const keep = (outcome: Outcome): void => {
    outcomes.push(outcome);
    tell(outcomes.length);
  };
  if (workers === 1) for (let n = 0; n < runs; n += 1) keep(await live({ seed: seed + n }));
  else await Promise.all(Array.from({ length: Math.min(workers, runs) }, (_, worker) => liveElsewhere({ first: seed + worker, every: workers, end: seed + runs }, keep)));
  return outcomes.toSorted((a, b) => a.seed - b.seed);
}

/** Each so many seeds, from the first up to the end. */
interface Share {
  readonly first: number;
  readonly every: number;
  readonly end: number;
}

function liveElsewhere(share: Share, keep: (outcome: Outcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { share } });
    worker.on('message', keep);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

async function liveShare({ first, every, end }: Share): Promise<void> {
  for (let seed = first; seed < end; seed += every) parentPort?.postMessage(await live({ seed }));
}

const given = workerData as { readonly share?: Share } | null;
if (!isMainThread && given?.share) void liveShare(given.share);
