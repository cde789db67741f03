// The detectors' last votes in memory.
import type { Vantage, Vote, Votes } from '@understudy/core';

export class InMemoryVotes implements Votes {
  readonly #votes = new Map<Vantage, Vote>();

  async cast(vote: Vote): Promise<void> {
    this.#votes.set(vote.vantage, vote);
  }

  async list(): Promise<readonly Vote[]> {
    return [...this.#votes.values()];
  }
}
