// `understudy console`: the pages of payments, dead letters, audit and what was done by hand, served here over the records of
// a deployment. What can be done from them is what this operator's credentials allow, and it is on record under their name.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoCustomerIndex, DynamoRefunds } from '@understudy/adapters/dynamodb';
import { PostgresLedgerBrowser } from '@understudy/adapters/postgres';
import { FileSpool, sha256Hex, systemClock, systemRandom } from '@understudy/adapters/system';
import { createDesk, outcomeOf } from '@understudy/console/desk';
import type { DeskPorts } from '@understudy/console/desk';
import { serveConsole } from '@understudy/console/serve';
import { audit } from '@understudy/core';
import type { Connections } from '../connections.ts';
import { exitCodes, refused, usageFault } from '../exit.ts';
import { operatorName } from '../operator-name.ts';
import type { Answer, Desk } from '../verb.ts';

export async function consoleOf(desk: Desk, { aws, port }: { readonly aws?: boolean; readonly port: number }): Promise<Answer> {
  const { twin } = await desk.addresses();
  if (aws !== true && twin === undefined) throw usageFault('a deployment serves no console by itself; say --aws to serve it here');
  if (aws !== true) return { exitCode: exitCodes.ok, json: { url: twin }, text: `The twin serves its console at ${twin}.` };
  const server = await serveConsole({ desk: createDesk(portsOf(await desk.connect())), port, onFault: (sentence) => desk.say(`console: ${sentence}`) }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? refused(`port ${port} is taken; say another with --port`) : error;
  });
  const stopped = Promise.withResolvers<void>();
  desk.onStop(() => {
    stopped.resolve();
    return undefined;
  });
  desk.say(`The console is at ${server.url}, for this machine only; Ctrl-C ends it.`);
  await stopped.promise;
  await server.close();
  return { exitCode: exitCodes.ok, json: { event: 'stopped' }, text: 'The console has ended.' };
}

function portsOf(connections: Connections): DeskPorts {
  const { journal, workIndex, epochs, operations, upkeep, queue, deadLetters, chargeReport, acquirer, policy, table, pools } = connections;
  return {
    of: 'deployment', by: operatorName(), journal, workIndex, epochs, operations, upkeep, queue, deadLetters, chargeReport, acquirer, policy,
    refunds: new DynamoRefunds(table, systemRandom), customers: new DynamoCustomerIndex(table), clock: systemClock, digest: sha256Hex,
    browsers: { 'us-east-1': new PostgresLedgerBrowser(pools['us-east-1']), 'us-east-2': new PostgresLedgerBrowser(pools['us-east-2']) },
    ledgerReport: (region) => connections.ledgerReport(region),
    audit: (quietMs, progress) => auditHere(connections, quietMs, progress),
  };
}

async function auditHere(connections: Connections, quietMs: number, progress: Parameters<DeskPorts['audit']>[1]): ReturnType<DeskPorts['audit']> {
  const { epochs, journal, workIndex, chargeReport } = connections;
  // What is put aside names payments: it goes when the audit does.
  const folder = mkdtempSync(join(tmpdir(), 'understudy-audit-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const { activeRegion } = await epochs.read();
    const result = await audit({ epochs, journal, workIndex, clock: systemClock, spool: new FileSpool(folder), ledger: connections.ledgerReport(activeRegion), acquirer: chargeReport, progress }, { quietMs });
    return result.code === 'audited' ? outcomeOf(result.report) : undefined;
  } finally {
    process.off('exit', remove);
    remove();
  }
}
