// Clients that pay, pay again elsewhere, cancel and ask, through whichever region; by the production use cases.
import { acceptPayment, cancelPayment, keyText, processPayment, readPayment, regions, sendHint } from '@understudy/core';
import type { PaymentRequest } from '@understudy/core';
import type { History } from '../history.ts';
import type { Ports, Stage } from '../stage.ts';
import type { Happening, Script } from './script.ts';
import { keyOf, requestOf, shop } from './shop.ts';

export const PAYMENTS = 10;

export const paymentIds: readonly string[] = Array.from({ length: PAYMENTS }, (_, i) => `p${i}`);

export function paymentScript(stage: Stage, history: History): Script {
  const { dice } = stage;
  return paymentIds.flatMap((id): Happening[] => {
    const sentAt = dice.integer(800);
    const through = dice.chance(0.25) ? regions : [dice.chance(0.7) ? regions[0] : regions[1]];
    const pays = through.map((region) => ({ atTick: sentAt + dice.integer(40), happen: () => void stage.spawn(region, 'client', (ports) => pay({ stage, history, ports }, requestOf(id))) }));
    const cancels = dice.chance(0.25) ? [{ atTick: sentAt + dice.integer(150), happen: () => void stage.spawn(dice.pick(regions), 'client', (ports) => cancel(history, ports, id)) }] : [];
    const looks = { atTick: sentAt + dice.integer(700), happen: () => void stage.spawn(dice.pick(regions), 'client', (ports) => look(history, ports, id)) };
    return [...pays, ...cancels, looks];
  });
}

interface Paying {
  readonly stage: Stage;
  readonly history: History;
  readonly ports: Ports;
}

export async function pay({ stage, history, ports }: Paying, request: PaymentRequest): Promise<void> {
  const text = keyText(keyOf(request.transactionId));
  if (stage.dice.chance(0.3)) {
    const result = await processPayment(ports, shop, request);
    if (result.code === 'accepted' || result.code === 'outcome') history.acknowledged.add(text);
    if (result.code === 'outcome') history.show(result.payment);
    return;
  }
  const result = await acceptPayment(ports, shop, request);
  if (result.code !== 'accepted') return;
  history.acknowledged.add(text);
  if (stage.dice.chance(0.9)) await sendHint(ports, keyOf(request.transactionId));
}

async function cancel(history: History, ports: Ports, id: string): Promise<void> {
  const result = await cancelPayment(ports, shop, keyOf(id).transactionId);
  if (result.code === 'cancelled') history.tell(keyText(keyOf(id)), 'cancelled');
}

async function look(history: History, ports: Ports, id: string): Promise<void> {
  const read = await readPayment(ports, shop, keyOf(id).transactionId);
  if (read.code === 'found') history.show(read.payment);
}
