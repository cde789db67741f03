/** Webhooks: what the surviving books hold was heard, always in one text under one id, and nothing else was heard. */
import type { HeardEvent, Listener } from '../listener.ts';
import { sentences } from './promise.ts';
import type { Books, CheckedPromise } from './promise.ts';

interface Outcome {
  readonly name: string;
  /** The event's type. */
  readonly type: string;
}

const nameOf = (transactionId: string, refundId: string | undefined): string => (refundId === undefined ? transactionId : `${transactionId}~${refundId}`);

const outcomesOf = ({ rows, refunds }: Pick<Books, 'rows' | 'refunds'>): readonly Outcome[] => [
  ...rows.map((row) => ({ name: row.transaction_id, type: `payment.${row.status}` })),
  ...refunds.map((row) => ({ name: nameOf(row.transaction_id, row.refund_id), type: `refund.${row.status}` })),
];

const byName = (heard: Iterable<HeardEvent>): ReadonlyMap<string, readonly HeardEvent[]> => Map.groupBy(heard, (event) => nameOf(event.transactionId, event.refundId));

/** How many outcomes of the books have not been heard yet. */
export function unheard(books: Pick<Books, 'rows' | 'refunds'>, { heard }: Pick<Listener, 'heard'>): number {
  const events = byName(heard.values());
  return outcomesOf(books).filter(({ name }) => !events.has(name)).length;
}

export function checkWebhooks(books: Pick<Books, 'rows' | 'refunds'>, { heard, wrong }: Pick<Listener, 'heard' | 'wrong'>): CheckedPromise {
  const events = byName(heard.values());
  const outcomes = outcomesOf(books);
  const typeOf = new Map(outcomes.map(({ name, type }) => [name, type]));
  const broken = [
    ...outcomes.filter(({ name }) => !events.has(name)).map(({ name, type }) => `${type} of ${name} stands in the books and was never heard`),
    ...[...events].flatMap(([name, told]) => [
      ...told.filter((event) => event.type !== typeOf.get(name)).map((event) => `${event.type} of ${name} was heard, and in the books it is ${typeOf.get(name) ?? 'nothing'}`),
      ...told.filter((event) => event.texts.size > 1).map((event) => `${event.id} of ${name} was heard in ${event.texts.size} texts`),
      ...(told.length > 1 ? [`${name} was heard under ${told.length} ids`] : []),
    ]),
    ...wrong.map((sentence) => `a webhook was refused: ${sentence}`),
  ];
  const times = [...heard.values()].reduce((sum, event) => sum + event.times, 0);
  return {
    promise: 'What the books hold is told, always in one text under one id, and nothing else is',
    seen: `${outcomes.length} outcomes, heard ${times} times`,
    broken: sentences(broken),
  };
}
