// Every planted bug, and the hunt for one.
import { live } from '../life.ts';
import { aroundMutations } from './around.ts';
import { movingMutations } from './moving.ts';
import type { Mutation } from './mutation.ts';
import { refundingMutations } from './refunding.ts';
import { sessionMutations } from './sessions.ts';
import { settlingMutations } from './settling.ts';
import { tellingMutations } from './telling.ts';

export const mutations: readonly Mutation[] = [...settlingMutations, ...movingMutations, ...refundingMutations, ...sessionMutations, ...tellingMutations, ...aroundMutations];

/** Every planted bug is found within so many lives. */
export const RUNS_TO_FIND_MAX = 600;

export interface Found {
  readonly runs: number;
  readonly sentence: string;
}

/** In how many lives, from seed 1, the simulator finds it by its own sign; undefined: in none. */
export async function hunt({ sign, ...planted }: Mutation, runsMax: number = RUNS_TO_FIND_MAX): Promise<Found | undefined> {
  for (let seed = 1; seed <= runsMax; seed += 1) {
    const { safety, liveness } = await live({ seed, ...planted });
    const sentence = [...safety, ...liveness].find((said) => sign.test(said));
    if (sentence !== undefined) return { runs: seed, sentence };
  }
  return undefined;
}
