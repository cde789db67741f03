// What always runs in a region: two consumers of its queue, reconcile, confirm, notify and publish, as the functions run them.
import { businessDateOf, confirm, isPortFault, keyText, notify, publishReceipts, publishSettlementFiles, reconcile, settlePayments } from '@understudy/core';
import type { NotifyPolicy, ReconcilePolicy, Region, SettlementPolicy } from '@understudy/core';
import { ticks } from '../clock/ticks.ts';
import type { History } from '../history.ts';
import type { Ports, Stage } from '../stage.ts';

export const reconcilePolicy: ReconcilePolicy = { graceMs: ticks(30), settleMax: 20 };
const TRIES_TO_TELL = 200;
const notifyPolicy: NotifyPolicy = { retryDelaysMs: Array.from({ length: TRIES_TO_TELL }, () => ticks(20)), leaseMs: ticks(60), passMs: ticks(100) };

/** Files wait for a standby for as long as it takes: publishing without one may contradict a later ledger, and is told. */
export const settlementPolicy: SettlementPolicy = { closeAfterMs: ticks(50), standbyPatienceMs: Infinity };

/** A hint that was dealt with is delivered once more, now and then. */
const REDELIVERED = 0.05;

export function serve(stage: Stage, history: History, region: Region): void {
  const { dice } = stage;
  const forever = (name: string, pauseMs: number, act: (ports: Ports) => Promise<unknown>) =>
    stage.spawn(region, name, async (ports) => {
      for (;;) {
        await ports.clock.sleep(pauseMs + dice.integer(pauseMs));
        await act(ports).catch((error: unknown) => {
          if (!isPortFault(error)) throw error;
        });
      }
    });
  for (const _ of [1, 2]) forever('consumer', ticks(10), (ports) => consume(stage, history, ports));
  forever('reconciler', ticks(20), (ports) => reconcile(ports, reconcilePolicy, dice.chance(0.1) ? 'scan' : 'index'));
  forever('confirmer', ticks(15), confirm);
  forever('notifier', ticks(20), (ports) => notify(ports, notifyPolicy));
  if (!stage.habits.publishes) return;
  forever('publisher', ticks(40), async (ports) => {
    await publishReceipts(ports);
    // An operator closes the day early, now and then.
    await publishSettlementFiles(ports, settlementPolicy, dice.chance(0.3) ? businessDateOf(ports.clock.now()) : undefined);
  });
}

async function consume(stage: Stage, history: History, ports: Ports): Promise<void> {
  const { queues, journal } = stage.world.backstage;
  const keys = [0, 1].map(() => queues.take(ports.region)).filter((key) => key !== undefined);
  if (keys.length === 0) return;
  const results = await settlePayments(ports, keys);
  for (const key of keys) {
    const result = results.get(keyText(key));
    const payment = result === 'settled' ? await journal.read(key) : undefined;
    if (payment) history.show(payment);
    if (result === 'waiting' || stage.dice.chance(REDELIVERED)) await queues.send(ports.region, key);
  }
}
