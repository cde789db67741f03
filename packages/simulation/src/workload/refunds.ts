// Clients that ask for refunds through both regions, more in sum than was charged, and for what is not told yet too.
import { acceptRefund, keyText, readRefunds, refundId, refundStatusOf, regions, sendHint } from '@understudy/core';
import type { RefundId } from '@understudy/core';
import { ticks } from '../clock/ticks.ts';
import type { History } from '../history.ts';
import type { Ports, Stage } from '../stage.ts';
import type { Script } from './script.ts';
import { keyOf, shop } from './shop.ts';

/** Of a payment of 10.00: two fit. */
const AMOUNT = '4.00';
const PER_PAYMENT = 4;
/** A merchant whose payment is not told yet comes back so often. */
const ASKS = 5;

export function refundScript(stage: Stage, history: History, payments: readonly string[]): Script {
  const { dice } = stage;
  const refunds = payments.flatMap((payment) => Array.from({ length: PER_PAYMENT }, (_, n) => ({ payment, id: refundId(`r${n}`) })));
  return refunds.flatMap(({ payment, id }) => {
    const atTick = 60 + dice.integer(1300);
    const through = dice.chance(0.3) ? regions : [dice.pick(regions)];
    const asks = through.map((region) => ({ atTick: atTick + dice.integer(40), happen: () => void stage.spawn(region, 'client', (ports) => ask(stage, history, { ports, payment, id })) }));
    const looks = { atTick: atTick + dice.integer(300), happen: () => void stage.spawn(dice.pick(regions), 'client', (ports) => look(history, ports, payment)) };
    return [...asks, looks];
  });
}

interface Asking {
  readonly ports: Ports;
  readonly payment: string;
  readonly id: RefundId;
}

async function ask(stage: Stage, history: History, { ports, payment, id }: Asking): Promise<void> {
  const { transactionId } = keyOf(payment);
  for (let tries = 0; tries < ASKS; tries += 1) {
    const result = await acceptRefund(ports, shop, { transactionId, request: { refundId: id, amount: AMOUNT } });
    if (result.code === 'accepted') {
      history.acknowledged.add(`${keyText(keyOf(payment))}#${id}`);
      if (stage.dice.chance(0.8)) await sendHint(ports, keyOf(payment));
    }
    if (result.code !== 'not_refundable' && result.code !== 'unavailable' && result.code !== 'not_found') return;
    await ports.clock.sleep(ticks(20 + stage.dice.integer(80)));
  }
}

async function look(history: History, ports: Ports, payment: string): Promise<void> {
  const read = await readRefunds(ports, shop, keyOf(payment).transactionId);
  if (read.code !== 'found') return;
  for (const refund of read.refunds) history.tell(`${keyText(keyOf(payment))}#${refund.refundId}`, refundStatusOf(refund));
}
