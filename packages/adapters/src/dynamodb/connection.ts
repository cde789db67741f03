/**
 * The two endpoints through which one region reaches the strongly consistent table: its own, and the other region's.
 * Invariant: a call makes at most one attempt at each endpoint, each bounded; it is made at the other one only when
 * the first did not work, so every write that goes through here must be conditional or idempotent. A refused
 * condition is an answer and is thrown as it is. Repeating a busy table is the application's decision.
 */
import type { Clock, PortFault, PortName } from '@understudy/core';
import type { AwsCredentials, CallLimits } from '../system/aws-client.ts';
import { Breaker } from '../system/breaker.ts';
import { JsonService } from '../system/json-service.ts';
import { classify, faultOf } from './faults.ts';
import type { TableService } from './table-service.ts';

export type Side = 'near' | 'far';

/** One attempt at one endpoint. */
export interface Attempt {
  readonly side: Side;
  readonly service: TableService;
}

export interface ConnectionOptions {
  /** The region this process runs in, and where that region's endpoint is when not at its AWS address. */
  readonly region: string;
  readonly primaryEndpoint?: string;
  readonly peerRegion: string;
  readonly peerEndpoint?: string;
  readonly credentials?: AwsCredentials;
  readonly table: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly limits?: CallLimits;
}

/** How long the near endpoint is spared: a dead one costs little, a healed one is found within seconds. */
const REST_MS = 5000;
/** Two attempts stay well within the 3 s that a caller of the API waits. */
const defaultLimits: CallLimits = { connectMs: 300, totalMs: 1000 };

export interface DynamoConnection {
  readonly table: string;
  /** Makes the call at the endpoint that works. Throws the refused condition as it is, all else as PortFault of `port`. */
  call<T>(port: PortName, make: (attempt: Attempt) => Promise<T>): Promise<T>;
  /** Makes the call at this side only. */
  callAt<T>(where: { readonly port: PortName; readonly side: Side }, make: (attempt: Attempt) => Promise<T>): Promise<T>;
  close(): void;
}

/** Takes an attempt's error: the answers and bugs are thrown on, the rest are faults. */
const asFault = (port: PortName, error: unknown, endpointFailed: boolean): PortFault => {
  const kind = classify(error);
  if (kind === 'answer' || kind === 'bug') throw error;
  return faultOf(port, error, endpointFailed);
};

export function createDynamoConnection(options: ConnectionOptions): DynamoConnection {
  const limits = options.limits ?? defaultLimits;
  const serviceOf = (region: string, endpoint: string | undefined): TableService => new JsonService('dynamodb', { region, endpoint, credentials: options.credentials }, limits);
  const services: Readonly<Record<Side, TableService>> = {
    near: serviceOf(options.region, options.primaryEndpoint),
    far: serviceOf(options.peerRegion, options.peerEndpoint),
  };
  const breaker = new Breaker(options.clock, REST_MS);

  const attemptAt = async <T>(side: Side, make: (attempt: Attempt) => Promise<T>): Promise<T> => {
    try {
      const result = await make({ side, service: services[side] });
      if (side === 'near') breaker.succeeded();
      return result;
    } catch (error) {
      const kind = classify(error);
      if (side === 'near' && kind === 'endpoint') breaker.failed();
      if (side === 'near' && (kind === 'answer' || kind === 'busy' || kind === 'refused')) breaker.succeeded();
      throw error;
    }
  };

  return {
    table: options.table,
    async call(port, make) {
      const [first, second]: readonly [Side, Side] = breaker.mayTry() ? ['near', 'far'] : ['far', 'near'];
      try {
        return await attemptAt(first, make);
      } catch (error) {
        if (classify(error) !== 'endpoint') throw asFault(port, error, false);
      }
      try {
        return await attemptAt(second, make);
      } catch (error) {
        throw asFault(port, error, true);
      }
    },
    async callAt({ port, side }, make) {
      try {
        return await attemptAt(side, make);
      } catch (error) {
        throw asFault(port, error, false);
      }
    },
    close() {
      services.near.close();
      services.far.close();
    },
  };
}
