// Connections to the ledgers. A pool opens nothing until it is first used.
import { createLedgerPool } from '@understudy/adapters/postgres';
import type { LedgerPool } from '@understudy/adapters/postgres';
import type { Region } from '@understudy/core';
import { readPassword } from './ledger-password.ts';
import type { LedgerAddress, Variables } from './variables.ts';

const poolOf = (address: LedgerAddress): LedgerPool =>
  createLedgerPool({
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database,
    // The authorities are those of the platform: on Lambda, NODE_EXTRA_CA_CERTS names the database service's.
    ...(address.ssl === true ? { ssl: { rejectUnauthorized: true } } : {}),
    ...passwordOf(address),
  });

function passwordOf({ password, passwordSecret }: LedgerAddress): { readonly password?: string | (() => Promise<string>) } {
  if (passwordSecret !== undefined) return { password: () => readPassword(passwordSecret) };
  return password === undefined ? {} : { password };
}

export type LedgerPools = Readonly<Record<Region, LedgerPool>>;

export const ledgerPools = (config: Pick<Variables, 'LEDGERS'>): LedgerPools => ({
  'us-east-1': poolOf(config.LEDGERS['us-east-1']),
  'us-east-2': poolOf(config.LEDGERS['us-east-2']),
});
