// The canary writes in memory: the last of each region.
import type { Canary, EpochMs, Region } from '@understudy/core';

export class InMemoryCanary implements Canary {
  readonly writtenAt: Map<Region, EpochMs> = new Map();

  async write(region: Region, at: EpochMs): Promise<void> {
    this.writtenAt.set(region, at);
  }
}
