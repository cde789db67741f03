// One rule of the protocol, left out on purpose: what an actor is given differs from what production gives it, and
// nothing else. The simulator must find each by the promise that the rule keeps.
import { isPortFault } from '@understudy/core';
import type { Planted } from '../stage.ts';

export interface Mutation extends Planted {
  readonly name: string;
  /** What a sentence of a checker must look like to count as found. */
  readonly sign: RegExp;
}

/** The same port, with some methods of its own. */
export const changed = <T extends object>(port: T, methods: Partial<T>): T =>
  new Proxy(port, { get: (target, name) => Reflect.get(methods, name) ?? (Reflect.get(target, name) as unknown) });

/** A bug that takes what the world refuses to say for an answer. */
export async function orElse<T>(act: () => Promise<T>, instead: T): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return instead;
  }
}
