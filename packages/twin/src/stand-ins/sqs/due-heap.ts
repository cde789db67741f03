/**
 * A binary heap that knows where each item lies, so that any item can be moved or taken out in O(log n).
 * Invariant: every item is in it at most once, and `peek` has the smallest key.
 * This is what keeps a receive fast with 100,000 messages queued; keys may be times or sequence numbers.
 */
export class DueHeap<Item> {
  readonly #items: Item[] = [];
  readonly #keys = new Map<Item, number>();
  readonly #positions = new Map<Item, number>();

  get size(): number {
    return this.#items.length;
  }

  has(item: Item): boolean {
    return this.#keys.has(item);
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  /** The smallest key, or Infinity when empty. */
  peekKey(): number {
    return this.size === 0 ? Infinity : this.#keyAt(0);
  }

  /** Puts an item in, or moves it when it is there already. */
  set(item: Item, key: number): void {
    this.#keys.set(item, key);
    let position = this.#positions.get(item);
    if (position === undefined) {
      position = this.#items.length;
      this.#place(item, position);
    }
    this.#sink(this.#rise(position));
  }

  delete(item: Item): void {
    const position = this.#positions.get(item);
    if (position === undefined) return;
    this.#keys.delete(item);
    this.#positions.delete(item);
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#place(last, position);
    this.#sink(this.#rise(position));
  }

  clear(): void {
    this.#items.length = 0;
    this.#keys.clear();
    this.#positions.clear();
  }

  #keyAt(position: number): number {
    return this.#keys.get(this.#items[position]!)!;
  }

  #place(item: Item, position: number): void {
    this.#items[position] = item;
    this.#positions.set(item, position);
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a]!;
    this.#place(this.#items[b]!, a);
    this.#place(item, b);
  }

  #rise(from: number): number {
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (this.#keyAt(parent) <= this.#keyAt(position)) break;
      this.#swap(parent, position);
      position = parent;
    }
    return position;
  }

  #sink(from: number): void {
    let position = from;
    for (;;) {
      let smallest = position;
      for (const child of [2 * position + 1, 2 * position + 2]) {
        if (child < this.size && this.#keyAt(child) < this.#keyAt(smallest)) smallest = child;
      }
      if (smallest === position) return;
      this.#swap(smallest, position);
      position = smallest;
    }
  }
}
