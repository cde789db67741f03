/**
 * The four things that are done to single items: read strongly, put new, change, overwrite.
 * Invariant: every write is conditional; it never touches an item of a version that this code does not know, and it
 * never removes an attribute it was not told about. A refused condition comes back with what stands there, strongly
 * read (some stand-ins of DynamoDB do not return it with the refusal, so it is read if absent).
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PortFault } from '@understudy/core';
import type { PortName } from '@understudy/core';
import type { Attempt, DynamoConnection, Side } from './connection.ts';
import { isRefusedCondition, isWriteConflict } from './faults.ts';
import { ITEM_VERSION, itemOf, ItemReader, text, whole } from './item.ts';
import type { Item } from './item.ts';

export interface Change {
  /** Names are written `#name`, values `:name`. */
  readonly expression: string;
  readonly condition?: string;
  readonly values: Item;
  /** What names that are not attributes themselves stand for. */
  readonly names?: Readonly<Record<`#${string}`, string>>;
}

export interface Changed {
  readonly applied: boolean;
  /** What stands after it: the changed item, or the one that refused the change; undefined when there is none. */
  readonly item: ItemReader | undefined;
}

/** `#name` stands for the attribute `name` everywhere: many plain words are reserved in expressions. */
const namesIn = (...expressions: readonly string[]): Record<string, string> =>
  Object.fromEntries([...expressions.join(' ').matchAll(/#(\w+)/g)].map(([placeholder, name = '']) => [placeholder, name]));

export class Items {
  readonly #connection: DynamoConnection;
  readonly #port: PortName;

  constructor(connection: DynamoConnection, port: PortName) {
    this.#connection = connection;
    this.#port = port;
  }

  /** Strong. Undefined only when there certainly is no such item. */
  async read(pk: string): Promise<ItemReader | undefined> {
    return (await this.readFrom(pk)).item;
  }

  /** Strong, and tells which endpoint answered. */
  async readFrom(pk: string, side?: Side): Promise<{ readonly item: ItemReader | undefined; readonly side: Side }> {
    const command = { TableName: this.#connection.table, Key: { pk: text(pk) }, ConsistentRead: true };
    const make = async ({ service, side: answered }: Attempt) => ({ found: (await service.call('GetItem', command)).Item, side: answered });
    const answer = await (side ? this.#connection.callAt({ port: this.#port, side }, make) : this.#connection.call(this.#port, make));
    return { item: answer.found && ItemReader.known(this.#port, answer.found), side: answer.side };
  }

  /** Puts the item if its key is free. Refused, it gives what stands there. */
  async putNew(pk: string, attributes: Item): Promise<{ readonly standing: ItemReader | undefined }> {
    const item = { ...attributes, pk: text(pk), v: whole(ITEM_VERSION) };
    const put = { TableName: this.#connection.table, Item: item, ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    try {
      await this.#connection.call(this.#port, ({ service }) => service.call('PutItem', put));
      return { standing: undefined };
    } catch (error) {
      const isMet = isWriteConflict(error);
      const standing = isMet ? await this.read(pk) : await this.#refusedBy(pk, error);
      // Whoever it met has not written it yet.
      if (!standing && isMet) throw error;
      // Taken a moment ago and gone now: only a purge does that, and the next attempt will find the key free.
      if (!standing) throw new PortFault({ port: this.#port, retryable: true, message: `${pk} was taken and is gone` });
      return { standing };
    }
  }

  /** Applies the change if its condition holds. Without a condition it creates the item when there is none. */
  async change(pk: string, change: Change): Promise<Changed> {
    const expression = change.expression.replace(/^SET /, 'SET #v = if_not_exists(#v, :v), ');
    const condition = `(attribute_not_exists(#v) OR #v <= :v)${change.condition ? ` AND (${change.condition})` : ''}`;
    const update = {
      TableName: this.#connection.table,
      Key: { pk: text(pk) },
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeNames: { ...namesIn(expression, condition), ...change.names },
      ExpressionAttributeValues: { ...change.values, ':v': whole(ITEM_VERSION) },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    try {
      const { Attributes } = await this.#connection.call(this.#port, ({ service }) => service.call('UpdateItem', update));
      return { applied: true, item: Attributes && ItemReader.known(this.#port, Attributes) };
    } catch (error) {
      return { applied: false, item: await this.#refusedBy(pk, error) };
    }
  }

  /** Sets these attributes, removes those that are undefined, and leaves all others. */
  overwrite(pk: string, attributes: Readonly<Record<string, AttributeValue | undefined>>, expected?: Pick<Change, 'condition' | 'values'>): Promise<Changed> {
    const set = itemOf(attributes);
    const removed = Object.keys(attributes).filter((name) => attributes[name] === undefined);
    const values = Object.fromEntries(Object.entries(set).map(([name, value]) => [`:set_${name}`, value]));
    const expression = `SET ${Object.keys(set).map((name) => `#${name} = :set_${name}`).join(', ')}${removed.length > 0 ? ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : ''}`;
    return this.change(pk, { expression, values: { ...values, ...expected?.values }, ...(expected?.condition && { condition: expected.condition }) });
  }

  async #refusedBy(pk: string, error: unknown): Promise<ItemReader | undefined> {
    if (!isRefusedCondition(error)) throw error;
    const standing = error.answer['Item'] as Item | undefined;
    return standing ? ItemReader.known(this.#port, standing) : this.read(pk);
  }
}
