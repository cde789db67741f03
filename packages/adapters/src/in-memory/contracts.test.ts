// Every contract suite of core over the adapters in memory, each case in a world of its own.
import type { Region } from '@understudy/core';
import { keyText } from '@understudy/core';
import {
  acquirerContract, alertsContract, endpointsContract, objectStoreContract, receiptBookContract, settlementBookContract, canaryContract, customerIndexContract, epochRegisterContract, journalContract, keyStoreContract, ledgerClusterContract, ledgerContract, ledgerControlContract, metricsContract, moveLogContract, refundsContract, sessionHoldsContract, sessionsContract, signerContract,
  queueContract, votesContract, workIndexContract, chargeReportContract, ledgerReportContract, operationLogContract, spoolContract, bookmarksContract, deadLettersContract, upkeepContract,
} from '@understudy/core/contracts';
import type { BookFixture, ContractCase, LedgerFixture } from '@understudy/core/contracts';
import { describe, test } from 'vitest';
import type { Part } from './breakage.ts';
import { InMemoryBookmarks, InMemoryDeadLetters } from './in-memory-dead-letters.ts';
import { InMemoryEpochRegister } from './in-memory-epoch-register.ts';
import { InMemoryChargeReport, InMemoryLedgerReport, InMemoryOperationLog, InMemorySpool } from './in-memory-reports.ts';
import { InMemorySigner } from './in-memory-signer.ts';
import { InMemoryMetrics } from './in-memory-signals.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const suite = (name: string, cases: readonly ContractCase[]): void => {
  describe(name, () => {
    for (const each of cases) test(each.name, () => each.run());
  });
};

const close = async (): Promise<void> => {};
const cutOff = (world: World, part: Part, region?: Region) => async (): Promise<void> => {
  world.breakage.add({ part, when: 'before', ...(region && { region }) });
};

suite('journal', journalContract(async () => {
  const world = await createWorld({ seed: 1 });
  return { journal: world.journal, cutOff: cutOff(world, 'journal'), close };
}));

suite('refunds', refundsContract(async () => {
  const world = await createWorld({ seed: 1 });
  return { journal: world.journal, refunds: world.regions['us-east-1'].refunds, workIndex: world.regions['us-east-1'].workIndex, caughtUp: async () => {}, cutOff: cutOff(world, 'journal'), close };
}));

suite('work index', workIndexContract(async () => {
  const world = await createWorld({ seed: 2 });
  const behind = world.backstage.regions['us-east-2'].workIndex;
  return {
    journal: world.journal,
    workIndex: world.regions['us-east-2'].workIndex,
    caughtUp: async () => {},
    lag: { stall: () => behind.stall(), resume: () => behind.resume() },
    cutOff: cutOff(world, 'workIndex', 'us-east-2'),
    close,
  };
}));

suite('customer index', customerIndexContract(async () => {
  const world = await createWorld({ seed: 2 });
  return { journal: world.journal, customers: world.regions['us-east-2'].customers, caughtUp: async () => {}, cutOff: cutOff(world, 'customers', 'us-east-2'), close };
}));

suite('epoch register', epochRegisterContract(async () => {
  const world = await createWorld({ seed: 3 });
  const epochs = world.breakage.subject(new InMemoryEpochRegister(), { part: 'epochs' });
  return { epochs, cutOff: cutOff(world, 'epochs'), close };
}));

suite('votes', votesContract(async () => {
  const world = await createWorld({ seed: 4 });
  return { votes: world.votes, cutOff: cutOff(world, 'votes'), close };
}));

suite('key store', keyStoreContract(async () => {
  const world = await createWorld({ seed: 5 });
  return { keys: world.keys, cutOff: cutOff(world, 'keys'), close };
}));

suite('session holds', sessionHoldsContract(async () => {
  const world = await createWorld({ seed: 13 });
  return { holds: world.regions['us-east-1'].holds, upkeep: world.backstage.holds, cutOff: cutOff(world, 'holds'), close };
}));

suite('sessions', sessionsContract(async () => {
  const world = await createWorld({ seed: 14 });
  const { sessions: copies } = world.backstage;
  const sessions = { 'us-east-1': world.regions['us-east-1'].sessions, 'us-east-2': world.regions['us-east-2'].sessions };
  return { sessions, replicate: async () => copies.replicate(), cutOff: async (region) => void copies.lost.add(region), close };
}));

suite('signer', signerContract(async () => {
  const world = await createWorld({ seed: 15 });
  return { signers: [world.regions['us-east-1'].signer, world.regions['us-east-2'].signer], stranger: new InMemorySigner('another world'), cutOff: cutOff(world, 'signer', 'us-east-1'), close };
}));

suite('canary', canaryContract(async () => {
  const world = await createWorld({ seed: 6 });
  const written = async (region: Region) => world.backstage.canary.writtenAt.get(region);
  return { canary: world.regions['us-east-1'].canary, written, cutOff: cutOff(world, 'canary', 'us-east-1'), close };
}));

suite('move log', moveLogContract(async () => {
  const world = await createWorld({ seed: 7 });
  return { moveLog: world.moveLog, cutOff: cutOff(world, 'moveLog'), close };
}));

