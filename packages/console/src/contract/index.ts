// What the console and the twin that serves it say to each other.
export type { LedgerRole, LostTail, MoveReport, MoveState, QueueCounts, RegionState, Service, ServiceFault, TwinEvent, TwinState } from './state.ts';
export { services } from './state.ts';
