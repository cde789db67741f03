// What an operator does about dead letters: look, bring back, throw away. A hint is only a reason to look at a payment,
// so bringing any of them back is safe at any time, however old: whoever settles looks before it charges (S-80, S-90).
// Invariant: what is not acted upon is put back; throwing away is recorded, with its reason, before it is done.
import type { Clock } from '../ports/clock.ts';
import type { DeadLetter, DeadLetters } from '../ports/dead-letters.ts';
import type { OperationLog } from '../ports/operation-log.ts';
import { inParallel } from './in-parallel.ts';
import { repeat } from './repeat.ts';

/** More than this is one cause, to be found before anything is brought back. */
export const LETTERS_MAX = 10_000;
const PARALLEL_MAX = 8;

export interface Act {
  readonly by: string;
  readonly reason?: string;
}

export interface LetterPorts {
  readonly letters: DeadLetters;
  readonly operations: OperationLog;
  readonly clock: Clock;
}

export const letterName = ({ queue, region }: DeadLetters, { id }: Pick<DeadLetter, 'id'>): string => `letter:${region}:${queue}:${id}`;

/** Looks at all letters and puts them back. */
export async function listLetters(letters: DeadLetters, limit: number = LETTERS_MAX): Promise<readonly DeadLetter[]> {
  const held = await letters.hold(limit);
  await inParallel(held, PARALLEL_MAX, (letter) => letters.release(letter));
  return held;
}

/** Brings back those that `wanted` picks. Returns them. */
export function redriveLetters(ports: LetterPorts, wanted: (letter: DeadLetter) => boolean, act: Act): Promise<readonly DeadLetter[]> {
  return actOn(ports, { wanted, act: { what: 'redrive', ...act } }, (letter) => ports.letters.redrive(letter));
}

/** Throws away those that `wanted` picks. Returns them. */
export function discardLetters(ports: LetterPorts, wanted: (letter: DeadLetter) => boolean, act: Required<Act>): Promise<readonly DeadLetter[]> {
  return actOn(ports, { wanted, act: { what: 'discard', ...act } }, (letter) => ports.letters.remove(letter));
}

interface Order {
  readonly wanted: (letter: DeadLetter) => boolean;
  readonly act: { readonly what: 'redrive' | 'discard' } & Act;
}

async function actOn({ letters, operations, clock }: LetterPorts, { wanted, act }: Order, use: (letter: DeadLetter) => Promise<void>): Promise<readonly DeadLetter[]> {
  const held = await letters.hold(LETTERS_MAX);
  const chosen = held.filter(wanted);
  await inParallel(held.filter((letter) => !chosen.includes(letter)), PARALLEL_MAX, (letter) => letters.release(letter));
  // One record for all that one command names: a thousand hints of one cause are one operation.
  const [only] = chosen;
  if (!only) return [];
  const subject = chosen.length === 1 ? letterName(letters, only) : `${chosen.length} letters of ${letters.region}:${letters.queue}`;
  await repeat(clock, () => operations.append({ at: clock.now(), ...act, subject }));
  await inParallel(chosen, PARALLEL_MAX, use);
  return chosen;
}
