/** Runs one scenario on a twin of its own: load of each kind of client, faults, measurement, verdict. */
import type { MoveReport, TwinState } from '../state.ts';
import { activeRegion, judge, untilSettled } from './check.ts';
import type { Verdict } from './check.ts';
import { clientKinds, kindsOfClient } from './clients.ts';
import type { ClientKind } from './clients.ts';
import { Load } from './load.ts';
import type { LoadResult, SentPayment } from './load.ts';
import { residentMegabytes } from './memory.ts';
import { RunningTwin } from './running-twin.ts';
import type { Scenario, Stage } from './scenarios.ts';
import { withStory } from './story.ts';
import { figuresOf, Watch } from './watch.ts';
import type { Look, MoveFigures } from './watch.ts';

export interface DrillOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Of all clients together. */
  readonly ratePerSecond: number;
  /** Stretches the loads and the pauses of the script, never a fault whose length is the point. */
  readonly scale: number;
  readonly say: (sentence: string) => void;
}

export type LoadReport = Omit<LoadResult, 'payments' | 'failedAt'> & {
  /** The first of the script is 1; every kind of client sends in each. */
  readonly load: number;
  readonly client: ClientKind;
  readonly sent: number;
};

/** What happened, for the page: when somebody was acknowledged by whom, when a call failed, and what the twin looked like. */
export interface Course {
  readonly from: number;
  readonly to: number;
  readonly acks: readonly { readonly at: number; readonly region: string }[];
  readonly failedAt: readonly number[];
  readonly looks: readonly Look[];
  readonly said: readonly { readonly at: number; readonly sentence: string }[];
}

export interface DrillReport {
  readonly scenario: string;
  readonly about: string;
  readonly source?: string;
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly scale: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly startMs: number;
  readonly loads: readonly LoadReport[];
  readonly moves: readonly (MoveReport & MoveFigures & { readonly acceptGapMs?: number })[];
  readonly settleTailMs: number;
  readonly lost: number;
  readonly chargedTwice: number;
  readonly memoryMegabytes: Readonly<Record<string, number>>;
  readonly verdict: Verdict;
  readonly course: Course;
}

/** A scenario that stopped in the middle: it proves nothing, so it counts as failed. */
export interface Unplayed {
  readonly scenario: string;
  readonly because: string;
}

const LOOK_EVERY_MS = 50;
const WAIT_LIMIT_S = 30;

