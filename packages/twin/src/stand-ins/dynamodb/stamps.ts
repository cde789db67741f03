/**
 * The stamp that says which of two writes of an item, made in two regions, is the last: the later one, and of two at the
 * same instant the one of the region whose name sorts later. It stands in the item, under names that no reader asks for.
 * Invariant: the stamps that one region gives only grow, so that they also number its writes.
 */
import type { Item } from './dynalite-library.ts';

export interface Stamp {
  /** Epoch milliseconds, or one more than the region's stamp before. */
  readonly at: number;
  readonly region: string;
}

const AT = 'replication:at';
const REGION = 'replication:region';

export const stamped = (item: Item, { at, region }: Stamp): Item => ({ ...item, [AT]: { N: String(at) }, [REGION]: { S: region } });

export function stampOf(item: Item | undefined): Stamp | undefined {
  const at = item?.[AT] as { readonly N: string } | undefined;
  const region = item?.[REGION] as { readonly S: string } | undefined;
  return at && region ? { at: Number(at.N), region: region.S } : undefined;
}

/** Whether `stamp` is of the later write. Nothing is older than anything. */
export const isLater = (stamp: Stamp, other: Stamp | undefined): boolean =>
  other === undefined || stamp.at > other.at || (stamp.at === other.at && stamp.region > other.region);
