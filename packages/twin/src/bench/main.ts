/**
 * `npm run bench -- throughput`: how many payments a second the twin accepts and settles on this machine.
 * Rates are tried one after the other on one twin; a rate is sustained when its acknowledgements stay quick and the books
 * keep up. Figures hold for this machine only, its load generator included.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check, untilSettled } from '../drill/check.ts';
import { DnsSender } from '../drill/clients.ts';
import { Load } from '../drill/load.ts';
import type { SentPayment } from '../drill/load.ts';
import { residentMegabytes } from '../drill/memory.ts';
import { RunningTwin } from '../drill/running-twin.ts';

const usage = 'Usage: npm run bench -- throughput [--seconds N] [--json FILE]\n';
const RATES = [25, 50, 100, 150, 200, 300];
/** Slower than this at the 50th percentile, clients would notice: the rate is not sustained. */
const ACK_P50_MAX_MS = 250;
/** The books must be complete this long after the last payment was sent. */
const TAIL_MAX_MS = 5_000;

interface Step {
  readonly ratePerSecond: number;
  readonly acked: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly settledTailMs: number;
  readonly sustained: boolean;
}

async function tryRate(twin: RunningTwin, ratePerSecond: number, durationMs: number): Promise<{ readonly step: Step; readonly payments: readonly SentPayment[] }> {
  const load = new Load({ sender: new DnsSender(twin.urls.api, twin.urls.apiKey), ratePerSecond, durationMs, seed: ratePerSecond, prefix: `bench-${ratePerSecond}` });
  const { payments, acked, ackLatencyMs } = await load.run();
  const startedAt = performance.now();
  const missing = await untilSettled(twin, payments);
  const settledTailMs = Math.round(performance.now() - startedAt);
  const sustained = acked === payments.length && missing === 0 && ackLatencyMs.p50 <= ACK_P50_MAX_MS && settledTailMs <= TAIL_MAX_MS;
  return { payments, step: { ratePerSecond, acked, ackP50Ms: ackLatencyMs.p50, ackP99Ms: ackLatencyMs.p99, settledTailMs, sustained } };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { seconds: { type: 'string', default: '10' }, json: { type: 'string' } } });
  const seconds = Number(values.seconds);
  if (positionals.length !== 1 || positionals[0] !== 'throughput') throw new Error(usage);
  if (!(seconds >= 1 && seconds <= 600)) throw new Error('--seconds must be from 1 to 600');
  const twin = await RunningTwin.start();
  try {
    const steps: Step[] = [];
    const sent: SentPayment[] = [];
    process.stdout.write('payments/s   acknowledged   p50 ms   p99 ms   books complete after ms\n');
    for (const rate of RATES) {
      const { step, payments } = await tryRate(twin, rate, seconds * 1000);
      steps.push(step);
      sent.push(...payments);
      process.stdout.write(`${String(rate).padStart(10)}${String(step.acked).padStart(15)}${String(step.ackP50Ms).padStart(9)}${String(step.ackP99Ms).padStart(9)}${String(step.settledTailMs).padStart(26)}   ${step.sustained ? 'sustained' : 'too much'}\n`);
      if (!step.sustained) break;
    }
    const { broken } = await check(twin, sent);
    const best = steps.filter((step) => step.sustained).at(-1)?.ratePerSecond ?? 0;
    const memory = residentMegabytes(await twin.processes());
    process.stdout.write(`\nsustained: ${best} payments/s; ready after ${(twin.startMs / 1000).toFixed(1)} s; memory ${memory['total']} MB; ${broken.length === 0 ? 'every promise kept' : broken.join('; ')}\n`);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ steps, best, memory, startMs: twin.startMs, broken }, undefined, 2)}\n`);
    process.exitCode = broken.length === 0 ? 0 : 1;
  } finally {
    await twin.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
