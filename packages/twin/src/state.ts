// What `GET /twin/state` answers stands in the console's contract, because both sides of it must mean the same.
export type { LedgerRole, MoveReport, MoveState, RegionState, ServiceFault, TwinState } from '@understudy/console/contract';
