// The whole state in one sentence: the worst that is true comes first. Pure.
import { peerOf, primaryRegion, regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { TwinState } from '../../contract/index.ts';
import type { Tone } from '../../ui/index.ts';

export interface Headline {
  readonly tone: Tone;
  readonly sentence: string;
}

/** When nobody answers any more, what was seen last is not what is. */
export const lastSeen = ({ sentence }: Headline): Headline => ({ tone: 'plain', sentence: `The twin does not answer; last seen: ${sentence}` });

export function headlineOf(state: TwinState): Headline {
  const { epoch, failover, outage } = state;
  if (!epoch) return { tone: 'plain', sentence: 'Nobody knows yet which region is active' };
  const { activeRegion } = epoch;
  if (outage && !failover) return { tone: 'bad', sentence: `${outage.region} is lost, and nobody settles: the detectors are making sure` };
  if (epoch.phase === 'moving') return { tone: 'bad', sentence: `The active role moves to ${activeRegion}: payments are accepted, nobody settles` };
  const settles = `${activeRegion} settles under epoch ${epoch.epoch}`;
  if (!epoch.healed) return { tone: 'info', sentence: `${settles} and brings back what the move left behind` };
  const troubles = troublesOf(state, activeRegion);
  return troubles.length === 0 ? { tone: 'good', sentence: `${settles}; all is well` } : { tone: 'note', sentence: `${settles}, but ${troubles.join(', ')}` };
}

/** A DNS primary that is not active says so on purpose, until a failback. */
export const isKeptOutOfDns = ({ epoch, regions: { [primaryRegion]: { up, isolated, healthy } } }: Pick<TwinState, 'epoch' | 'regions'>): boolean =>
  up && !isolated && !healthy && epoch !== null && epoch.activeRegion !== primaryRegion;

const isUnwell = (state: TwinState, region: Region): boolean => {
  const { up, isolated, healthy } = state.regions[region];
  return up && !isolated && !healthy && !(region === primaryRegion && isKeptOutOfDns(state));
};

/** What would make the next loss worse, or waits for a person. */
function troublesOf(state: TwinState, activeRegion: Region): readonly string[] {
  const standby = peerOf(activeRegion);
  const { up, isolated, ledger } = state.regions[standby];
  const broken = regions.filter((region) => Object.keys(state.regions[region].services).length > 0);
  const dead = regions.reduce((sum, region) => sum + state.regions[region].queue.dead, 0);
  return [
    ...(state.regions[activeRegion].isolated ? [`${activeRegion} is cut off`] : []),
    ...(!up ? [`${standby} is down`] : isolated ? [`${standby} is cut off`] : ledger.role !== 'standby' ? [`there is no standby in ${standby}`] : []),
    ...regions.filter((region) => isUnwell(state, region)).map((region) => `DNS takes ${region} for unhealthy`),
    ...(state.witness.up ? [] : ['the witness is down']),
    ...broken.map((region) => `something is broken for ${region}`),
    ...(dead > 0 ? ['there are dead letters'] : []),
    ...((state.setAside?.count ?? 0) > 0 ? ['payments are set aside'] : []),
  ];
}
