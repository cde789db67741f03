// The work index as somebody who walks it has it: between two pages anybody else may come, the rest of a walk may be
// refused, and whoever walks may die. A page is small, so that a walk through a few payments has several.
import type { WorkIndex } from '@understudy/core';
import { PortFault } from '@understudy/core';
import { linked } from './link.ts';
import type { Wire } from './link.ts';

/** A walk asks each of 64 shards: it is interrupted about four times, and about one in six does not come to its end. */
const INTERRUPTED = 1 / 16;
const REFUSED = 0.003;
const PAGE = 8;

export function walked(index: WorkIndex, wire: Wire): WorkIndex {
  const remote = linked(index, wire);
  const { dice } = wire.scheduler;
  return {
    query: async (query) => {
      if (wire.troubles.lossy && dice.chance(REFUSED)) throw new PortFault({ port: wire.port, retryable: true, message: 'the index refuses a page' });
      return (dice.chance(INTERRUPTED) ? remote : index).query(query);
    },
    scan: (page) => remote.scan({ ...page, limit: Math.min(page.limit, PAGE) }),
  };
}
