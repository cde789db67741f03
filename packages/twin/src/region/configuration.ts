/** What the supervisor tells a region's process, and what the process tells back. */
import type { MoveRequest, Region } from '@understudy/core';
import type { CrashOrder, WriteReport } from '../crash-points/crash-point.ts';
import type { Route } from './api-gateway.ts';
import type { FunctionFile } from './function-host.ts';
import type { Timings } from '../timings.ts';

export interface RegionConfiguration {
  readonly region: Region;
  readonly functions: readonly FunctionFile[];
  readonly routes: readonly Route[];
  readonly queueLogFile: string;
  /** How the event source reaches the region's own queue. */
  readonly queueEndpoint: string;
  readonly schedules: Timings['schedules'];
  readonly queue: Timings['queue'];
}

export interface RegionReady {
  readonly event: 'ready';
  readonly api: number;
  readonly sqs: number;
  readonly sns: number;
  readonly states: number;
}

/** From the region's process, after `ready`. */
export type RegionReport =
  | { readonly event: 'queue'; readonly visible: number; readonly inFlight: number; readonly dead: number }
  | { readonly event: 'alert'; readonly message: string }
  | { readonly event: 'move_ended'; readonly name: string; readonly state: string }
  | { readonly event: 'detection'; readonly row: string; readonly because: string }
  | WriteReport;

/** To the region's process. */
export interface StartMove {
  readonly command: 'start_move';
  readonly request: MoveRequest;
}

export type RegionOrder = StartMove | CrashOrder;

export const queueName = 'payments';
export const deadLetterQueueName = 'payments-dead';
export const alertsTopicName = 'alerts';
export const transactionsTopicName = 'transactions';
