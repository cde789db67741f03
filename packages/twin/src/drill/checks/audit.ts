/** The service's own audit, as `understudy audit` runs it: journal, surviving books and acquirer, payment by payment. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChargeReportSides, createHttpChargeReport } from '@understudy/adapters/acquirer';
import { DynamoEpochRegister, DynamoJournal, DynamoWorkIndex } from '@understudy/adapters/dynamodb';
import { createLedgerPool, PostgresLedgerReport } from '@understudy/adapters/postgres';
import { FileSpool, systemClock, systemRandom } from '@understudy/adapters/system';
import { audit, keyText } from '@understudy/core';
import type { AuditReport } from '@understudy/core';
import type { RunningTwin } from '../running-twin.ts';
import { connectToTable } from '../table.ts';
import { sentences } from './promise.ts';
import type { CheckedPromise } from './promise.ts';

/** Undefined while the active region changes. Nothing is spared as too young: whoever asks waits until nothing is in flight. */
export async function auditOf(twin: RunningTwin): Promise<AuditReport | undefined> {
  const { ledgers, acquirers } = await twin.connections();
  const connection = await connectToTable(twin);
  const epochs = new DynamoEpochRegister(connection);
  const folder = await mkdtemp(join(tmpdir(), 'understudy-drill-audit-'));
  try {
    const { activeRegion } = await epochs.read();
    const pool = createLedgerPool({ ...ledgers[activeRegion], maxConnections: 2 });
    try {
      const report = ({ url }: { readonly url: string }) => createHttpChargeReport({ baseUrl: url });
      const result = await audit({
        epochs, journal: new DynamoJournal(connection, systemRandom), workIndex: new DynamoWorkIndex(connection), clock: systemClock, spool: new FileSpool(folder),
        ledger: new PostgresLedgerReport(pool), acquirer: createChargeReportSides({ live: report(acquirers.live), test: report(acquirers.test) }), progress: () => undefined,
      }, { quietMs: 0 });
      return result.code === 'audited' ? result.report : undefined;
    } finally {
      await pool.end();
    }
  } finally {
    connection.close();
    await rm(folder, { recursive: true, force: true });
  }
}

export const isClean = (report: AuditReport | undefined): boolean => report !== undefined && report.findings.length === 0 && report.inFlight === 0;

export function checkAudit(report: AuditReport | undefined): CheckedPromise {
  const promise = 'Journal, books and acquirer agree on every payment and refund, and nothing is left in flight';
  if (!report) return { promise, seen: 'nothing', broken: ['the audit could not be made: the active region was changing'] };
  const { compared, inFlight, findings, findingsLeftOut } = report;
  return {
    promise,
    seen: `${compared} payments compared, ${inFlight} in flight, ${findings.length + findingsLeftOut} findings`,
    broken: sentences([...findings.map((finding) => `${finding.code} ${keyText(finding)}: ${finding.detail}`), ...(inFlight > 0 ? [`${inFlight} payments are still in flight`] : [])]),
  };
}
