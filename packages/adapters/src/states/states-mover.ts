/**
 * Starts the workflow of a move over Step Functions in its own region.
 * Invariant: one run is started at most once a minute, however often it is asked for: an execution's name is the run
 * and the minute. A name cannot be used twice within 90 days, and a move that stopped half-way must be resumable
 * under its own run; two orchestrators of one run are harmless, hundreds would only be in each other's way.
 * It does not follow the workflow.
 */
import type { StartExecutionInput, StartExecutionOutput } from '@aws-sdk/client-sfn';
import type { Clock, Mover, MoveRequest } from '@understudy/core';
import { awsFault, errorName } from '../system/aws-fault.ts';
import type { AwsCredentials } from '../system/aws-client.ts';
import { JsonService } from '../system/json-service.ts';
import type { Operation } from '../system/json-service.ts';
import { sha256Hex } from '../system/sha256-hex.ts';
import { systemClock } from '../system/system-clock.ts';

const limits = { connectMs: 500, totalMs: 3000 };
const MINUTE_MS = 60_000;

/** Of an execution's name: 80 characters of letters, digits, `-` and `_`. */
const NAME_CHARACTERS_MAX = 80;

export interface StatesMoverOptions {
  readonly stateMachineArn: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentials;
  readonly clock?: Pick<Clock, 'now'>;
}

/** A run's name when it fits, else as much of it as does and a digest, so that two runs never share a name. */
export const executionNameOf = (runId: string, at: number): string => {
  const minute = `-${Math.floor(at / MINUTE_MS)}`;
  const room = NAME_CHARACTERS_MAX - minute.length;
  const fitting = /^[A-Za-z0-9_-]+$/.test(runId) && runId.length <= room;
  const digest = sha256Hex(runId).slice(0, 16);
  return (fitting ? runId : `${runId.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, room - digest.length - 1)}-${digest}`) + minute;
};

export function createStatesMover(options: StatesMoverOptions): Mover {
  const clock = options.clock ?? systemClock;
  const service = new JsonService<{ readonly StartExecution: Operation<StartExecutionInput, StartExecutionOutput> }>('states', options, limits);
  return {
    async start(request: MoveRequest) {
      try {
        const answer = await service.call('StartExecution', { stateMachineArn: options.stateMachineArn, name: executionNameOf(request.runId, clock.now()), input: JSON.stringify(request) });
        // The service names what it started; an answer without a name is not its own.
        if (answer.executionArn === undefined) throw new Error('the answer names no execution');
      } catch (error) {
        // Started within this minute already, by another tick or by a call whose answer was lost.
        if (errorName(error) === 'ExecutionAlreadyExists') return;
        throw awsFault('mover', error);
      }
    },
  };
}
