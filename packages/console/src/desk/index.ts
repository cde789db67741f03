export { outcomeOf } from './audit-desk.ts';
export { createDesk } from './desk.ts';
export type { Desk } from './desk.ts';
export type { ApiDoor, AuditOutcome, DeskPorts } from './ports.ts';
