// What lies between an actor and what a port stands for. A request may be lost, come twice, or come late when its sender
// has given it up; an answer may be lost; a call may take so long that the world has moved on. All of it looks like one
// fault to the caller: it cannot know whether anything was done.
import type { PortName } from '@understudy/core';
import { isPortFault, PortFault } from '@understudy/core';
import { ticks } from '../clock/ticks.ts';
import type { Actor, Scheduler } from '../scheduler/scheduler.ts';

export interface Troubles {
  lossy: boolean;
}

export interface Link {
  readonly port: PortName;
  /** Whether this call gets through, apart from losses; always when absent. */
  readonly reaches?: (parameters: readonly unknown[]) => boolean;
  /** Its requests may come twice or late. */
  readonly repeats?: boolean;
  /** How late at most. */
  readonly lateMaxMs?: number;
}

const REQUEST_LOST = 0.02;
const ANSWER_LOST = 0.03;
const TWICE = 0.01;
const LATE = 0.01;
/** Under the acquirer's time-out, after which a charge is no longer on its way. */
const LATE_MAX_MS = ticks(60);
const FROZEN = 0.01;
const FREEZE_MAX_MS = ticks(1000);

/** Calls that carry a piece of the caller with them: they cannot be sent again by a network. */
const notRepeated = new Set(['withSnapshot']);

export interface Wire extends Link {
  readonly scheduler: Scheduler;
  readonly actor: Actor;
  readonly troubles: Troubles;
}

/** The port as this actor has it. For ports with asynchronous methods only. */
export function linked<T extends object>(target: T, wire: Wire): T {
  return new Proxy(target, {
    get: (_target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      return (...parameters: unknown[]): Promise<unknown> => call(wire, { name, parameters, act: async () => Reflect.apply(member, target, parameters) as unknown });
    },
  });
}

interface Call {
  readonly name: string;
  readonly parameters: readonly unknown[];
  readonly act: () => Promise<unknown>;
}

async function call(wire: Wire, { name, parameters, act }: Call): Promise<unknown> {
  const { scheduler, actor, troubles, port, reaches } = wire;
  const { dice } = scheduler;
  const happens = (probability: number): boolean => troubles.lossy && dice.chance(probability);
  const note = (what: string): void => scheduler.note(`${actor.region} ${actor.name}: ${port}.${name} ${what}`);
  const fail = (what: string): never => {
    note(what);
    throw drawnFault(port, what);
  };
  const repeats = wire.repeats === true && !notRepeated.has(name);
  await scheduler.pause(actor, happens(FROZEN) ? dice.integer(FREEZE_MAX_MS) : 0);
  if (reaches && !reaches(parameters)) fail('cannot be reached');
  if (happens(REQUEST_LOST)) fail('request lost');
  if (repeats && happens(LATE)) {
    scheduler.later(dice.integer(wire.lateMaxMs ?? LATE_MAX_MS), act);
    fail('timed out, and comes late');
  }
  if (repeats && happens(TWICE)) {
    await act().catch(ignoreFault);
    note('comes twice');
    await scheduler.pause(actor);
  }
  const answer = await act().catch((error: unknown) => {
    note('fails');
    throw error;
  });
  note(`answers${codeOf(answer)}`);
  await scheduler.pause(actor);
  if (happens(ANSWER_LOST)) fail('answer lost');
  return answer;
}

/** Drawn by the dice: where it was thrown says nothing, and finding that out would cost more than the call. */
function drawnFault(port: PortName, message: string): PortFault {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const fault = new PortFault({ port, retryable: true, message });
  Error.stackTraceLimit = stackTraceLimit;
  return fault;
}

function ignoreFault(error: unknown): void {
  if (!isPortFault(error)) throw error;
}

const codeOf = (answer: unknown): string =>
  typeof answer === 'object' && answer !== null && 'code' in answer && typeof answer.code === 'string' ? ` ${answer.code}` : '';
