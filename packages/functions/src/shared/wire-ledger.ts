// Connections to the ledgers. A pool opens nothing until it is first used.
import { createLedgerPool } from '@understudy/adapters/postgres';
import type { LedgerConnection, LedgerPool } from '@understudy/adapters/postgres';
import type { Region } from '@understudy/core';
import { given } from './given.ts';
import { ledgerToken } from './ledger-token.ts';
import type { LedgerAddress, Variables } from './variables.ts';

export const connectionOf = (address: LedgerAddress): LedgerConnection => ({
  host: address.host,
  ...given({ readerHost: address.readerHost }),
  port: address.port,
  user: address.user,
  database: address.database,
  // The authorities are those of the platform: on Lambda, NODE_EXTRA_CA_CERTS names the database service's.
  ...(address.ssl === true ? { ssl: { rejectUnauthorized: true } } : {}),
});

const poolOf = (region: Region, address: LedgerAddress): LedgerPool => createLedgerPool({ ...connectionOf(address), ...passwordOf(region, address) });

function passwordOf(region: Region, { host, port, user, password, iam }: LedgerAddress): Pick<LedgerConnection, 'password'> {
  if (iam === true) return { password: () => ledgerToken({ host, port, user, region }) };
  return given({ password });
}

export type LedgerPools = Readonly<Record<Region, LedgerPool>>;

export const ledgerPools = (config: Pick<Variables, 'LEDGERS'>): LedgerPools => ({
  'us-east-1': poolOf('us-east-1', config.LEDGERS['us-east-1']),
  'us-east-2': poolOf('us-east-2', config.LEDGERS['us-east-2']),
});
