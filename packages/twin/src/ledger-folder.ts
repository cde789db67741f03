/**
 * Where the ledgers of a data folder are kept: inside it, or, when PostgreSQL may not walk there, beside all others in
 * /var/tmp with a link to it.
 * Invariant: one data folder has one ledger folder; one that vanished is an error, never an empty ledger, because the
 * journal would believe that its payments are in the books.
 */
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './options.ts';
import { accountFor, unreachableFolder } from './postgres/binaries.ts';

/** Open to all and kept when the machine restarts. */
const OPEN_TO_ALL = '/var/tmp';
const MADE_BY_US: string = join(OPEN_TO_ALL, 'understudy-ledger-');

/** Makes it when there is none yet. */
export function ledgerFolder(dataFolder: string): string {
  const place = join(dataFolder, 'ledger');
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (!found) make(place, dataFolder);
  else if (!existsSync(place)) throw new UsageError(`the ledgers of ${dataFolder} were kept elsewhere and are gone; begin anew with --fresh`);
  return realpathSync(place);
}

export function removeLedgerFolder(dataFolder: string): void {
  const place = join(dataFolder, 'ledger');
  if (existsSync(place)) rmSync(realpathSync(place), { recursive: true });
  rmSync(place, { recursive: true, force: true });
}

/** One elsewhere that nothing was ever put into goes with the twin that made it: whoever removes a data folder does not see it. */
export function leaveLedgerFolder(dataFolder: string): void {
  const place = join(dataFolder, 'ledger');
  if (!existsSync(place) || !lstatSync(place).isSymbolicLink()) return;
  const elsewhere = realpathSync(place);
  // A link to any other place was made by a person.
  if (!elsewhere.startsWith(MADE_BY_US) || readdirSync(elsewhere).length > 0) return;
  // The link first: one that leads nowhere means that ledgers are gone.
  unlinkSync(place);
  rmdirSync(elsewhere);
}

/** Root's own folders are closed to the account that PostgreSQL then runs as: a checkout in /root, for one. */
function make(place: string, dataFolder: string): void {
  const account = accountFor();
  if (account === undefined || unreachableFolder(dataFolder, account) === undefined) return mkdirSync(place, { mode: 0o755 });
  const elsewhere = mkdtempSync(MADE_BY_US);
  try {
    chmodSync(elsewhere, 0o755);
    symlinkSync(elsewhere, place);
  } catch (error) {
    rmSync(elsewhere, { recursive: true });
    throw error;
  }
}
