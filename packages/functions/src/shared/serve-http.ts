// Serves HTTP operations: finds the operation by its route, answers every request, and puts the same headers on all
// answers; and refuses a key that lacks the scope of the operation. Invariant: whatever happens, the answer is one of the contract's; a bug is a 500 and never a false refusal.
// Bodies and paths are not logged.
import { routes } from '@understudy/api';
import type { OperationName } from '@understudy/api';
import { isPortFault, permits } from '@understudy/core';
import { callerOf } from './caller.ts';
import type { HttpEvent, HttpHandler, HttpResult } from './http-event.ts';
import { describe } from './invocation.ts';
import type { Runtime } from './invocation.ts';
import { refusal, unavailable } from './reply.ts';
import type { Reply } from './reply.ts';

export type Operations = Partial<Readonly<Record<OperationName, (event: HttpEvent) => Promise<Reply>>>>;

const operationNames = Object.keys(routes) as OperationName[];

const operationOf = (event: HttpEvent): OperationName | undefined =>
  operationNames.find((name) => routes[name].method === event.httpMethod && routes[name].path === event.resource);

const resultOf = (reply: Reply, requestId: string): HttpResult => ({
  statusCode: reply.status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-request-id': requestId, ...reply.headers },
  body: JSON.stringify(reply.body),
});

async function answer(runtime: Runtime, operations: Operations, event: HttpEvent): Promise<Reply> {
  const name = operationOf(event);
  const operation = name && operations[name];
  if (!operation) return refusal('not_found', 'there is nothing at this address');
  try {
    const { scope } = routes[name];
    if (scope !== null && !permits(callerOf(event).scopes, scope)) return refusal('forbidden', `this key lacks the scope ${scope}`);
    return await operation(event);
  } catch (error) {
    runtime.log.error('request_failed', describe(error));
    return isPortFault(error) ? unavailable() : refusal('internal_error', 'something is wrong on our side and the outcome is unknown; send the same request again');
  }
}

export function serveHttp(runtime: Runtime, operations: Operations): HttpHandler {
  return (event) => {
    const requestId = event.requestContext?.requestId ?? runtime.random.id();
    return runtime.log.during({ request_id: requestId }, async () => {
      const startedAt = performance.now();
      const reply = await answer(runtime, operations, event);
      const { status, code, transactionId } = reply;
      runtime.log.info('request', {
        operation: operationOf(event) ?? 'none', status, code, transaction_id: transactionId, duration_ms: Math.round(performance.now() - startedAt),
      });
      runtime.metrics.flush();
      return resultOf(reply, requestId);
    });
  };
}
