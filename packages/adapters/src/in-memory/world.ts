// Two whole regions in one process, over one shared journal: every port of core in memory, wired, and breakable.
// All state hangs on the world that is made here; two worlds never meet.
import type {
  Acquirer, Alerts, Canary, CustomerIndex, Digest, EpochMs, DeadDeliveries, Endpoints, EpochRegister, EventTopic, Outbox, Journal, KeyStore, Ledger, LedgerCluster, LedgerControl, Log, Metrics, MoveLog, Mover, ObjectStore, Probe, Queue, ReceiptBook, RefundJournal, Region, SettlementBook, SessionHolds, Sessions, Signer, Votes, WorkIndex,
} from '@understudy/core';
import { epochMs, firstEpochRecord, peerOf, regions } from '@understudy/core';
import { sha256Hex } from '../system/sha256-hex.ts';
import { Breakage } from './breakage.ts';
import { InMemoryAcquirer } from './in-memory-acquirer.ts';
import { InMemoryReceiptBook, InMemorySettlementBook } from './in-memory-books.ts';
import { InMemoryCanary } from './in-memory-canary.ts';
import { InMemoryEndpoints } from './in-memory-endpoints.ts';
import { InMemoryCustomerIndex } from './in-memory-customer-index.ts';
import { InMemoryEpochRegister } from './in-memory-epoch-register.ts';
import { InMemoryEventTopic } from './in-memory-event-topic.ts';
import { InMemoryJournal } from './in-memory-journal.ts';
import { InMemoryKeyStore } from './in-memory-key-store.ts';
import type { InMemoryLedger } from './in-memory-ledger.ts';
import { InMemoryLedgerPair } from './in-memory-ledger-pair.ts';
import { InMemoryMoveLog } from './in-memory-move-log.ts';
import { InMemoryObjectStore } from './in-memory-object-store.ts';
import { InMemoryOutbox } from './in-memory-outbox.ts';
import { InMemoryQueues } from './in-memory-queues.ts';
import { InMemoryAlerts, InMemoryLog, InMemoryMetrics, InMemoryMover, InMemoryProbe } from './in-memory-signals.ts';
import { InMemoryRefunds } from './in-memory-refunds.ts';
import { InMemorySessionHolds } from './in-memory-session-holds.ts';
import { InMemorySessionCopies } from './in-memory-sessions.ts';
import { InMemorySigner } from './in-memory-signer.ts';
import { InMemoryVotes } from './in-memory-votes.ts';
import { InMemoryDeadDeliveries, InMemoryWebhooks } from './in-memory-webhooks.ts';
import { InMemoryWorkIndex } from './in-memory-work-index.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

/** 2026-01-05T12:00:00Z, a Monday: some fixed instant, away from midnight. */
const START_AT = epochMs(1_767_614_400_000);

/** The ports as one region sees them. The shared ones are the same stores, but break apart from the other region's. */
export interface WorldRegion {
  readonly journal: Journal;
  readonly refunds: RefundJournal;
  readonly epochs: EpochRegister;
  readonly votes: Votes;
  readonly keys: KeyStore;
  readonly holds: SessionHolds;
  readonly sessions: Sessions;
  readonly signer: Signer;
  readonly acquirer: Acquirer;
  readonly workIndex: WorkIndex;
  readonly customers: CustomerIndex;
  readonly ledger: Ledger;
  readonly receipts: ReceiptBook;
  readonly settlement: SettlementBook;
  readonly bucket: ObjectStore;
  readonly queue: Queue;
  readonly alerts: Alerts;
  readonly events: EventTopic;
  readonly endpoints: Endpoints;
  readonly outbox: Outbox;
  readonly webhooks: InMemoryWebhooks;
  readonly deadDeliveries: DeadDeliveries;
  readonly metrics: Metrics;
  readonly probe: Probe;
  readonly canary: Canary;
  readonly log: Log;
  readonly mover: Mover;
}

/** What stands behind the ports, never broken: to look at and to switch. */
export interface Backstage {
  readonly journal: InMemoryJournal;
  readonly refunds: InMemoryRefunds;
  readonly epochs: InMemoryEpochRegister;
  readonly acquirer: InMemoryAcquirer;
  readonly queues: InMemoryQueues;
  readonly canary: InMemoryCanary;
  readonly holds: InMemorySessionHolds;
  readonly sessions: InMemorySessionCopies;
  readonly ledgers: InMemoryLedgerPair;
  readonly endpoints: InMemoryEndpoints;
  /** What merchants are sent, from wherever. */
  readonly webhooks: InMemoryWebhooks;
  readonly regions: Readonly<Record<Region, {
    readonly workIndex: InMemoryWorkIndex;
    readonly ledger: InMemoryLedger;
    readonly bucket: InMemoryObjectStore;
    readonly alerts: InMemoryAlerts;
    readonly events: InMemoryEventTopic;
    readonly outbox: InMemoryOutbox;
    readonly deadDeliveries: InMemoryDeadDeliveries;
    readonly metrics: InMemoryMetrics;
    readonly probe: InMemoryProbe;
    readonly log: InMemoryLog;
    readonly mover: InMemoryMover;
  }>>;
}

export interface World {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly digest: Digest;
  readonly journal: Journal;
  readonly epochs: EpochRegister;
  readonly votes: Votes;
  readonly keys: KeyStore;
  readonly moveLog: MoveLog;
  readonly acquirer: Acquirer;
  readonly control: LedgerControl;
  readonly cluster: LedgerCluster;
  readonly regions: Readonly<Record<Region, WorldRegion>>;
  readonly breakage: Breakage;
  readonly backstage: Backstage;
}

