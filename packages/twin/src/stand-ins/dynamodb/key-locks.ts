/**
 * Serialises the writes of one item, and makes the conflict of multi-region strong consistency.
 * Invariant: at any time the writes in progress on a key all come from one region and run one after the other, in the
 * order in which they came. A request takes all its keys in one tick, so two requests cannot wait for each other.
 * Does not: lock reads.
 */
import { writeConflict } from './refusal.ts';

interface Holder {
  readonly region: string;
  last: Promise<void>;
  writes: number;
}

export interface KeyLocks {
  /** Runs `work` alone on these keys. Rejects with ReplicatedWriteConflictException if another region is writing one. */
  hold<T>(region: string, keys: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function createKeyLocks(): KeyLocks {
  const holders = new Map<string, Holder>();

  const take = (region: string, key: string, released: Promise<void>): Promise<void> | undefined => {
    const holder = holders.get(key);
    if (holder === undefined) {
      holders.set(key, { region, last: released, writes: 1 });
      return undefined;
    }
    const previous = holder.last;
    holder.last = released;
    holder.writes += 1;
    return previous;
  };

  const leave = (key: string): void => {
    const holder = holders.get(key);
    if (holder === undefined) throw new Error('a key is left that nobody holds');
    holder.writes -= 1;
    if (holder.writes === 0) holders.delete(key);
  };

  return {
    async hold(region, keys, work) {
      const distinct = keys.length > 1 ? [...new Set(keys)] : keys;
      if (distinct.some((key) => (holders.get(key)?.region ?? region) !== region)) throw writeConflict();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const before = distinct.map((key) => take(region, key, released));
      try {
        for (const previous of before) if (previous) await previous;
        return await work();
      } finally {
        for (const key of distinct) leave(key);
        release();
      }
    },
  };
}
