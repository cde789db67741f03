// Every choice of a simulated life, from its seed: the same seed throws the same dice.
import { SeededRandom } from '@understudy/adapters/in-memory';

const BILLION = 1_000_000_000;

export class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number {
    return this.#random.integer(below);
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    return from[this.integer(from.length)] as T;
  }

  chance(probability: number): boolean {
    return this.integer(BILLION) < probability * BILLION;
  }
}
