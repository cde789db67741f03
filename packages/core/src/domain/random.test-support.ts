// Reproducible choices for property tests: the same seed gives the same values. Not for anything but tests.

export interface Dice {
  /** A whole number from 0 to `below` - 1. */
  readonly integer: (below: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly chance: (probability: number) => boolean;
}

/** Mulberry32: 32 bits of state are plenty to choose test cases. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (below: number): number => Math.floor(next() * below);
  return { integer, pick: (from) => from[integer(from.length)] as (typeof from)[number], chance: (probability) => next() < probability };
}
