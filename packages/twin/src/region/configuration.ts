/** What the supervisor tells a region's process, and what the process tells back. */
import type { MoveRequest, Region } from '@understudy/core';
import type { CrashOrder, WriteReport } from '../crash-points/crash-point.ts';
import type { Route } from './api-gateway.ts';
import type { FunctionFile } from './function-host.ts';
import type { Timings } from '../timings.ts';
import type { Traffic } from './traffic-meter.ts';

export interface RegionConfiguration {
  readonly region: Region;
  readonly functions: readonly FunctionFile[];
  readonly routes: readonly Route[];
  readonly queueLogFile: string;
  /** How the event source reaches the region's own queue. */
  readonly queueEndpoint: string;
  /** How its topic reaches the other region's queues. */
  readonly peerQueueEndpoint: string;
  readonly bucketFolder: string;
  /** How what is put into the region's bucket reaches the other region's. */
  readonly bucketReplicationEndpoint: string;
  readonly schedules: Timings['schedules'];
  readonly queue: Timings['queue'];
}

export interface RegionReady {
  readonly event: 'ready';
  readonly api: number;
  readonly sqs: number;
  readonly s3: number;
  readonly sns: number;
  readonly states: number;
}

/** From the region's process, after `ready`. */
export type RegionReport =
  | { readonly event: 'queue'; readonly visible: number; readonly inFlight: number; readonly dead: number }
  /** `heard`: by this region's own subscriber, or as a copy from the other region's topic. */
  | { readonly event: 'alert'; readonly message: string; readonly heard: 'own' | 'copy' }
  | { readonly event: 'move_ended'; readonly name: string; readonly state: string }
  | { readonly event: 'invoked'; readonly call: number; readonly result?: object; readonly error?: string }
  | { readonly event: 'detection'; readonly row: string; readonly action: string; readonly because: string }
  /** Since the last report. */
  | { readonly event: 'traffic'; readonly traffic: Traffic }
  | WriteReport;

/** To the region's process. */
export interface StartMove {
  readonly command: 'start_move';
  readonly request: MoveRequest;
}

/** Calls a function as an operator does, and reports what became of it under the same number. */
export interface Invoke {
  readonly command: 'invoke';
  readonly call: number;
  readonly name: string;
  readonly input: object;
}

export type RegionOrder = StartMove | Invoke | CrashOrder;

export const queueName = 'payments';
export const bucketName = 'documents';
export const deadLetterQueueName = 'payments-dead';
/** Hints that the books hold something to tell, and what was given up. */
export const noticeQueueName = 'notices';
export const deadNoticeQueueName = 'notices-dead';
/** What operators hear: the alerts of both regions. */
export const operatorQueueName = 'operators';
export const alertsTopicName = 'alerts';
export const transactionsTopicName = 'transactions';
