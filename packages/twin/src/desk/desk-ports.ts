/**
 * The twin's adapters for an operator's desk: the production ones, through the links of somebody outside both regions.
 * Invariant: they have no way past the links, so that a region that is cut off is cut off for an operator too.
 */
import { createAcquirerSides, createChargeReportSides, createHttpAcquirer, createHttpChargeReport } from '@understudy/adapters/acquirer';
import { createDynamoConnection, DynamoCustomerIndex, DynamoEpochRegister, DynamoJournal, DynamoOperationLog, DynamoRefunds, DynamoUpkeep, DynamoWorkIndex } from '@understudy/adapters/dynamodb';
import { createLedgerPool, PostgresLedgerBrowser, PostgresLedgerReport } from '@understudy/adapters/postgres';
import { createSqsDeadLetters, createSqsQueue } from '@understudy/adapters/sqs';
import { sha256Hex, systemClock, systemRandom } from '@understudy/adapters/system';
import type { DeskPorts } from '@understudy/console/desk';
import { defaultPaymentPolicy, regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { OperatorAddresses } from '../environment.ts';
import { queueName } from '../region/configuration.ts';

/** A person waits longer than a payment may, and a page of a scan is up to 1 MB. */
const TABLE_LIMITS = { connectMs: 1_000, totalMs: 8_000 } as const;
const LEDGER_CONNECTIONS_MAX = 3;

/** All but what is the twin's own: how an audit is run, and the API. */
export type RecordPorts = Omit<DeskPorts, 'of' | 'by' | 'audit' | 'api'>;

export interface OpenRecords {
  readonly ports: RecordPorts;
  close(): Promise<void>;
}

export function openRecords({ table, queues, ledgers, acquirers, credentials, paymentPolicy }: OperatorAddresses): OpenRecords {
  const connection = createDynamoConnection({
    region: 'us-east-1', peerRegion: 'us-east-2', table: table.name, clock: systemClock, limits: TABLE_LIMITS,
    primaryEndpoint: table.endpoints['us-east-1'], peerEndpoint: table.endpoints['us-east-2'], credentials,
  });
  const pools = eachRegion((region) => createLedgerPool({ ...ledgers[region], maxConnections: LEDGER_CONNECTIONS_MAX }));
  const deadLetters = queues.map(({ name, region, url, deadLetterUrl, endpoint }) => createSqsDeadLetters({ queue: name, region, queueUrl: url, deadLetterUrl, endpoint, credentials }));
  const { live, test } = acquirers;
  return {
    ports: {
      journal: new DynamoJournal(connection, systemRandom), refunds: new DynamoRefunds(connection, systemRandom), workIndex: new DynamoWorkIndex(connection),
      customers: new DynamoCustomerIndex(connection), epochs: new DynamoEpochRegister(connection), operations: new DynamoOperationLog(connection, systemRandom), upkeep: new DynamoUpkeep(connection),
      queue: createSqsQueue({ queues: eachRegion((region) => paymentsQueue(queues, region)), credentials }), deadLetters,
      browsers: eachRegion((region) => new PostgresLedgerBrowser(pools[region])), ledgerReport: (region) => new PostgresLedgerReport(pools[region]),
      chargeReport: createChargeReportSides({ live: createHttpChargeReport({ baseUrl: live.url }), test: createHttpChargeReport({ baseUrl: test.url }) }),
      acquirer: createAcquirerSides({ live: createHttpAcquirer({ baseUrl: live.url }), test: createHttpAcquirer({ baseUrl: test.url }) }),
      policy: { ...defaultPaymentPolicy, ...paymentPolicy }, clock: systemClock, digest: sha256Hex,
    },
    close: async () => {
      deadLetters.forEach((each) => each.close());
      await Promise.all(regions.map((region) => pools[region].end()));
      connection.close();
    },
  };
}

const eachRegion = <T>(make: (region: Region) => T): Readonly<Record<Region, T>> => ({ 'us-east-1': make('us-east-1'), 'us-east-2': make('us-east-2') });

function paymentsQueue(queues: OperatorAddresses['queues'], region: Region): { readonly queueUrl: string; readonly region: Region; readonly endpoint: string } {
  const found = queues.find((queue) => queue.name === queueName && queue.region === region);
  if (!found) throw new Error(`there is no queue of payments in ${region}`);
  return { queueUrl: found.url, region, endpoint: found.endpoint };
}
