/**
 * What stands outside both regions and outlives them: the strongly consistent table and the card acquirer, each a process
 * of its own. The supervisor reads the table past the switchboard: it must know the truth while everything else is cut.
 */
import { createDynamoConnection, DynamoEpochRegister, DynamoJournal, DynamoKeyStore, DynamoMoveLog, DynamoWorkIndex, journalTable, sessionsTable, SESSIONS_TTL_ATTRIBUTE } from '@understudy/adapters/dynamodb';
import { systemClock, systemRandom } from '@understudy/adapters/system';
import { epochMs, firstEpochRecord, peerOf, primaryRegion, regions } from '@understudy/core';
import type { EpochRecord, EpochRegister, Journal, KeyStore, MoveLog, Region, WorkIndex } from '@understudy/core';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { DataDir } from './data-dir.ts';
import { linkNames } from './network.ts';
import type { Network } from './network.ts';
import { UsageError } from './options.ts';
import { permissions } from './permissions.ts';

/** Late on purpose, as with DynamoDB: readers go by the time at which a session ends. */
const SWEEP_EVERY_MS = 60_000;

export interface OutsideOptions {
  readonly dataDir: DataDir;
  readonly network: Network;
  readonly acquirerPort: number;
  readonly onCrash: (part: string, how: string) => void;
}

/** What the supervisor reads and writes in the table itself. */
export interface OpenJournal {
  readonly epochs: EpochRegister;
  readonly keys: KeyStore;
  readonly moveLog: MoveLog;
  readonly journal: Journal;
  readonly workIndex: WorkIndex;
  /** As it stood when the journal was opened. */
  readonly record: EpochRecord;
}

export class OutsideParts {
  readonly #options: OutsideOptions;
  table: Child | undefined;
  acquirer: Child | undefined;

  constructor(options: OutsideOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await Promise.all([this.#startTable(), this.#startAcquirer()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.table?.stop(), this.acquirer?.stop()]);
  }

  /** Makes the first epoch record of an installation that has none. */
  async openJournal(): Promise<OpenJournal> {
    const ports = this.#tablePorts();
    const endpoint = (region: Region) => `http://127.0.0.1:${ports[region]}`;
    const connection = createDynamoConnection({
      primaryEndpoint: endpoint('us-east-2'), peerEndpoint: endpoint('us-east-1'), region: 'us-east-2', peerRegion: 'us-east-1',
      credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' }, table: journalTable.TableName, clock: systemClock,
    });
    const epochs = new DynamoEpochRegister(connection);
    await epochs.initialise(firstEpochRecord(primaryRegion, epochMs(Date.now())));
    return {
      epochs, keys: new DynamoKeyStore(connection, systemClock), moveLog: new DynamoMoveLog(connection, systemRandom),
      journal: new DynamoJournal(connection, systemRandom), workIndex: new DynamoWorkIndex(connection), record: await epochs.read(),
    };
  }

  async #startTable(): Promise<void> {
    const { dataDir, network, onCrash } = this.#options;
    this.table = await startChild({
      entry: new URL('stand-ins/dynamodb/dynamodb.process.ts', import.meta.url),
      configuration: {
        dataDir: dataDir.table, regions, tables: [journalTable], permissions: permissions(),
        regional: {
          dataDir: dataDir.sessions, sweepEveryMs: SWEEP_EVERY_MS,
          tables: [{ request: sessionsTable, ttlAttribute: SESSIONS_TTL_ATTRIBUTE }],
          peers: Object.fromEntries(regions.map((region) => [region, network.port(linkNames.sessionsReplication(region))])),
        },
      },
      logFile: dataDir.log('table'),
      onCrash: (how) => onCrash('table', how),
    });
    const ports = this.#tablePorts();
    const receivers = this.table.ready['receivers'] as Readonly<Record<Region, number>>;
    for (const region of regions) {
      network.aim(linkNames.sessionsReplication(region), receivers[peerOf(region)]);
      network.aim(linkNames.dynamodb(region), ports[region]);
      network.aim(linkNames.dynamodbPeer(region), ports[peerOf(region)]);
      network.aim(linkNames.witnessDynamodb(region), ports[region]);
      network.aim(linkNames.operator('dynamodb', region), ports[region]);
    }
  }

  async #startAcquirer(): Promise<void> {
    const { dataDir, network, acquirerPort: port, onCrash } = this.#options;
    try {
      this.acquirer = await startChild({
        entry: new URL('acquirer-sandbox/acquirer.process.ts', import.meta.url),
        configuration: { port, dataDir: dataDir.acquirer },
        logFile: dataDir.log('acquirer'),
        onCrash: (how) => onCrash('acquirer', how),
      });
    } catch (error) {
      throw new UsageError(`the acquirer sandbox did not start, most likely because port ${port} is taken; choose another --port (${String(error)})`);
    }
    for (const region of regions) network.aim(linkNames.acquirer(region), port);
  }

  #tablePorts(): Readonly<Record<Region, number>> {
    return this.table?.ready['ports'] as Readonly<Record<Region, number>>;
  }
}
