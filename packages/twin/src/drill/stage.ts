/** What a scenario has at hand: orders and waits, and the steps that several scripts share. */
import type { Region } from '@understudy/core';
import type { MoveReport, TwinState } from '../state.ts';
import type { RunningTwin } from './running-twin.ts';

export interface Stage {
  readonly twin: RunningTwin;
  /** Says what is being done, with the time. */
  readonly say: (sentence: string) => void;
  readonly seed: number;
  readonly seconds: (count: number) => Promise<void>;
  /** As `seconds`, and never stretched: where the length of a fault is the point. */
  readonly exactly: (count: number) => Promise<void>;
  readonly until: (what: string, condition: (state: TwinState) => boolean, limitS?: number) => Promise<TwinState>;
  /** Starts a load of every kind of client that goes on while the script does; it is part of the verdict. */
  readonly load: () => RunningLoad;
  /** Notes the report of a move; a later one of the same run replaces it. */
  readonly moved: (report: MoveReport) => void;
}

export interface RunningLoad {
  /** Lets it go on for a while, so that what follows the last step is seen too; then nothing new is sent, and all that was is brought to its end. */
  readonly end: () => Promise<void>;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Of an outage that is replayed: where it is described by those who had it. */
  readonly source?: string;
  readonly play: (stage: Stage) => Promise<void>;
}

export const isActive = (region: Region) => (state: TwinState): boolean => state.epoch?.activeRegion === region && state.epoch.phase === 'open';
/** And reported: the report of a move is made a moment after its end. */
const isHealed = (region: Region) => (state: TwinState) => isActive(region)(state) && state.epoch?.healed === true && state.last?.epoch === state.epoch.epoch;
const standbyFollows = (region: Region) => (state: TwinState) => {
  const { up, ledger } = state.regions[region];
  return up && ledger.role === 'standby' && ledger.fence === state.epoch?.epoch && (ledger.lagMs ?? Infinity) < 1_000;
};

/** Some seconds on a machine that has nothing else to do. After a crash of the orchestrator the detector waits for 40 s before it starts another. */
const HEAL_LIMIT_S = 120;

export async function failedOver(stage: Stage, to: Region): Promise<void> {
  await stage.until(`${to} settles`, isActive(to));
  const state = await stage.until(`everything from before is in the ledger of ${to}`, isHealed(to), HEAL_LIMIT_S);
  if (state.last) stage.moved(state.last);
  stage.say(`the move to ${to} is healed`);
}

/** A former primary came back: the report of the move that replaced it now says what it still held. */
export async function reseeded(stage: Stage, region: Region): Promise<void> {
  const state = await stage.until(`${region} follows as a standby`, standbyFollows(region));
  if (state.last) stage.moved(state.last);
}

/** The way back, under load: the standby follows, the planned move, healed. */
export async function failBack(stage: Stage): Promise<void> {
  await reseeded(stage, 'us-east-1');
  stage.say('fail back to us-east-1');
  const load = stage.load();
  await stage.seconds(4);
  await stage.twin.order('/twin/failback');
  await failedOver(stage, 'us-east-1');
  await load.end();
}

/** What was imposed was no lost region: nothing may have moved. */
export async function nothingMoved(stage: Stage): Promise<void> {
  const { epoch } = await stage.twin.state();
  if (epoch?.epoch !== 1) throw new Error(`the epoch is ${epoch?.epoch ?? 'not readable'}: something moved although no region was lost`);
}
