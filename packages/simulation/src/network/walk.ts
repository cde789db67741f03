// The work index as somebody who walks it has it: between two pages anybody else may come, the rest of a walk may be
// refused, and whoever walks may die. A page is small, so that a walk through a few payments has several.
import type { WorkIndex } from '@understudy/core';
import { PortFault } from '@understudy/core';
import { ticks } from '../clock/ticks.ts';
import { linked } from './link.ts';
import type { Wire } from './link.ts';

/** A walk by shards asks 64 of them: it is interrupted about four times, and about one in six does not come to its end. */
const INTERRUPTED = 1 / 16;
const REFUSED = 0.003;
/** Whoever wants all of it at once gets less as often as the index likes. */
const GIVES_LESS = 1 / 4;
/** And it may refuse everybody for a while: then all passes of that while find nothing. */
const OUTAGE = 1 / 24;
const OUTAGE_MAX = ticks(300);

const PAGE = 8;

/** Until when an index refuses, for everybody who reads it. */
const outages = new WeakMap<WorkIndex, number>();

export function walked(index: WorkIndex, wire: Wire): WorkIndex {
  const remote = linked(index, wire);
  const { dice } = wire.scheduler;
  const refuse = (message: string): never => {
    throw new PortFault({ port: wire.port, retryable: true, message });
  };
  return {
    query: async (query) => {
      if (wire.troubles.lossy && dice.chance(REFUSED)) refuse('the index refuses a page');
      return (dice.chance(INTERRUPTED) ? remote : index).query(query);
    },
    all: async (limit) => {
      const { nowMs } = wire.scheduler;
      if (wire.troubles.lossy && dice.chance(OUTAGE)) outages.set(index, nowMs + dice.integer(OUTAGE_MAX));
      if (wire.troubles.lossy && nowMs < (outages.get(index) ?? 0)) refuse('the index refuses to be read');
      return dice.chance(GIVES_LESS) ? undefined : remote.all(limit);
    },
    scan: (page) => remote.scan({ ...page, limit: Math.min(page.limit, PAGE) }),
  };
}
