/**
 * Which action is possible in which state, as one table: the console disables by it, the twin refuses by it.
 * Invariant: an action without a reason against it is possible; the reason is a sentence for the person who asks.
 */
import { peerOf, primaryRegion } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { TwinState } from './state.ts';

/** What the table reads of a state. */
export type ActionFacts = Pick<TwinState, 'witness'> & {
  readonly epoch: Pick<NonNullable<TwinState['epoch']>, 'activeRegion' | 'phase'> | null;
  readonly regions: Readonly<Record<Region, { readonly up: boolean; readonly isolated: boolean }>>;
};

type WhyNot = string | undefined;

export type RegionAction = 'kill' | 'restore' | 'isolate' | 'rejoin';
export type WholeAction = 'killWitness' | 'restoreWitness' | 'failover' | 'failback';

const regionTable: Readonly<Record<RegionAction, (facts: ActionFacts, region: Region) => WhyNot>> = {
  kill: ({ regions }, region) => (regions[region].up ? undefined : `${region} is down already`),
  restore: ({ regions }, region) => (regions[region].up ? `${region} is up already` : undefined),
  isolate: ({ regions }, region) => (regions[region].isolated ? `${region} is cut off already` : undefined),
  rejoin: ({ regions }, region) => (regions[region].isolated ? undefined : `${region} is connected already`),
};

const wholeTable: Readonly<Record<WholeAction, (facts: ActionFacts) => WhyNot>> = {
  killWitness: ({ witness }) => (witness.up ? undefined : 'the witness is down already'),
  restoreWitness: ({ witness }) => (witness.up ? 'the witness is up already' : undefined),
  failover: (facts) => underWay(facts) ?? whyNotMove(facts, facts.epoch ? peerOf(facts.epoch.activeRegion) : undefined),
  failback: (facts) => underWay(facts) ?? whyNotMove(facts, primaryRegion),
};

/** Why this cannot be done to `region` now; undefined when it can. */
export const whyNotRegion = (action: RegionAction, facts: ActionFacts, region: Region): WhyNot => regionTable[action](facts, region);

/** Why this cannot be done now; undefined when it can. */
export const whyNotWhole = (action: WholeAction, facts: ActionFacts): WhyNot => wholeTable[action](facts);

/** Not said of a move whose target died: it has stopped half-way, and may be followed by another. */
const underWay = ({ epoch, regions }: ActionFacts): WhyNot =>
  epoch?.phase === 'moving' && regions[epoch.activeRegion].up ? `a move to ${epoch.activeRegion} is under way` : undefined;

/** Why the active role cannot be moved to `to`. To ask twice for one move is no fault: a second orchestrator repeats what the first does. */
export function whyNotMove({ epoch, regions }: ActionFacts, to: Region | undefined): WhyNot {
  if (!epoch || !to) return 'nobody knows yet which region is active';
  if (epoch.activeRegion === to && epoch.phase === 'open') return `${to} is the active region already`;
  return regions[to].up ? undefined : `${to} is down; restore it first`;
}
