// Takes one step of a move. The workflow calls it with its own answer's `request` until the state is no longer `again`;
// nothing else is kept between steps, because the epoch record alone says where the move stands.
import * as v from 'valibot';
import { advanceMove, assert, epochOf, regions } from '@understudy/core';
import type { MovePolicies, MovePorts, MoveProgress, MoveRequest } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';

export type OrchestrateHandler = (event: unknown, context?: InvocationContext) => Promise<MoveProgress>;

export type OrchestrateHandlerPorts = MovePorts & Runtime;

const text = (charactersMax: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(charactersMax));

const requestSchema = v.strictObject({
  to: v.picklist(regions),
  kind: v.picklist(['failover', 'planned']),
  runId: text(100),
  fromEpoch: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  by: text(200),
  reason: text(1000),
});

/** A workflow that was started with anything else is a bug, and must not move anything. */
function parseRequest(event: unknown): MoveRequest {
  const parsed = v.safeParse(requestSchema, event);
  const wrong = parsed.issues?.map((issue) => v.getDotPath(issue) ?? 'the whole').join(', ');
  assert(parsed.success, `the input of a move is a move request; wrong: ${wrong}`);
  return { ...parsed.output, fromEpoch: epochOf(parsed.output.fromEpoch) };
}

export function createOrchestrateHandler(ports: OrchestrateHandlerPorts, policies: MovePolicies): OrchestrateHandler {
  return (event, context) => runInvocation(ports, context, () => advanceMove(ports, policies, parseRequest(event)));
}
