/** Runs one scenario on a twin of its own: load of each kind of client, faults, measurement, verdict. */
import { PaymentClient } from '@understudy/api/client';
import type { MoveReport, TwinState } from '../state.ts';
import { aftermathOf } from './aftermath.ts';
import type { Aftermath } from './aftermath.ts';
import { Listener } from './listener.ts';
import { Loads } from './loads.ts';
import type { Loaded } from './loads.ts';
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
  /** Stretches the pauses of the script, during which load goes on, and above 1 the limits of its waits; never a fault whose length is the point. */
  readonly scale: number;
  readonly say: (sentence: string, elapsedMs: number) => void;
}

export interface LoadReport extends Omit<Loaded, 'payments' | 'refunds' | 'failedAt'> {
  readonly sent: number;
  /** Sessions that somebody else was paying. */
  readonly refused: number;
  readonly refundsAsked: number;
  readonly refundsAcked: number;
}

/** What happened, for the page: when somebody was acknowledged by whom, when a call failed, and what the twin looked like. */
export interface Course {
  readonly from: number;
  readonly to: number;
  readonly acks: readonly { readonly at: number; readonly region: string }[];
  readonly failedAt: readonly number[];
  readonly looks: readonly Look[];
  readonly said: readonly { readonly at: number; readonly sentence: string }[];
}

export interface DrillReport extends Aftermath {
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
  readonly memoryMegabytes: Readonly<Record<string, number>>;
  readonly course: Course;
}

/** A scenario that stopped in the middle: it proves nothing, so it counts as failed. */
export interface Unplayed {
  readonly scenario: string;
  readonly because: string;
}

const LOOK_EVERY_MS = 50;
/** Of one wait: some seconds on a machine that has nothing else to do. */
const WAIT_LIMIT_S = 60;
/** What follows the last step of a script, under load. */
const CALM_MS = 4_000;

export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const startedAt = performance.now();
  const said: Course['said'][number][] = [];
  const say = (sentence: string) => {
    said.push({ at: Date.now(), sentence });
    options.say(sentence, performance.now() - startedAt);
  };
  say('start a twin');
  const listener = await Listener.start();
  try {
    const twin = await RunningTwin.start({ webhooks: 'any' });
    const watch = new Watch(twin);
    try {
      say(`ready after ${(twin.startMs / 1000).toFixed(1)} s`);
      return await play({ twin, watch, listener, options, said, say });
    } finally {
      await watch.stop();
      await twin.stop();
    }
  } finally {
    await listener.close();
  }
}

interface Playing {
  readonly twin: RunningTwin;
  readonly watch: Watch;
  readonly listener: Listener;
  readonly options: DrillOptions;
  readonly said: Course['said'];
  readonly say: (sentence: string) => void;
}

interface Played {
  readonly loads: readonly Loaded[];
  readonly moves: readonly MoveReport[];
}

async function play(playing: Playing): Promise<DrillReport> {
  const { twin, watch, listener, options, said, say } = playing;
  const from = Date.now();
  await listen(twin, listener);
  const { loads, moves } = await playScript(playing);
  const history = { payments: loads.flatMap((load) => [...load.payments]), refunds: loads.flatMap((load) => [...load.refunds]) };
  const aftermath = await aftermathOf({ twin, listener, history, say });
  const memoryMegabytes = residentMegabytes(await twin.processes());
  const course = courseOf(loads, { from, looks: watch.looks, said });
  const { scenario, seed, ratePerSecond, scale } = options;
  return {
    scenario: scenario.name, about: scenario.about, ...(scenario.source !== undefined && { source: scenario.source }),
    seed, ratePerSecond, scale, startedAt: from, durationMs: course.to - from, startMs: Math.round(twin.startMs),
    loads: loads.map(loadReport),
    moves: moves.map((move) => ({ ...move, ...figuresOf(move, watch.looks, watch.firstSettledAt), ...acceptGap(move, loads) })),
    ...aftermath, memoryMegabytes, course,
  };
}

async function listen(twin: RunningTwin, listener: Listener): Promise<void> {
  const merchant = new PaymentClient({ endpoints: Object.values(twin.urls.regions), apiKey: twin.urls.apiKey });
  listener.expectSecret((await merchant.addWebhook({ url: listener.url })).secret);
}

const loadReport = ({ payments, refunds, failedAt: _failedAt, ...figures }: Loaded): LoadReport => ({
  ...figures, sent: payments.length, refused: payments.filter(({ refusedStatus }) => refusedStatus !== undefined).length,
  refundsAsked: refunds.length, refundsAcked: refunds.filter(({ ackedAt }) => ackedAt !== undefined).length,
});

async function playScript({ twin, options, say }: Playing): Promise<Played> {
  const { seed, ratePerSecond, scale } = options;
  const loads = new Loads({ twin, seed, ratePerSecond, calmMs: CALM_MS * scale, say });
  const moves = new Map<string, MoveReport>();
  const stage: Stage = {
    twin, say, seed,
    seconds: (count) => pause(count * scale),
    exactly: pause,
    until: (what, condition, limitS = WAIT_LIMIT_S) => untilState(twin, { what, condition, limitS: limitS * Math.max(1, scale) }),
    load: () => loads.start(),
    moved: (report) => void moves.set(report.runId, report),
  };
  try {
    await options.scenario.play(stage);
  } catch (error) {
    loads.abandon();
    throw error;
  }
  return { loads: await loads.results(), moves: [...moves.values()] };
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
