/** The journal's table, as an operator's tools reach it. */
import { createDynamoConnection, DynamoEpochRegister } from '@understudy/adapters/dynamodb';
import type { DynamoConnection } from '@understudy/adapters/dynamodb';
import { systemClock } from '@understudy/adapters/system';
import type { EpochRecord } from '@understudy/core';
import type { RunningTwin } from './running-twin.ts';

/** A page of a scan is up to 1 MB. */
const LIMITS = { connectMs: 1_000, totalMs: 10_000 } as const;

/** To be closed. */
export async function connectToTable(twin: RunningTwin): Promise<DynamoConnection> {
  const { table, credentials } = await twin.connections();
  return createDynamoConnection({
    region: 'us-east-1', peerRegion: 'us-east-2', table: table.name, clock: systemClock, limits: LIMITS, credentials,
    primaryEndpoint: table.endpoints['us-east-1'], peerEndpoint: table.endpoints['us-east-2'],
  });
}

/** As it stands now; the twin's state is of its last look, which may be from before a move. */
export async function epochRecordOf(twin: RunningTwin): Promise<EpochRecord> {
  const connection = await connectToTable(twin);
  try {
    return await new DynamoEpochRegister(connection).read();
  } finally {
    connection.close();
  }
}
