// The work index as somebody who walks it has it: between two pages anybody else may come, the rest of a walk may be
// refused, and whoever walks may die. A page is small, so that a walk through a few payments has several.
import type { WorkIndex } from '@understudy/core';
import { linked } from './link.ts';
import type { Wire } from './link.ts';

/** A walk asks each of 64 shards; every so many of them it may be interrupted. */
const SHARDS_AT_ONCE = 16;
const PAGE = 8;

export function walked(index: WorkIndex, wire: Wire): WorkIndex {
  const remote = linked(index, wire);
  return {
    query: (query) => (query.shard % SHARDS_AT_ONCE === 0 ? remote : index).query(query),
    scan: (page) => remote.scan({ ...page, limit: Math.min(page.limit, PAGE) }),
  };
}
