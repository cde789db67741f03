// `npm run check`'s part for the infrastructure: every shape of a deployment, held against all rules; prints what was
// accepted and why. Exits with 1 when a finding is not accepted, or an acceptance meets nothing any more.
// Invariant: a shape whose findings are not known fails the whole.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { configurations } from '../test-support.ts';
import { accepted } from './accepted.ts';
import { acceptanceOf, findingsOf } from './gate.ts';
import type { Finding } from './gate.ts';

/** A shape takes seconds of one processor, and two are what there is anywhere. */
const SIDE_BY_SIDE = 2;

/** In a thread of its own: a synthesis blocks the one that it runs in. */
const findingsApart = (shape: string): Promise<readonly Finding[]> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: shape });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the shape ${shape} ended with ${code} and without an answer`)));
  });

async function checkAll(): Promise<void> {
  const shapes = Object.keys(configurations);
  const waiting = [...shapes];
  const met = new Map(accepted.map((one) => [one, 0]));
  const open: string[] = [];
  const takeOne = async (): Promise<void> => {
    for (let shape = waiting.shift(); shape !== undefined; shape = waiting.shift()) {
      for (const finding of await findingsApart(shape)) {
        const acceptance = acceptanceOf(finding);
        if (acceptance) met.set(acceptance, (met.get(acceptance) ?? 0) + 1);
        else open.push(`${shape}: ${finding.pack} ${finding.rule} at ${finding.path}`);
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, takeOne));
  process.stdout.write(`infrastructure: ${shapes.length} shapes synthesized; accepted findings:\n`);
  for (const [{ rule, because }, times] of met) if (times > 0) process.stdout.write(`  ${String(times).padStart(4)}  ${rule.source}: ${because}\n`);
  const unused = [...met].filter(([, times]) => times === 0).map(([{ rule, where }]) => `accepted but never found: ${rule.source} at ${where.source}`);
  for (const line of [...new Set(open), ...unused]) process.stdout.write(`  NOT ACCEPTED  ${line}\n`);
  process.exitCode = open.length + unused.length === 0 ? 0 : 1;
}

if (isMainThread) await checkAll();
else parentPort?.postMessage(findingsOf(configurations[String(workerData)] ?? {}, { packs: true }));
