// What the console and the twin that serves it say to each other.
export { whyNotMove, whyNotRegion, whyNotWhole } from './actions.ts';
export type { ActionFacts, RegionAction, WholeAction } from './actions.ts';
export { DELAY_MS_MAX } from './links.ts';
export type { LinkEffect, LinkOrder, LinkState } from './links.ts';
export type { Metrics, MetricsSample, RegionSample } from './metrics.ts';
export { services } from './state.ts';
export type {
  Decision, LedgerRole, LostTail, MoveReport, MoveState, MoveStepTaken, QueueCounts, RegionState, Service, ServiceFault, TwinEvent, TwinState,
} from './state.ts';