suite('acquirer', acquirerContract(async () => {
  const world = await createWorld({ seed: 8 });
  const { acquirer } = world.backstage;
  return {
    acquirer: world.acquirer,
    digest: world.digest,
    behave: async (key, behaviour) => acquirer.behave({ mode: behaviour ?? 'approve', match: (other) => keyText(other) === keyText(key) }),
    netCharges: async (key) => acquirer.netCharges(key),
    refundedMinor: async (key) => world.backstage.acquirer.refunds().filter((refund) => keyText(refund) === keyText(key) && refund.outcome === 'approved').reduce((sum, refund) => sum + refund.amount.minor, 0n),
    cutOff: cutOff(world, 'acquirer'),
    close,
  };
}));

suite('alerts', alertsContract(async () => {
  const world = await createWorld({ seed: 9 });
  const told = async () => world.backstage.regions['us-east-1'].alerts.raised;
  return { alerts: world.regions['us-east-1'].alerts, told, cutOff: cutOff(world, 'alerts'), close };
}));

suite('metrics', metricsContract(async () => {
  const metrics = new InMemoryMetrics();
  return { metrics, counted: async (name) => metrics.counts.get(name), gauged: async (name) => metrics.gauges.get(name), close };
}));

suite('queue', queueContract(async () => {
  const { queues } = (await createWorld({ seed: 10 })).backstage;
  return { queue: queues, waiting: async (region) => queues.waiting(region), cutOff: async (region) => queues.fail(region, true), close };
}));

suite('ledger cluster', ledgerClusterContract(async () => {
  const moveDurationMs = 5000;
  const world = await createWorld({ seed: 11, moveDurationMs });
  const { ledgers } = world.backstage;
  return {
    cluster: world.cluster,
    finish: async () => world.clock.advance(moveDurationMs),
    writer: async () => ledgers.writer,
    moves: async () => ledgers.movesStarted,
    cutOff: cutOff(world, 'cluster'),
    close,
  };
}));

const ledgerFixture = async (): Promise<LedgerFixture> => {
  const world = await createWorld({ seed: 12 });
  const { ledgers } = world.backstage;
  return {
    region: 'us-east-1',
    ledger: world.regions['us-east-1'].ledger,
    standby: world.regions['us-east-2'].ledger,
    control: world.control,
    caughtUp: async () => {},
    cutOff: async () => ledgers.stop('us-east-1'),
    close,
  };
};

suite('ledger', ledgerContract(ledgerFixture));
suite('ledger control', ledgerControlContract(ledgerFixture));

const bookFixture = async (): Promise<BookFixture> => {
  const world = await createWorld({ seed: 13 });
  const { 'us-east-1': own, 'us-east-2': other } = world.regions;
  return {
    region: 'us-east-1', ledger: own.ledger, standby: other.ledger, control: world.control,
    receipts: own.receipts, settlement: own.settlement, standbyReceipts: other.receipts, standbySettlement: other.settlement,
    caughtUp: async () => {},
    cutOff: async () => world.backstage.ledgers.stop('us-east-1'),
    close,
  };
};

suite('receipt book', receiptBookContract(bookFixture));
suite('settlement book', settlementBookContract(bookFixture));

suite('object store', objectStoreContract(async () => {
  const world = await createWorld({ seed: 14 });
  return { bucket: world.regions['us-east-1'].bucket, cutOff: cutOff(world, 'bucket', 'us-east-1'), close };
}));

suite('ledger report', ledgerReportContract(async () => {
  const server = (await createWorld({ seed: 13 })).backstage.ledgers.servers['us-east-1'];
  return { ledger: server, report: new InMemoryLedgerReport(server), close };
}));

suite('charge report', chargeReportContract(async () => {
  const { backstage: { acquirer }, digest } = await createWorld({ seed: 14 });
  return { acquirer, report: new InMemoryChargeReport(acquirer), digest, forgetKeys: async () => acquirer.expireKeys(), close };
}));

suite('operation log', operationLogContract(async () => ({ operations: new InMemoryOperationLog(), close })));
suite('spool', spoolContract(async () => ({ spool: new InMemorySpool(), close })));

suite('endpoints', endpointsContract(async () => {
  const world = await createWorld({ seed: 15 });
  return { endpoints: world.regions['us-east-1'].endpoints, cutOff: cutOff(world, 'endpoints', 'us-east-1'), close };
}));

suite('upkeep', upkeepContract(async () => {
  const { journal } = (await createWorld({ seed: 15 })).backstage;
  return { journal, upkeep: journal, close };
}));

suite('bookmarks', bookmarksContract(async () => ({ bookmarks: new InMemoryBookmarks(), close })));

suite('dead letters', deadLettersContract(async () => {
  const { clock, backstage: { queues } } = await createWorld({ seed: 16 });
  const letters = new InMemoryDeadLetters('us-east-1', queues);
  return { letters, bury: async (key) => letters.bury(key, clock.now()), waiting: async () => queues.waiting('us-east-1'), close };
}));
