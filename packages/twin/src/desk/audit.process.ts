/**
 * One audit in a process of its own, because it reads everything there is and everything passes through the supervisor.
 * Addresses in argv[2]; it says `ready`, then how far it has come, then the outcome. Invariant: it ends with its parent.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSpool, systemClock } from '@understudy/adapters/system';
import { outcomeOf } from '@understudy/console/desk';
import { audit } from '@understudy/core';
import type { OperatorAddresses } from '../environment.ts';
import { openRecords } from './desk-ports.ts';

/** A person sees no more often how far it has come. */
const SAY_EVERY_MS = 200;

process.once('disconnect', () => process.exit(0));
if (process.send !== undefined && !process.connected) process.exit(0);
const { addresses, quietMs } = JSON.parse(process.argv[2] ?? 'null') as { readonly addresses: OperatorAddresses; readonly quietMs: number };
// What is put aside names payments, so it goes with this process.
const folder = mkdtempSync(join(tmpdir(), 'understudy-audit-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGTERM', () => process.exit(0));
process.send?.({ event: 'ready' });

let saidAt = 0;
try {
  const { ports } = openRecords(addresses);
  const { activeRegion } = await ports.epochs.read();
  const result = await audit({
    ...ports, clock: systemClock, spool: new FileSpool(folder), ledger: ports.ledgerReport(activeRegion), acquirer: ports.chargeReport,
    progress: (step) => {
      if (Date.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = Date.now();
      process.send?.({ event: 'progress', step });
    },
  }, { quietMs });
  await said({ event: 'outcome', outcome: result.code === 'audited' ? outcomeOf(result.report) : null });
} catch (error) {
  await said({ event: 'fault', because: error instanceof Error ? error.message : String(error) });
}
process.exit(0);

function said(message: object): Promise<void> {
  return new Promise((resolve) => (process.send ? process.send(message, () => resolve()) : resolve()));
}
