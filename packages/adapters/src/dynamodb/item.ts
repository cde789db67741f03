/**
 * Between items of the table and values: exact, attribute by attribute.
 * Invariant: a number never passes through a float that cannot hold it; an item of a later version than this code
 * knows, or a malformed one, is a fault not worth repeating, never a guess. Unknown attributes are left alone.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { epochMs, epochOf, PortFault } from '@understudy/core';
import type { Epoch, EpochMs, PortName } from '@understudy/core';

export type Item = Readonly<Record<string, AttributeValue>>;

/** The version of every item that this code writes. A later one is not understood here. */
export const ITEM_VERSION = 1;

export const text = (value: string): AttributeValue => ({ S: value });
export const whole = (value: number | bigint): AttributeValue => ({ N: BigInt(value).toString() });
export const texts = (values: readonly string[]): AttributeValue => ({ SS: [...values] });
export const truth = (value: boolean): AttributeValue => ({ BOOL: value });

/** Leaves out what is undefined. */
export const itemOf = (attributes: Readonly<Record<string, AttributeValue | undefined>>): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(attributes).filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined));

/** Reads one item, or a map within it. */
export class ItemReader {
  readonly #item: Item;
  readonly #port: PortName;

  constructor(port: PortName, item: Item) {
    this.#item = item;
    this.#port = port;
  }

  /** Faults unless this code knows the item's version. */
  static known(port: PortName, item: Item): ItemReader {
    const reader = new ItemReader(port, item);
    const version = reader.number('v');
    if (version > ITEM_VERSION) throw reader.#fault(`the item ${reader.text('pk')} is of version ${version}, this code knows ${ITEM_VERSION}`);
    return reader;
  }

  get names(): readonly string[] {
    return Object.keys(this.#item);
  }

  has(name: string): boolean {
    return this.#item[name] !== undefined;
  }

  text(name: string): string {
    return this.#item[name]?.S ?? this.#missing(name);
  }

  truth(name: string): boolean {
    return this.#item[name]?.BOOL ?? this.#missing(name);
  }

  bigint(name: string): bigint {
    const digits = this.#item[name]?.N;
    return digits !== undefined && /^-?\d+$/.test(digits) ? BigInt(digits) : this.#missing(name);
  }

  number(name: string): number {
    const value = Number(this.bigint(name));
    return Number.isSafeInteger(value) ? value : this.#missing(name);
  }

  at(name: string): EpochMs {
    return epochMs(this.number(name));
  }

  epoch(name: string): Epoch {
    return epochOf(this.number(name));
  }

  /** One of the values that a column may have. */
  oneOf<T extends string>(name: string, values: readonly T[]): T {
    return values.find((value) => value === this.text(name)) ?? this.#missing(name);
  }

  map(name: string): ItemReader {
    return new ItemReader(this.#port, this.#item[name]?.M ?? this.#missing(name));
  }

  texts(name: string): readonly string[] {
    return this.#item[name]?.SS ?? this.#missing(name);
  }

  list(name: string): readonly ItemReader[] {
    return (this.#item[name]?.L ?? this.#missing(name)).map((element) => new ItemReader(this.#port, element.M ?? this.#missing(name)));
  }

  #missing(name: string): never {
    throw this.#fault(`an item's ${name} is missing or malformed`);
  }

  #fault(message: string): PortFault {
    return new PortFault({ port: this.#port, retryable: false, message });
  }
}
