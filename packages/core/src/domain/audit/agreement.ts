// Which payments of a partition agree, told by their bytes: nearly all do, and to unpack and judge each would take
// most of an audit's time.
// Invariant: a payment agrees only if the partition holds three entries of it, one of each side, all plain, all with
// the same body. A payment of which anything else is said is judged from all of its entries.
import type { EpochMs } from '../time.ts';
import type { AuditEntry } from './entries.ts';
import { ALL_SIDES, Packed } from './packing.ts';
import type { Amount } from './packing.ts';

export interface Agreed {
  readonly amount: Amount;
  readonly newestAt: EpochMs;
}

/** All entries of one hash. Those of two payments may share one: then they do not agree, and each is judged. */
interface Group {
  readonly first: number;
  /** None once anything differs. */
  sides: number;
  newestAt: EpochMs;
}

export class Agreement {
  readonly #packed: Packed;
  readonly #groups = new Map<number, Group>();

  constructor(bytes: Uint8Array) {
    const packed = new Packed(bytes);
    this.#packed = packed;
    for (let at = 0; at < packed.end; at = packed.after(at)) this.#add(at);
  }

  #add(at: number): void {
    const packed = this.#packed;
    const hash = packed.hash(at);
    const side = packed.plainSide(at);
    const newestAt = packed.newestAt(at);
    const group = this.#groups.get(hash);
    if (!group) {
      this.#groups.set(hash, { first: at, sides: side, newestAt });
    } else if (group.sides > 0) {
      const agrees = side > 0 && (group.sides & side) === 0 && packed.haveSameBody(group.first, at);
      group.sides = agrees ? group.sides | side : 0;
      if (newestAt > group.newestAt) group.newestAt = newestAt;
    }
  }

  *agreed(): Generator<Agreed> {
    for (const { first, sides, newestAt } of this.#groups.values()) if (sides === ALL_SIDES) yield { amount: this.#packed.amount(first), newestAt };
  }

  /** In the order in which they were put aside. */
  *others(): Generator<AuditEntry> {
    const hashes = new Set<number>();
    for (const [hash, { sides }] of this.#groups) if (sides !== ALL_SIDES) hashes.add(hash);
    if (hashes.size === 0) return;
    const packed = this.#packed;
    for (let at = 0; at < packed.end; at = packed.after(at)) if (hashes.has(packed.hash(at))) yield packed.unpack(at);
  }
}
