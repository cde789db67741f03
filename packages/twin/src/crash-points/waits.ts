/** What runs against a twin wait for, each with a limit after which it is a failure that names itself and tells the twin's story. */
import type { Region } from '@understudy/core';
import type { RunningTwin } from '../drill/running-twin.ts';
import { withStory } from '../drill/story.ts';
import type { TwinState } from '../state.ts';

const LOOK_EVERY_MS = 50;
const LIMIT_MS = 60_000;

export async function until(what: string, condition: () => Promise<boolean>, limitMs: number = LIMIT_MS): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

export async function untilState(twin: RunningTwin, what: string, condition: (state: TwinState) => boolean): Promise<TwinState> {
  let state = await twin.state();
  await until(what, async () => {
    state = await twin.state();
    return condition(state);
  }).catch(async (error: unknown) => {
    throw await withStory(twin, error);
  });
  return state;
}

export const isOpenIn = (region: Region) => (state: TwinState): boolean => state.epoch?.activeRegion === region && state.epoch.phase === 'open';
export const isHealedIn = (region: Region) => (state: TwinState): boolean => isOpenIn(region)(state) && state.epoch?.healed === true;

export const followsIn = (region: Region) => (state: TwinState): boolean => {
  const { up, ledger } = state.regions[region];
  return up && ledger.role === 'standby' && ledger.fence === state.epoch?.epoch && (ledger.lagMs ?? Infinity) < 1_000;
};
