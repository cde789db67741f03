// Randomness that replays: the same seed gives the same sequence. Not for secrets.
import type { Random } from '@understudy/core';
import { assert } from '@understudy/core';

const TWO_TO_32 = 4_294_967_296;

export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    assert(Number.isSafeInteger(seed), 'a seed is a whole number');
    this.#state = seed >>> 0;
  }

  integer(below: number): number {
    assert(Number.isSafeInteger(below) && below >= 1 && below <= TWO_TO_32, 'a random integer lies below 1 to 2^32');
    return Math.floor((this.#next() / TWO_TO_32) * below);
  }

  id(): string {
    return [0, 0, 0, 0].map(() => this.#next().toString(16).padStart(8, '0')).join('');
  }

  /** SplitMix32: 32 bits, full period, good enough to choose shards and interleavings. */
  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }
}