export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const startedAt = performance.now();
  const said: Course['said'][number][] = [];
  const say = (sentence: string) => {
    said.push({ at: Date.now(), sentence });
    options.say(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${sentence}`);
  };
  say('start a twin');
  const twin = await RunningTwin.start();
  const watch = new Watch(twin);
  try {
    say(`ready after ${(twin.startMs / 1000).toFixed(1)} s`);
    return await play({ twin, watch, options, said, say });
  } finally {
    await watch.stop();
    await twin.stop();
  }
}

interface Playing {
  readonly twin: RunningTwin;
  readonly watch: Watch;
  readonly options: DrillOptions;
  readonly said: Course['said'];
  readonly say: (sentence: string) => void;
}

interface Played {
  readonly loads: readonly Loaded[];
  readonly moves: readonly MoveReport[];
}

type Loaded = LoadResult & Pick<LoadReport, 'load' | 'client'>;

async function play(playing: Playing): Promise<DrillReport> {
  const { twin, watch, options, said, say } = playing;
  const from = Date.now();
  const { loads, moves } = await playScript(playing);
  const payments: SentPayment[] = loads.flatMap((load) => [...load.payments]);
  say('wait until every acknowledged payment is in the books');
  const settleStartedAt = performance.now();
  await untilSettled(twin, payments);
  const settleTailMs = Math.round(performance.now() - settleStartedAt);
  const memoryMegabytes = residentMegabytes(await twin.processes());
  const rows = await twin.ledger(await activeRegion(twin));
  const charges = await twin.charges();
  const inBooks = new Set(rows.map((row) => row.transaction_id));
  const course = courseOf(loads, { from, looks: watch.looks, said });
  const { scenario, seed, ratePerSecond, scale } = options;
  return {
    scenario: scenario.name, about: scenario.about, ...(scenario.source !== undefined && { source: scenario.source }),
    seed, ratePerSecond, scale, startedAt: from, durationMs: course.to - from, startMs: Math.round(twin.startMs),
    loads: loads.map(({ load, client, payments: sent, calls, failedCalls, longestGapMs, ackLatencyMs, acked }) => ({ load, client, sent: sent.length, calls, failedCalls, longestGapMs, ackLatencyMs, acked })),
    moves: moves.map((move) => ({ ...move, ...figuresOf(move, watch.looks, watch.firstSettledAt), ...acceptGap(move, loads) })),
    settleTailMs,
    lost: payments.filter((payment) => payment.ackedAt !== undefined && !inBooks.has(payment.transactionId)).length,
    chargedTwice: charges.filter((charge) => charge.charges - charge.voids > 1).length,
    memoryMegabytes, verdict: judge(payments, rows, charges), course,
  };
}

async function playScript({ twin, options, say }: Playing): Promise<Played> {
  const { seed, ratePerSecond, scale } = options;
  const loads: Loaded[] = [];
  const moves: MoveReport[] = [];
  let begun = 0;
  const loadOf = async (client: ClientKind, durationMs: number, n: number): Promise<Loaded> => {
    const { retry, sender } = kindsOfClient[client];
    const load = new Load({ sender: sender(twin.urls), retry, ratePerSecond: ratePerSecond / clientKinds.length, durationMs, seed: seed + clientKinds.indexOf(client), prefix: `drill-${seed}-${n}-${client}` });
    const result = await load.run();
    say(`load of ${client} over: ${result.acked} of ${result.payments.length} acknowledged, ${result.failedCalls} failed calls, longest gap ${result.longestGapMs} ms`);
    return { ...result, load: n, client };
  };
  const stage: Stage = {
    twin, say, seed,
    seconds: (count) => pause(count * scale),
    exactly: pause,
    until: (what, condition, limitS = WAIT_LIMIT_S) => untilState(twin, { what, condition, limitS }),
    load: async (seconds) => {
      const n = (begun += 1);
      say(`load: ${ratePerSecond} payments/s for ${(seconds * scale).toFixed(0)} s`);
      loads.push(...(await Promise.all(clientKinds.map((client) => loadOf(client, seconds * scale * 1000, n)))));
    },
    moved: (report) => {
      const known = moves.findIndex((move) => move.runId === report.runId);
      if (known >= 0) moves[known] = report;
      else moves.push(report);
    },
  };
  await options.scenario.play(stage);
  return { loads, moves };
}

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function courseOf(loads: readonly Loaded[], { from, looks, said }: Pick<Course, 'from' | 'looks' | 'said'>): Course {
  const acks = loads.flatMap(({ payments }) => payments.flatMap(({ ackedAt, ackedBy }) => (ackedAt === undefined ? [] : [{ at: ackedAt, region: ackedBy ?? '' }])));
  return { from, to: Date.now(), acks, failedAt: loads.flatMap((load) => load.failedAt), looks: [...looks], said: [...said] };
}

/** How long after the loss nobody who sent through DNS was acknowledged. */
function acceptGap(move: MoveReport, loads: readonly Loaded[]): { readonly acceptGapMs?: number } {
  const { lostAt } = move;
  if (lostAt === undefined) return {};
  const throughDns = loads.filter(({ client }) => client !== 'library').flatMap(({ payments }) => payments);
  const next = throughDns.flatMap(({ ackedAt }) => (ackedAt !== undefined && ackedAt > lostAt + LOOK_EVERY_MS ? [ackedAt] : [])).reduce((first, at) => Math.min(first, at), Infinity);
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
