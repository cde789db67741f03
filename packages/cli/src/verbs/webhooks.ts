// `understudy webhooks list|redeliver`: what is still to be told, what was given up and what endpoints last answered; and
// telling it again. It works on the active region's ledger, which is the one that is told from.
import { eventId } from '@understudy/core';
import type { DeliveryState, EpochMs, Outbox } from '@understudy/core';
import { sha256Hex, systemClock } from '@understudy/adapters/system';
import type { Connections } from '../connections.ts';
import { exitCodes, usageFault } from '../exit.ts';
import { operatorName } from '../operator-name.ts';
import { tableText } from '../table-text.ts';
import type { AddVerb, Answer, Desk } from '../verb.ts';

const states = ['dead', 'pending', 'told'] as const;
type State = (typeof states)[number];

const LIST_MAX = 1000;

export const webhooks: AddVerb = (program, act) => {
  const group = program.command('webhooks').description('what is to be told to webhook endpoints and operators');
  group.command('list')
    .description('deliveries, the latest first, with what their targets last answered; exit 1 if any dead ones are listed')
    .option('--state <state>', `one of ${states.join(', ')}`, 'dead')
    .option('--limit <count>', `at most ${LIST_MAX}`, '50')
    .action(act(list));
  group.command('redeliver')
    .description('tell a delivery again, under its old id; without an id: all that were given up')
    .argument('[delivery]', 'as webhooks list shows it')
    .option('--all', 'all that were given up')
    .action(act(redeliver));
};

async function list(desk: Desk, options: { readonly state: string; readonly limit: string }): Promise<Answer> {
  const state = states.find((one) => one === options.state);
  if (!state) throw usageFault(`--state must be one of ${states.join(', ')}`);
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIST_MAX) throw usageFault(`--limit must be a whole number from 1 to ${LIST_MAX}`);
  const deliveries = await (await outboxOf(await desk.connect())).list({ state, limit });
  return {
    exitCode: state === 'dead' && deliveries.length > 0 ? exitCodes.found : exitCodes.ok,
    json: { state, deliveries: deliveries.map(jsonOf) },
    text: deliveries.length === 0 ? `No delivery is ${state}.` : tableText(heads(state), deliveries.map((delivery) => rowOf(delivery, state))),
  };
}

async function redeliver(desk: Desk, options: { readonly all?: boolean }, [id]: readonly string[]): Promise<Answer> {
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
