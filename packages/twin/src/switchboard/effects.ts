/**
 * What faults do to a link, and how several of them add up.
 *
 * Invariant: the sum does not depend on the order in which faults were imposed, so lifting one leaves exactly the others.
 * It knows no sockets: relay, tunnel and lane carry the result out.
 */

import type { LinkEffect } from '@understudy/console/contract';

export type { LinkEffect };

/** The sum of all effects on one link. `Forward` is from the client to the server. */
export interface CombinedEffect {
  readonly cut: boolean;
  readonly delayMs: number;
  readonly dropForward: boolean;
  readonly dropBack: boolean;
}

export const noEffect: CombinedEffect = { cut: false, delayMs: 0, dropForward: false, dropBack: false };

/** Delays add up, drops unite, and one cut is enough. */
export function combine(effects: readonly LinkEffect[]): CombinedEffect {
  return effects.reduce(add, noEffect);
}

function add(sum: CombinedEffect, effect: LinkEffect): CombinedEffect {
  switch (effect.kind) {
    case 'cut':
      return { ...sum, cut: true };
    case 'delay':
      return { ...sum, delayMs: sum.delayMs + effect.delayMs };
    case 'drop':
      return {
        ...sum,
        dropForward: sum.dropForward || effect.direction !== 'replies',
        dropBack: sum.dropBack || effect.direction !== 'requests',
      };
  }
}
