// What is done once everything has come to rest: the books are closed, an audit gives back what nobody else will, and
// long after that the payments are purged and asked for again. Each by the production use cases.
import { InMemoryChargeReport, InMemoryLedgerReport, InMemoryOperationLog, InMemorySpool } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import { acceptPayment, audit, businessDateOf, keyText, publishReceipts, publishSettlementFiles, purge, readPayment, regions, settlePayments, voidOrphans } from '@understudy/core';
import type { Finding, Region } from '@understudy/core';
import { ticks } from './clock/ticks.ts';
import type { History } from './history.ts';
import type { Ports, Stage } from './stage.ts';
import { paymentIds } from './workload/payments.ts';
import { settlementPolicy } from './workload/services.ts';
import { keyOf, requestOf, shop } from './workload/shop.ts';

const DAY_MS = 86_400_000;
const PURGE_AFTER_MS = 400 * DAY_MS;
const STEPS_MAX = 2000;

/** Somebody does this in a region, and the world goes on until it is done. */
async function doIn(stage: Stage, region: Region, act: (ports: Ports) => Promise<void>): Promise<void> {
  const actor = stage.spawn(region, 'operator', act);
  for (let steps = 0; steps < STEPS_MAX && stage.scheduler.actors.includes(actor); steps += 1) await stage.scheduler.step();
}

/** Every receipt and settlement file, of today too. Twice, for a file waits until the standby shows what is in it. */
export async function closeBooks(stage: Stage): Promise<void> {
  const { world } = stage;
  const { activeRegion } = await world.backstage.epochs.read();
  for (const _ of [1, 2]) {
    await doIn(stage, activeRegion, async (ports) => {
      await publishReceipts(ports);
      await publishSettlementFiles(ports, settlementPolicy, businessDateOf(ports.clock.now()));
    });
    world.backstage.ledgers.replicate(Number.MAX_SAFE_INTEGER);
  }
}

/** What the audit finds. Every charge that it calls lost is given back. */
export async function auditAll({ world, habits }: Stage): Promise<readonly Finding[]> {
  const { backstage, clock } = world;
  const epoch = await backstage.epochs.read();
  clock.advance(ticks(300));
  const shared = { journal: backstage.journal, ledger: new InMemoryLedgerReport(backstage.ledgers.servers[epoch.activeRegion]), acquirer: new InMemoryChargeReport(backstage.acquirer), clock };
  const result = await audit({ ...shared, epochs: backstage.epochs, workIndex: backstage.regions[epoch.activeRegion].workIndex, spool: new InMemorySpool(), progress: () => {} }, { quietMs: 0 });
  if (result.code !== 'audited') return [];
  const { findings } = result.report;
  await voidOrphans({ ...shared, voids: backstage.acquirer, operations: new InMemoryOperationLog() }, findings.filter(({ code }) => code === 'orphan_charge'), { by: 'an audit', epoch, inFlightMs: habits.policy.chargeInFlightMs });
  return findings;
}

/** Every payment that may be is reduced to its tombstone; then all are sent, settled and asked for again. */
export async function purgeAndRepeat(stage: Stage, history: History): Promise<void> {
  const { world } = stage;
  const { backstage } = world;
  stage.blackOut();
  world.clock.advance(PURGE_AFTER_MS + DAY_MS);
  backstage.acquirer.expireKeys();
  const { activeRegion } = await backstage.epochs.read();
  const before = backstage.acquirer.charges().length;
  await doIn(stage, activeRegion, async (ports) => void (await purge({ ...ports, bookmarks: noBookmarks, oldHolds: backstage.holds }, { purgeAfterMs: PURGE_AFTER_MS, passMs: DAY_MS })));
  for (const region of regions) await doIn(stage, region, (ports) => repeatAll(world, history, ports));
  await doIn(stage, activeRegion, async (ports) => void (await settlePayments(ports, paymentIds.map(keyOf))));
  const more = backstage.acquirer.charges().length - before;
  if (more > 0) history.see('purged', `${more} charges were made for payments that had been purged`);
}

async function repeatAll({ backstage }: World, history: History, ports: Ports): Promise<void> {
  for (const id of paymentIds) {
    const stored = await backstage.journal.read(keyOf(id));
    if (!stored?.tombstone) continue;
    const [accepted, read] = [await acceptPayment(ports, shop, requestOf(id)), await readPayment(ports, shop, keyOf(id).transactionId)];
    if (accepted.code !== 'accepted' || accepted.isNew) history.see('purged', `${keyText(keyOf(id))}: purged, and its repeat was answered ${accepted.code}${accepted.code === 'accepted' ? ' as new' : ''}`);
    if (read.code !== 'gone') history.see('purged', `${keyText(keyOf(id))}: purged, and read as ${read.code}`);
  }
}

const noBookmarks = { read: async () => undefined, write: async () => {} };
