// Handlers over two regions in memory: one merchant with a key, the ports of each function, and every line that is
// logged. All state hangs on the bench; two benches never meet.
import { createWorld } from '@understudy/adapters/in-memory';
import type { World, WorldOptions } from '@understudy/adapters/in-memory';
import { announceThrough, defaultPaymentPolicy, merchantId, paymentScopes, rememberActiveRegion, tellThrough } from '@understudy/core';
import type { ApiKey, Metrics, MovePorts, ProcessPorts, Region } from '@understudy/core';
import { callerContext } from '../caller.ts';
import type { HttpEvent, HttpResult } from '../http-event.ts';
import type { Runtime } from '../invocation.ts';
import { createLog } from '../log.ts';

export const testKey: string = `us_test_${'k1'.repeat(12)}`;
export const otherKey: string = `us_test_${'k2'.repeat(12)}`;
/** Of the same merchant as `testKey`. */
export const liveKey: string = `us_live_${'k3'.repeat(12)}`;
export const readKey: string = `us_test_${'k4'.repeat(12)}`;

const knownKeys: Readonly<Record<string, ApiKey>> = {
  [testKey]: { merchantId: merchantId('m1'), live: false, scopes: paymentScopes },
  [otherKey]: { merchantId: merchantId('m2'), live: false, scopes: paymentScopes },
  [liveKey]: { merchantId: merchantId('m1'), live: true, scopes: paymentScopes },
  [readKey]: { merchantId: merchantId('m1'), live: false, scopes: ['payments:read'] },
};

type AllPorts = ProcessPorts & MovePorts & Runtime & { readonly keys: World['keys'] } & Pick<World['regions'][Region], 'votes' | 'probe' | 'canary' | 'sessions' | 'customers'>;

export interface Bench {
  readonly world: World;
  readonly lines: string[];
  readonly flushed: { count: number };
  ports(region?: Region): AllPorts;
}

export async function createBench(options: Partial<WorldOptions> = {}): Promise<Bench> {
  const world = await createWorld({ seed: 1, ...options });
  for (const [text, key] of Object.entries(knownKeys)) await world.keys.add(world.digest(text), key);
  const lines: string[] = [];
  const flushed = { count: 0 };
  const flushable = (metrics: Metrics): Metrics & { flush(): void } => ({
    count: (name, value) => metrics.count(name, value),
    gauge: (name, value, unit) => metrics.gauge(name, value, unit),
    flush: () => {
      flushed.count += 1;
    },
  });
  return {
    world,
    lines,
    flushed,
    ports(region = 'us-east-1') {
      const own = world.regions[region];
      const log = createLog({ function: 'test', region, write: (line) => lines.push(line) });
      const { clock, random, digest, control, cluster, moveLog } = world;
      return {
        ...own, region, clock, random, digest, control, cluster, moveLog, log,
        metrics: flushable(own.metrics),
        activeRegion: rememberActiveRegion({ epochs: own.epochs, clock }, 0),
        tell: tellThrough(own.alerts, log),
        announce: announceThrough(own.events, log),
        policy: defaultPaymentPolicy,
      };
    },
  };
}

export interface Asked {
  readonly body?: unknown;
  /** As it stands, instead of `body` as JSON. */
  readonly rawBody?: string | null;
  readonly base64?: boolean;
  /** The whole header; null leaves it out. */
  readonly authorization?: string | null;
  readonly id?: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** An event as API Gateway makes it once its authorizer knows the key; of a key it does not know it makes none.
 * `route` is such as `POST /payments`. */
export function httpEvent(route: string, asked: Asked = {}): HttpEvent {
  const [httpMethod = '', resource = ''] = route.split(' ');
  const authorization = asked.authorization === undefined ? `Bearer ${testKey}` : asked.authorization;
  const key = knownKeys[authorization?.replace('Bearer ', '') ?? ''];
  const rawBody = asked.rawBody === undefined ? (asked.body === undefined ? null : JSON.stringify(asked.body)) : asked.rawBody;
  return {
    httpMethod,
    resource,
    path: resource.replace(/\{\w+\}/, asked.id ?? ''),
    pathParameters: asked.id === undefined ? null : { [/\{(\w+)\}/.exec(resource)?.[1] ?? 'transaction_id']: asked.id },
    headers: { 'Content-Type': 'text/plain', ...(authorization === null ? {} : { Authorization: authorization }) },
    body: rawBody,
    isBase64Encoded: asked.base64 ?? false,
    queryStringParameters: asked.query ?? null,
    requestContext: { requestId: 'request-1', ...(key && { authorizer: callerContext({ ...key, keyId: 'key_1' }) }) },
  };
}

export const bodyOf = (result: HttpResult): Record<string, unknown> => JSON.parse(result.body) as Record<string, unknown>;

export const goodPayment = {
  transaction_id: 't-1',
  customer_id: 'c-1',
  amount: '10.00',
  currency: 'USD',
  payment_method: 'tok_visa',
} as const;
