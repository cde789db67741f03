// The adapters a verb may use, made from the addresses when they are first asked for, and closed together.
// Invariant: it reaches the table, the ledgers and the queues through both regions' own endpoints; it has no way past them.
import { createDynamoConnection, DynamoEpochRegister, DynamoJournal, DynamoKeyStore, DynamoMoveLog, DynamoOperationLog, DynamoUpkeep, DynamoVotes, DynamoWorkIndex } from '@understudy/adapters/dynamodb';
import type { DynamoConnection } from '@understudy/adapters/dynamodb';
import { createLedgerPool, PostgresLedgerControl, PostgresLedgerReport, PostgresOutbox } from '@understudy/adapters/postgres';
import type { LedgerPool } from '@understudy/adapters/postgres';
import { createAcquirerSides, createChargeReportSides, createHttpAcquirer, createHttpChargeReport } from '@understudy/adapters/acquirer';
import { createSqsDeadLetters, createSqsQueue } from '@understudy/adapters/sqs';
import { createStatesMover } from '@understudy/adapters/states';
import { systemClock, systemRandom } from '@understudy/adapters/system';
import type { Acquirer, ChargeReport, DeadLetters, DetectPolicy, EpochRegister, Journal, KeyStore, LedgerControl, LedgerReport, MoveLog, MoveRequest, OperationLog, Outbox, PaymentPolicy, Queue, Region, Upkeep, Votes, WorkIndex } from '@understudy/core';
import { defaultDetectPolicy, defaultPaymentPolicy } from '@understudy/core';
import type { Addresses, QueueAddress } from './addresses.ts';
import { usageFault } from './exit.ts';
import { startInTwin } from './twin-mover.ts';

/** A person can wait longer than a payment may, and a page of a scan is up to 1 MB. */
const TABLE_LIMITS = { connectMs: 1000, totalMs: 10_000 } as const;
/** One command does little at once. */
const LEDGER_CONNECTIONS_MAX = 2;

export class Connections {
  readonly addresses: Addresses;
  readonly #open: (() => Promise<unknown> | void)[] = [];
  #table: DynamoConnection | undefined;
  #pools: Readonly<Record<Region, LedgerPool>> | undefined;
  #deadLetters: readonly DeadLetters[] | undefined;

  constructor(addresses: Addresses) {
    this.addresses = addresses;
  }

  get table(): DynamoConnection {
    if (this.#table) return this.#table;
    const { table, credentials } = this.addresses;
    const made = createDynamoConnection({
      region: 'us-east-1', peerRegion: 'us-east-2', table: table.name, clock: systemClock, limits: TABLE_LIMITS,
      ...(table.endpoints && { primaryEndpoint: table.endpoints['us-east-1'], peerEndpoint: table.endpoints['us-east-2'] }),
      ...(credentials && { credentials }),
    });
    this.#open.push(() => made.close());
    return (this.#table = made);
  }

  get pools(): Readonly<Record<Region, LedgerPool>> {
    if (this.#pools) return this.#pools;
    const pool = (region: Region) => {
      const { ssl, ...address } = this.addresses.ledgers[region];
      return createLedgerPool({ ...address, ...(ssl === true && { ssl: {} }), maxConnections: LEDGER_CONNECTIONS_MAX });
    };
    const made = { 'us-east-1': pool('us-east-1'), 'us-east-2': pool('us-east-2') };
    this.#open.push(() => Promise.all(Object.values(made).map((each) => each.end())));
    return (this.#pools = made);
  }

  get journal(): Journal {
    return new DynamoJournal(this.table, systemRandom);
  }

  get workIndex(): WorkIndex {
    return new DynamoWorkIndex(this.table);
  }

  get epochs(): EpochRegister {
    return new DynamoEpochRegister(this.table);
  }

  get votes(): Votes {
    return new DynamoVotes(this.table);
  }

  get moveLog(): MoveLog {
    return new DynamoMoveLog(this.table, systemRandom);
  }

  /** Starts moves in `region`, and asks no other; gives the request as it was started. */
  starter(region: Region): (request: MoveRequest) => Promise<MoveRequest> {
    const { twin, workflows, credentials } = this.addresses;
    if (twin !== undefined) return (request) => startInTwin(twin, request);
    if (!workflows) throw usageFault('the addresses name no workflows, which a move is started with; add `workflows` to the file, see docs/deploy.md');
    const mover = createStatesMover({ ...workflows[region], region, ...(credentials && { credentials }) });
    return async (request) => {
      await mover.start(request);
      return request;
    };
  }

  /** As a detector has it that asks a person. A deployment with other `timings.detect` names them in its addresses. */
  get detectPolicy(): DetectPolicy {
    return { ...defaultDetectPolicy, ...this.addresses.detect, mode: 'approval' };
  }

  get keys(): KeyStore {
    return new DynamoKeyStore(this.table, systemClock);
  }

  get ledgerControl(): LedgerControl {
    return new PostgresLedgerControl(this.pools);
  }

  get acquirer(): Acquirer {
    const { live, test } = this.addresses.acquirers;
    return createAcquirerSides({ live: createHttpAcquirer({ baseUrl: live.url }), test: createHttpAcquirer({ baseUrl: test.url }) });
  }

  get chargeReport(): ChargeReport {
    const { live, test } = this.addresses.acquirers;
    return createChargeReportSides({ live: createHttpChargeReport({ baseUrl: live.url }), test: createHttpChargeReport({ baseUrl: test.url }) });
  }

  ledgerReport(region: Region): LedgerReport {
    return new PostgresLedgerReport(this.pools[region]);
  }

  outbox(region: Region): Outbox {
    return new PostgresOutbox(this.pools[region]);
  }

  get operations(): OperationLog {
    return new DynamoOperationLog(this.table, systemRandom);
  }

  get upkeep(): Upkeep {
    return new DynamoUpkeep(this.table);
  }

  /** Hints for the queues of payments. */
  get queue(): Queue {
    const { credentials } = this.addresses;
    const addressIn = (region: Region) => {
      const { url, endpoint } = this.#queueNamed('payments', region);
      return { queueUrl: url, region, ...(endpoint !== undefined && { endpoint }) };
    };
    return createSqsQueue({ queues: { 'us-east-1': addressIn('us-east-1'), 'us-east-2': addressIn('us-east-2') }, ...(credentials && { credentials }) });
  }

  get deadLetters(): readonly DeadLetters[] {
    if (this.#deadLetters) return this.#deadLetters;
    const { queues, credentials } = this.addresses;
    const made = queues.map(({ name, region, url, deadLetterUrl, endpoint }) =>
      createSqsDeadLetters({ queue: name, region, queueUrl: url, deadLetterUrl, ...(endpoint !== undefined && { endpoint }), ...(credentials && { credentials }) }));
    this.#open.push(() => made.forEach((each) => each.close()));
    return (this.#deadLetters = made);
  }

  #queueNamed(name: string, region: Region): QueueAddress {
    const found = this.addresses.queues.find((queue) => queue.name === name && queue.region === region);
    if (!found) throw usageFault(`the addresses name no queue ${name} in ${region}`);
    return found;
  }

  get policy(): PaymentPolicy {
    const { chargeInFlightMs, acquirerKeyLifeMs } = this.addresses.paymentPolicy;
    return { ...defaultPaymentPolicy, ...(chargeInFlightMs !== undefined && { chargeInFlightMs }), ...(acquirerKeyLifeMs !== undefined && { acquirerKeyLifeMs }) };
  }

  async close(): Promise<void> {
    for (const close of this.#open.splice(0).reverse()) await close();
  }
}
