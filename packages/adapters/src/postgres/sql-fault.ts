// Turns what the driver throws into the PortFault of port `ledger`. Messages carry the SQLSTATE and the names of
// constraints, never the server's text or detail: those quote the row.
import pg from 'pg';
import { isPortFault, PortFault } from '@understudy/core';

/** Errors of the statement itself or of a missing right: the same call fails again. */
const HOPELESS_CLASSES: ReadonlySet<string> = new Set(['22', '23', '42']);

export function ledgerFault(error: unknown): PortFault {
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    return new PortFault({ port: 'ledger', retryable: !HOPELESS_CLASSES.has(error.code.slice(0, 2)), message: describe(error), cause: error });
  }
  return new PortFault({ port: 'ledger', retryable: true, message: error instanceof Error ? error.message : String(error), cause: error });
}

/** The server's own error behind a fault of this adapter; undefined when the server did not answer. */
export const databaseErrorOf = (error: unknown): pg.DatabaseError | undefined =>
  isPortFault(error) && error.cause instanceof pg.DatabaseError ? error.cause : undefined;

/** Which rule was broken, in words that are safe to log. */
export const describe = (error: pg.DatabaseError): string =>
  ['SQLSTATE', error.code, error.table, error.column, error.constraint].filter((part) => part !== undefined).join(' ');
