// What the console and the twin that serves it say to each other.
export { whyNotMove, whyNotRegion, whyNotWhole } from './actions.ts';
export type { ActionFacts, RegionAction, WholeAction } from './actions.ts';
export type {
  AuditFinding, AuditSays, AuditState, ChargeRow, DeadLetterList, DeadLetterRow, DeskAbout, DoneList, Happening, LedgerSays, Mode, NoticeSays, OperationRow, PaymentPage, PaymentRow, PaymentStory, RefundRow, Said, SessionSays, SetAsideRow,
} from './desk.ts';
export { DELAY_MS_MAX } from './links.ts';
export type { LinkEffect, LinkOrder, LinkState } from './links.ts';
export { clientKinds, LOAD_RATE_MAX } from './load.ts';
export type { ClientKind, DrillList, DrillOrder, DrillRun, DrillScenario, LoadOrder, LoadState, LoadTally } from './load.ts';
export type { Metrics, MetricsSample, RegionSample } from './metrics.ts';
export { services } from './state.ts';
export type {
  Decision, LedgerRole, LostTail, MoveReport, MoveState, MoveStepTaken, QueueCounts, RegionState, Service, ServiceFault, TwinEvent, TwinState,
} from './state.ts';
