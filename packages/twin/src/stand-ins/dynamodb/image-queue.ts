/**
 * The images that a replica has still to apply, oldest first.
 * Invariant: images of one item come out in the order in which they went in, and no two of them in one slice.
 * Does not: wait; the caller says up to which commit time images may come out.
 */
import type { ItemImage } from './table-store.ts';

/** Applied in one go: enough to keep up under load, few enough not to hold the event loop from the requests. */
const sliceItemsMax = 128;
/** Taken entries are dropped from the front of the array when there are this many. */
const compactAfterEntries = 4096;

interface Entry {
  image: ItemImage;
  readonly committedAtMs: number;
  readonly id: string;
}

export interface ImageQueue {
  push(image: ItemImage, committedAtMs: number): void;
  /** As `push`, but lets the image take the place of a waiting older one of the same item: bounds the queue by the items. */
  pushNewest(image: ItemImage, committedAtMs: number): void;
  /** When the oldest waiting image was committed. */
  oldestCommittedAtMs(): number | undefined;
  /** Removes the oldest images of different items that were committed no later than this. */
  takeSlice(committedUntilMs: number): ItemImage[];
}

export function createImageQueue(): ImageQueue {
  let entries: Entry[] = [];
  let next = 0;
  /** The youngest waiting entry of each item. */
  const youngest = new Map<string, Entry>();

  const push = (image: ItemImage, committedAtMs: number): void => {
    const entry: Entry = { image, committedAtMs, id: idOf(image) };
    youngest.set(entry.id, entry);
    entries.push(entry);
  };

  return {
    push,
    pushNewest(image, committedAtMs) {
      const waiting = youngest.get(idOf(image));
      if (waiting) waiting.image = image;
      else push(image, committedAtMs);
    },
    oldestCommittedAtMs: () => entries[next]?.committedAtMs,
    takeSlice(committedUntilMs) {
      const slice = new Map<string, ItemImage>();
      for (let entry = entries[next]; entry !== undefined && slice.size < sliceItemsMax; entry = entries[next]) {
        if (entry.committedAtMs > committedUntilMs || slice.has(entry.id)) break;
        slice.set(entry.id, entry.image);
        if (youngest.get(entry.id) === entry) youngest.delete(entry.id);
        next += 1;
      }
      if (next >= compactAfterEntries) {
        entries = entries.slice(next);
        next = 0;
      }
      return [...slice.values()];
    },
  };
}

const idOf = ({ tableName, key }: ItemImage): string => `${tableName}/${key}`;
