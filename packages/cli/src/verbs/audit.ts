// `understudy audit`: compares journal, ledger and acquirer, prints counts, sums and every finding. It changes nothing,
// unless told to give back the charges that lost their decision.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSpool, systemClock } from '@understudy/adapters/system';
import { audit as runAudit, epochMs, formatAmount, keyText, voidOrphans } from '@understudy/core';
import type { AuditReport, EpochMs, Sum, TotalsRow, VoidResult } from '@understudy/core';
import type { Connections } from '../connections.ts';
import { exitCodes, unreachable, usageFault } from '../exit.ts';
import { operatorName } from '../operator-name.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk, Progress } from '../verb.ts';

interface Options {
  readonly since?: string;
  readonly quiet: number;
  readonly voidOrphans?: boolean;
}

export async function audit(desk: Desk, options: Options): Promise<Answer> {
  const wanted = { quietMs: options.quiet * 1000, ...(options.since !== undefined && { since: timeOf(options.since) }) };
  const connections = await desk.connect();
  const report = await inFolder((folder) => auditInto(folder, connections, { ...wanted, progress: desk.progress }));
  const voided = options.voidOrphans === true ? await giveBack(connections, report, wanted.quietMs) : undefined;
  return {
    exitCode: report.findings.length > 0 ? exitCodes.found : exitCodes.ok,
    json: { ...jsonOf(report), ...(voided && { voided: voided.map(voidedJson) }) },
    text: [textOf(report), ...(voided ? voided.map(voidedText) : [])].join('\n'),
  };
}

interface Wanted {
  readonly quietMs: number;
  readonly since?: EpochMs;
  readonly progress: (progress: Progress) => void;
}

async function auditInto(folder: string, connections: Connections, { progress, ...options }: Wanted): Promise<AuditReport> {
  const { activeRegion } = await connections.epochs.read();
  const { epochs, journal, workIndex } = connections;
  const result = await runAudit({
    epochs, journal, workIndex, clock: systemClock, spool: new FileSpool(folder),
    ledger: connections.ledgerReport(activeRegion), acquirer: connections.chargeReport,
    progress,
  }, options);
  if (result.code === 'moving') throw unreachable('the active region changed, or is changing, while it was read; run it again once `understudy status` says open');
  return result.report;
}

function giveBack(connections: Connections, { epoch, findings }: AuditReport, quietMs: number): Promise<readonly VoidResult[]> {
  const lost = findings.filter((finding) => finding.code === 'orphan_charge' || finding.code === 'duplicate_charge');
  const { journal, operations, acquirer } = connections;
  return voidOrphans({
    journal, operations, clock: systemClock, voids: acquirer, acquirer: connections.chargeReport, ledger: connections.ledgerReport(epoch.activeRegion),
  }, lost, { by: operatorName(), epoch, inFlightMs: Math.max(connections.policy.chargeInFlightMs, quietMs) });
}

/** What is put aside names payments, so it is removed however the command ends. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-audit-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await use(folder);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

function timeOf(text: string): EpochMs {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw usageFault('--since must be a time such as 2026-01-31T00:00:00Z');
  return epochMs(at);
}

const amountText = ({ minor }: Pick<Sum, 'minor'>, { currency }: TotalsRow): string => (currency === '-' ? '' : formatAmount({ minor, currency }));

const jsonOf = ({ epoch, startedAt, totals, ...rest }: AuditReport): object => ({
  epoch: epoch.epoch,
  activeRegion: epoch.activeRegion,
  startedAt: new Date(startedAt).toISOString(),
  ...rest,
  totals: totals.map((row) => ({
    ...row, refunded: Object.fromEntries(Object.entries(row.refunded).map(([side, minor]) => [side, amountText({ minor }, row)])), ...Object.fromEntries((['journal', 'ledger', 'acquirer'] as const).map((side) => [side, { count: row[side].count, amount: amountText(row[side], row) }])),
  })),
});

function textOf(report: AuditReport): string {
  const { read, compared, inFlight, totals, findings, findingsLeftOut } = report;
  const sides = (row: TotalsRow) => [
    ...[row.journal, row.ledger, row.acquirer].map((sum) => `${sum.count}  ${amountText(sum, row)}`.trimEnd()),
    ...[row.refunded.journal, row.refunded.ledger, row.refunded.acquirer].map((minor) => amountText({ minor }, row)),
  ];
  const lines = [
    `Read ${read.journal} of the journal, ${read.ledger} of the ledger of ${report.epoch.activeRegion}, ${read.acquirer} charges.`,
    `Compared ${compared} payments; ${inFlight} are in flight.`,
    '',
    tableText(['merchant', 'currency', 'payments', 'in flight', 'set aside', 'processed: journal', 'ledger', 'acquirer', 'refunded: journal', 'ledger', 'acquirer'],
      totals.map((row) => [row.merchantId, row.currency, String(row.payments), String(row.inFlight), String(row.setAside), ...sides(row)])),
    '',
    ...findings.map((finding) => `${finding.code}  ${keyText(finding)}: ${finding.detail}`),
    findings.length === 0 ? 'Nothing was found.' : `Findings: ${findings.length}${findingsLeftOut === 0 ? '' : `, and ${findingsLeftOut} more payments that look wrong`}.`,
  ];
  return lines.join('\n');
}

const voidedJson = ({ key, voided, left }: VoidResult): object => ({ ...key, voided: voided.map((charge) => charge.reference), ...(left !== undefined && { left }) });

const voidedText = ({ key, voided, left }: VoidResult): string => [
  ...(voided.length > 0 ? [`Gave back ${voided.map((charge) => charge.reference).join(', ')} of ${keyText(key)}.`] : []),
  ...(left === undefined ? [] : [`Left ${keyText(key)} alone: ${left}.`]),
].join('\n');
