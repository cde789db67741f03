/** Runs one scenario on a twin of its own: load, faults, measurement, verdict. */
import type { MoveReport, TwinState } from '../state.ts';
import { check, untilSettled } from './check.ts';
import type { Verdict } from './check.ts';
import { Load } from './load.ts';
import type { LoadResult, SentPayment } from './load.ts';
import { residentMegabytes } from './memory.ts';
import { RunningTwin } from './running-twin.ts';
import type { Scenario, Stage } from './scenarios.ts';
import { withStory } from './story.ts';

export interface DrillOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly say: (sentence: string) => void;
}

export interface DrillReport {
  readonly scenario: string;
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly startMs: number;
  readonly loads: readonly (Omit<LoadResult, 'payments'> & { readonly sent: number })[];
  readonly moves: readonly (MoveReport & { readonly acceptGapMs?: number })[];
  readonly settleTailMs: number;
  readonly memoryMegabytes: Readonly<Record<string, number>>;
  readonly verdict: Verdict;
}

const LOOK_EVERY_MS = 50;
const WAIT_LIMIT_S = 30;

export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const startedAt = performance.now();
  const say = (sentence: string) => options.say(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${sentence}`);
  say('start a twin');
  const twin = await RunningTwin.start();
  try {
    say(`ready after ${(twin.startMs / 1000).toFixed(1)} s`);
    return await play(twin, options, say);
  } finally {
    await twin.stop();
  }
}

async function play(twin: RunningTwin, options: DrillOptions, say: (sentence: string) => void): Promise<DrillReport> {
  const loads: LoadResult[] = [];
  const moves: MoveReport[] = [];
  const stage: Stage = {
    twin,
    say,
    seconds: (count) => new Promise((resolve) => setTimeout(resolve, count * 1000)),
    until: (what, condition, limitS = WAIT_LIMIT_S) => untilState(twin, { what, condition, limitS }),
    load: async (seconds) => {
      const n = loads.length;
      say(`load: ${options.ratePerSecond} payments/s for ${seconds} s`);
      const load = new Load({ url: twin.urls.api, apiKey: twin.urls.apiKey, ratePerSecond: options.ratePerSecond, durationMs: seconds * 1000, seed: options.seed + n, prefix: `drill-${options.seed}-${n}` });
      const result = await load.run();
      say(`load over: ${result.acked} of ${result.payments.length} acknowledged, ${result.failedCalls} failed calls, longest gap ${result.longestGapMs} ms`);
      loads.push(result);
      return result;
    },
    moved: (report) => {
      const known = moves.findIndex((move) => move.runId === report.runId);
      if (known >= 0) moves[known] = report;
      else moves.push(report);
    },
  };
  await options.scenario.play(stage);
  const payments: SentPayment[] = loads.flatMap((load) => [...load.payments]);
  say('wait until every acknowledged payment is in the books');
  const settleStartedAt = performance.now();
  await untilSettled(twin, payments);
  const settleTailMs = Math.round(performance.now() - settleStartedAt);
  const memoryMegabytes = residentMegabytes(await twin.processes());
  const verdict = await check(twin, payments);
  return {
    scenario: options.scenario.name, seed: options.seed, ratePerSecond: options.ratePerSecond, startMs: Math.round(twin.startMs),
    loads: loads.map(({ payments: sent, ...rest }) => ({ ...rest, sent: sent.length })),
    moves: moves.map((move) => ({ ...move, ...acceptGap(move, payments) })),
    settleTailMs, memoryMegabytes, verdict,
  };
}

/** How long after the loss nobody who sent through DNS was acknowledged. */
function acceptGap(move: MoveReport, payments: readonly SentPayment[]): { readonly acceptGapMs?: number } {
  const { lostAt } = move;
  if (lostAt === undefined) return {};
  const next = payments.flatMap((payment) => (payment.ackedAt !== undefined && payment.ackedAt > lostAt + LOOK_EVERY_MS ? [payment.ackedAt] : [])).reduce((first, at) => Math.min(first, at), Infinity);
  return Number.isFinite(next) ? { acceptGapMs: next - lostAt } : {};
}

interface Wait {
  readonly what: string;
  readonly condition: (state: TwinState) => boolean;
  readonly limitS: number;
}

async function untilState(twin: RunningTwin, wait: Wait): Promise<TwinState> {
  const deadline = Date.now() + wait.limitS * 1000;
  for (;;) {
    const state = await twin.state();
    if (wait.condition(state)) return state;
    if (Date.now() > deadline) throw await withStory(twin, new Error(`waited ${wait.limitS} s in vain: ${wait.what}`));
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
