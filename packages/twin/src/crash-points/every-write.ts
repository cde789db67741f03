/**
 * The two long runs: the active region dies at every one of its writes, and an orchestrator dies at every one of its own.
 * Each begins with the first write and ends when fewer are made than the one to die at.
 */
import { peerOf } from '@understudy/core';
import type { MoveKind } from '@understudy/core';
import { activeRegion } from '../drill/check.ts';
import { RunningTwin } from '../drill/running-twin.ts';
import { CrashLoop } from './crash-loop.ts';
import type { Point, PointResult } from './crash-loop.ts';
import { moments } from './crash-point.ts';
import type { Moment, WriteReport } from './crash-point.ts';
import { OrchestratorStage } from './orchestrator-stage.ts';

export interface LongRun {
  readonly name: string;
  readonly about: string;
  readonly run: (say: (sentence: string) => void) => Promise<LongRunReport>;
}

export interface LongRunReport {
  readonly summary: string;
  readonly broken: readonly string[];
}

/** One death, or a round in which none came. */
interface Death {
  readonly when: Moment;
  readonly died: WriteReport | undefined;
  readonly broken: readonly string[];
}

/** Far above what a batch makes. */
const WRITES_MAX = 300;
/** A move's own writes are fewer; what follows is the replay, which settles as any region does, for as long as payments come. */
const MOVE_WRITES_MAX = 16;
/** So many points are helped along with a failover by hand for each that is left to the detectors: those take longer. */
const AIDED_PER_UNAIDED = 7;

/** Plays every moment of every write until a write is not made any more, or something is broken. */
async function atEveryWrite<T extends Death>(play: (write: number, when: Moment) => Promise<T>, writesMax: number = WRITES_MAX): Promise<readonly T[]> {
  const results: T[] = [];
  for (let write = 1; write <= writesMax; write += 1) {
    const round: T[] = [];
    for (const when of moments) {
      round.push(await play(write, when));
      if (round.at(-1)?.broken.length !== 0) return [...results, ...round];
    }
    results.push(...round);
    // Some moment never comes, because an answer may be lost. It is over when not even the write was made.
    if (round.every(({ died }) => died === undefined)) break;
  }
  return results;
}

async function crashAtEveryWrite(say: (sentence: string) => void): Promise<LongRunReport> {
  const twin = await RunningTwin.start();
  try {
    const loop = new CrashLoop(twin);
    await loop.prepare();
    let rounds = 0;
    const play = async (point: Point) => {
      rounds += 1;
      const result = await loop.play({ ...point, unaided: rounds % (AIDED_PER_UNAIDED + 1) === 0 });
      say(lineOf(result));
      return { ...result, when: point.when };
    };
    const results: Death[] = [...(await atEveryWrite((write, when) => play({ write, when })))];
    for (const point of missedPoints(results)) results.push(await play(point));
    return reportOf(results, await loop.judge());
  } finally {
    await twin.stop();
  }
}

/** Writes come in another order each time, so that some kind is missed at some moment: the first of that kind, then. */
function missedPoints(results: readonly Death[]): readonly Point[] {
  const kinds = [...new Set(results.flatMap(({ died }) => (died ? [died.kind] : [])))];
  return kinds.flatMap((kind) => moments.filter((when) => !results.some((death) => death.died?.kind === kind && death.when === when)).map((when) => ({ kind, when, write: 1 })));
}

async function orchestratorAtEveryWrite(say: (sentence: string) => void): Promise<LongRunReport> {
  const twin = await RunningTwin.start({ failover: 'approval' });
  const stage = new OrchestratorStage(twin);
  try {
    const results: Death[] = [];
    for (const kind of ['planned', 'failover'] as const) {
      results.push(...(await atEveryWrite(async (write, when) => {
        const death = await killOrchestrator({ twin, stage, kind }, write, when);
        say(`${kind}: ${death.died ? `died ${when} write ${write}: ${death.died.kind}` : `made fewer than ${write} writes`}${death.broken.map((sentence) => `\n  BROKEN: ${sentence}`).join('')}`);
        return death;
      }, MOVE_WRITES_MAX)));
    }
    return reportOf(results, await stage.judge());
  } finally {
    await stage.stop();
    await twin.stop();
  }
}

interface OnStage {
  readonly twin: RunningTwin;
  readonly stage: OrchestratorStage;
  readonly kind: MoveKind;
}

async function killOrchestrator({ twin, stage, kind }: OnStage, write: number, when: Moment): Promise<Death> {
  const from = await activeRegion(twin);
  const to = peerOf(from);
  let died: WriteReport | undefined;
  await stage.underLoad(async () => {
    if (kind === 'failover') await twin.region(from, 'kill');
    const request = await stage.orchestrators.request(to, kind);
    const killed = await stage.orchestrators.start({ request, dieAt: { write, when } });
    const how = await killed.ended;
    died = how === 'SIGKILL' ? killed.point : undefined;
    if (died) await stage.orchestrators.run(request);
    if (kind === 'failover') await twin.region(from, 'restore');
    await stage.untilFollows(from);
  });
  return { when, died, broken: await stage.judge() };
}

function lineOf({ point, region, died, writes, seconds, broken }: PointResult): string {
  const where = died ? `${region} died ${point.when} write ${point.write}: ${died.kind} ${died.about}` : `${region} made only ${writes} writes`;
  return `${where}  (${seconds.toFixed(1)} s)${broken.map((sentence) => `\n  BROKEN: ${sentence}`).join('')}`;
}

/** How often it died at each kind of write, by moment. */
function reportOf(results: readonly Death[], atTheEnd: readonly string[]): LongRunReport {
  const deaths = results.filter(({ died }) => died);
  const kinds = [...new Set(deaths.map(({ died }) => died?.kind ?? ''))].sort();
  const count = (kind: string, when: Moment) => deaths.filter((death) => death.died?.kind === kind && death.when === when).length;
  const table = kinds.map((kind) => `  ${kind.padEnd(20)}${moments.map((when) => String(count(kind, when)).padStart(10)).join('')}`);
  const broken = [...new Set([...results.flatMap((result) => result.broken), ...atTheEnd])];
  const verdict = broken.length === 0 ? 'every promise kept' : `BROKEN:\n${broken.map((sentence) => `  ${sentence}`).join('\n')}`;
  return { broken, summary: [`${deaths.length} deaths in ${results.length} rounds; ${verdict}`, `  ${''.padEnd(20)}${moments.map((when) => when.padStart(10)).join('')}`, ...table, ''].join('\n') };
}

export const longRuns: readonly LongRun[] = [
  { name: 'crash-at-every-write', about: 'the active region dies before, at and after every one of its writes; some 15 minutes', run: crashAtEveryWrite },
  { name: 'orchestrator-at-every-write', about: 'an orchestrator dies before, at and after every one of its writes, in planned moves and in failovers', run: orchestratorAtEveryWrite },
];
