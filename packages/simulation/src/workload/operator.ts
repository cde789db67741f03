// A person who looks after payments that were set aside: tries them once more, or gives them up.
import { discardPayment, isPortFault, listSetAside, redrivePayment, regions } from '@understudy/core';
import type { Ports, Stage } from '../stage.ts';
import type { Script } from './script.ts';

const LOOKS = 3;
/** Always the same for one payment: what is to be tried once more is never given up. */
const isGivenUp = (id: string): boolean => /[048]$/.test(id);
const by = 'an operator';

export const operatorScript = (stage: Stage): Script =>
  Array.from({ length: LOOKS }, () => ({ atTick: 200 + stage.dice.integer(1200), happen: () => lookAfter(stage) }));

export function lookAfter(stage: Stage): void {
  stage.spawn(stage.dice.pick(regions), 'operator', async (ports) => {
    await actOnAll(ports).catch((error: unknown) => {
      if (!isPortFault(error)) throw error;
    });
  });
}

async function actOnAll(ports: Ports): Promise<void> {
  const { payments } = await listSetAside(ports);
  for (const payment of payments) {
    if (isGivenUp(payment.transactionId)) await discardPayment(ports, payment, { by, reason: 'a life' });
    else await redrivePayment(ports, payment, { by });
  }
}