export interface WorldOptions {
  readonly seed: number;
  readonly startAt?: EpochMs;
  readonly activeRegion?: Region;
  /** How long a promotion or switchover of the ledger takes. */
  readonly moveDurationMs?: number;
}

/** A new installation: epoch 1, open, the active region's ledger primary with fence 1. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const activeRegion = options.activeRegion ?? 'us-east-1';
  const clock = new VirtualClock(options.startAt ?? START_AT);
  const random = new SeededRandom(options.seed);
  const ledgers = new InMemoryLedgerPair({ clock, primary: activeRegion, moveDurationMs: options.moveDurationMs ?? 0 });
  const journal = new InMemoryJournal(random);
  const backstageOf = (region: Region): Backstage['regions'][Region] => ({
    workIndex: new InMemoryWorkIndex(journal),
    ledger: ledgers.servers[region],
    bucket: new InMemoryObjectStore(),
    alerts: new InMemoryAlerts(),
    events: new InMemoryEventTopic(),
    outbox: new InMemoryOutbox(ledgers.servers[region]),
    deadDeliveries: new InMemoryDeadDeliveries(),
    metrics: new InMemoryMetrics(),
    probe: new InMemoryProbe(),
    log: new InMemoryLog(),
    mover: new InMemoryMover(),
  });
  const backstage: Backstage = {
    journal, refunds: new InMemoryRefunds(journal), ledgers, endpoints: new InMemoryEndpoints(), webhooks: new InMemoryWebhooks(), epochs: new InMemoryEpochRegister(), acquirer: new InMemoryAcquirer(), queues: new InMemoryQueues(), canary: new InMemoryCanary(),
    holds: new InMemorySessionHolds(), sessions: new InMemorySessionCopies(),
    regions: { 'us-east-1': backstageOf('us-east-1'), 'us-east-2': backstageOf('us-east-2') },
  };
  for (const region of regions) backstage.regions[region].bucket.replicateTo(backstage.regions[peerOf(region)].bucket);
  await backstage.epochs.initialise(firstEpochRecord(activeRegion, clock.now()));
  return { clock, random, digest: sha256Hex, backstage, ...wire(backstage) };
}

/** Puts the ports before what stands behind them. */
function wire(backstage: Backstage): Omit<World, 'clock' | 'random' | 'digest' | 'backstage'> {
  const breakage = new Breakage();
  const stores = { votes: new InMemoryVotes(), keys: new InMemoryKeyStore(), moveLog: new InMemoryMoveLog(), signer: new InMemorySigner() };
  const shared = (region?: Region): Pick<WorldRegion, 'journal' | 'refunds' | 'epochs' | 'votes' | 'keys' | 'acquirer'> => {
    const seat = region ? { region } : {};
    return {
      journal: breakage.subject<Journal>(backstage.journal, { part: 'journal', ...seat }),
      refunds: breakage.subject<RefundJournal>(backstage.refunds, { part: 'journal', ...seat }),
      epochs: breakage.subject<EpochRegister>(backstage.epochs, { part: 'epochs', ...seat }),
      votes: breakage.subject<Votes>(stores.votes, { part: 'votes', ...seat }),
      keys: breakage.subject<KeyStore>(stores.keys, { part: 'keys', ...seat }),
      acquirer: breakage.subject<Acquirer>(backstage.acquirer, { part: 'acquirer', ...seat }),
    };
  };
  const regionOf = (region: Region): WorldRegion => {
    const own = backstage.regions[region];
    return {
      ...shared(region),
      workIndex: breakage.subject<WorkIndex>(own.workIndex, { part: 'workIndex', region }),
      customers: breakage.subject<CustomerIndex>(new InMemoryCustomerIndex(backstage.journal), { part: 'customers', region }),
      ledger: breakage.subject<Ledger>(own.ledger, { part: 'ledger', region }),
      receipts: breakage.subject<ReceiptBook>(new InMemoryReceiptBook(own.ledger), { part: 'receipts', region }),
      settlement: breakage.subject<SettlementBook>(new InMemorySettlementBook(own.ledger), { part: 'settlement', region }),
      bucket: breakage.subject<ObjectStore>(own.bucket, { part: 'bucket', region }),
      queue: breakage.subject<Queue>(backstage.queues, { part: 'queue', region }),
      alerts: breakage.subject<Alerts>(own.alerts, { part: 'alerts', region }),
      events: breakage.subject<EventTopic>(own.events, { part: 'events', region }),
      endpoints: breakage.subject<Endpoints>(backstage.endpoints, { part: 'endpoints', region }),
      outbox: breakage.subject<Outbox>(own.outbox, { part: 'outbox', region }),
      webhooks: backstage.webhooks,
      deadDeliveries: breakage.subject<DeadDeliveries>(own.deadDeliveries, { part: 'deadDeliveries', region }),
      holds: breakage.subject<SessionHolds>(backstage.holds, { part: 'holds', region }),
      sessions: breakage.subject<Sessions>(backstage.sessions.in(region), { part: 'sessions', region }),
      signer: breakage.subject<Signer>(stores.signer, { part: 'signer', region }),
      canary: breakage.subject<Canary>(backstage.canary, { part: 'canary', region }),
      metrics: own.metrics,
      probe: own.probe,
      log: own.log,
      mover: breakage.subject<Mover>(own.mover, { part: 'mover', region }),
    };
  };
  return {
    breakage,
    ...shared(),
    moveLog: breakage.subject<MoveLog>(stores.moveLog, { part: 'moveLog' }),
    control: breakage.subject<LedgerControl>(backstage.ledgers, { part: 'control' }),
    cluster: breakage.subject<LedgerCluster>(backstage.ledgers, { part: 'cluster' }),
    regions: { 'us-east-1': regionOf('us-east-1'), 'us-east-2': regionOf('us-east-2') },
  };
}
