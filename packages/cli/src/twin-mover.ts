// Asks a running twin for a move through its control API, as the console does.
// Invariant: the order carries its epoch, so the twin refuses one that comes late. It names the run itself.
import { epochOf, regions } from '@understudy/core';
import type { MoveRequest } from '@understudy/core';
import * as v from 'valibot';
import { refused, unreachable } from './exit.ts';

/** It reads the epoch record before it answers. */
const ANSWER_MS = 10_000;

const accepted = v.object({
  to: v.picklist(regions), kind: v.picklist(['failover', 'planned']), runId: v.string(), by: v.string(), reason: v.string(),
  fromEpoch: v.pipe(v.number(), v.safeInteger(), v.transform(epochOf)),
});

/** Gives the request as the twin made it. */
export async function startInTwin(twin: string, { to, kind, fromEpoch, by, reason }: MoveRequest): Promise<MoveRequest> {
  const answer = await post(new URL(kind === 'planned' ? '/twin/failback' : '/twin/failover', twin), { to, fromEpoch, by, reason });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return v.parse(accepted, body);
  const { error } = v.parse(v.object({ error: v.fallback(v.string(), `status ${answer.status}`) }), body ?? {});
  throw answer.status === 409 ? refused(error) : unreachable(`the twin does not start the move: ${error}`);
}

async function post(to: URL, body: object): Promise<Response> {
  try {
    return await fetch(to, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS) });
  } catch {
    throw unreachable(`the twin at ${to.origin} did not answer; whether the move was started is not known, see \`understudy status\``);
  }
}
