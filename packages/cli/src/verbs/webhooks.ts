// `understudy webhooks list|redeliver`: what is still to be told, what was given up and what endpoints last answered; and
// telling it again. It works on the active region's ledger, which is the one that is told from.
import { eventId } from '@understudy/core';
import type { DeliveryState, EpochMs, Outbox } from '@understudy/core';
import { sha256Hex, systemClock } from '@understudy/adapters/system';
import type { Connections } from '../connections.ts';
import { exitCodes, usageFault } from '../exit.ts';
import { operatorName } from '../operator-name.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

type State = 'dead' | 'pending' | 'told';

export async function list(desk: Desk, { state, limit }: { readonly state: State; readonly limit: number }): Promise<Answer> {
  const deliveries = await (await outboxOf(await desk.connect())).list({ state, limit });
  return {
    exitCode: state === 'dead' && deliveries.length > 0 ? exitCodes.found : exitCodes.ok,
    json: { state, deliveries: deliveries.map(jsonOf) },
    text: deliveries.length === 0 ? `No delivery is ${state}.` : tableText(heads(state), deliveries.map((delivery) => rowOf(delivery, state))),
  };
}

export async function redeliver(desk: Desk, options: { readonly all?: boolean }, [id]: readonly string[]): Promise<Answer> {
  if ((id === undefined) === (options.all !== true)) throw usageFault('say which delivery, or --all for all that were given up; understudy webhooks list shows them');
  const connections = await desk.connect();
  // On record first: an act without a record would be worse than a record of an act that failed.
  await connections.operations.append({ at: systemClock.now(), by: operatorName(), what: 'redeliver', subject: id === undefined ? 'delivery:all' : `delivery:${id}` });
  const redelivered = await (await outboxOf(connections)).redeliver(id === undefined ? { allDead: true } : { id }, systemClock.now());
  if (redelivered === 0 && id !== undefined) return { exitCode: exitCodes.found, json: { redelivered }, text: `There is no delivery ${id}; understudy webhooks list shows them.` };
  return { exitCode: exitCodes.ok, json: { redelivered }, text: `${redelivered} to be told again, from now on.` };
}

async function outboxOf(connections: Connections): Promise<Outbox> {
  const { activeRegion } = await connections.epochs.read();
  return connections.outbox(activeRegion);
}

const timeText = (at: EpochMs | undefined): string => (at === undefined ? '' : new Date(at).toISOString());
const whenOf = (delivery: DeliveryState, state: State): EpochMs | undefined => ({ dead: delivery.deadAt, pending: delivery.dueAt, told: delivery.toldAt })[state];

const heads = (state: State): readonly string[] => ['delivery', 'event', 'merchant', 'transaction', 'target', 'failures', { dead: 'given up', pending: 'due', told: 'told' }[state], 'last answer', 'answered'];

const rowOf = (delivery: DeliveryState, state: State): readonly string[] => [
  delivery.id, delivery.event.name, delivery.event.merchantId, delivery.event.transactionId, delivery.target, String(delivery.failures),
  timeText(whenOf(delivery, state)), delivery.lastAnswer ?? '', timeText(delivery.answeredAt),
];

const jsonOf = ({ id, event, target, failures, dueAt, toldAt, deadAt, lastAnswer, answeredAt }: DeliveryState): object => ({
  delivery: id, event_id: eventId(event, sha256Hex), event: event.name, merchant_id: event.merchantId, transaction_id: event.transactionId, target, failures,
  ...(dueAt !== undefined && { due_at: timeText(dueAt) }), ...(toldAt !== undefined && { told_at: timeText(toldAt) }), ...(deadAt !== undefined && { dead_at: timeText(deadAt) }),
  ...(lastAnswer !== undefined && { last_answer: lastAnswer }), ...(answeredAt !== undefined && { answered_at: timeText(answeredAt) }),
});
