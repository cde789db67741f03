/** The figures of a drill in words, as the terminal and the page show them. */
import type { DrillReport } from '../drill.ts';

export const formatSeconds = (ms: number | undefined): string => (ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`);

export type Row = readonly string[];

export const loadHead: Row = ['load', 'client', 'sent', 'acknowledged', 'refused', 'calls', 'failed calls', 'longest gap', 'p50', 'p99', 'sessions', 'refunds acknowledged'];

export const loadRows = ({ loads }: DrillReport): readonly Row[] =>
  loads.map((load) => [
    String(load.load), load.client, ...[load.sent, load.acked, load.refused, load.calls, load.failedCalls].map(String), formatSeconds(load.longestGapMs),
    `${load.ackLatencyMs.p50} ms`, `${load.ackLatencyMs.p99} ms`, String(load.sessionsOpened), `${load.refundsAcked} of ${load.refundsAsked}`,
  ]);

export const moveHead: Row = ['move', 'noticed', 'accepting again', 'ledger promoted', 'first settled', 'healed', 'rows lost by replication', 'brought back'];

export const moveRows = ({ moves }: DrillReport): readonly Row[] =>
  moves.map((move) => [
    `${move.kind} to ${move.to}, epoch ${move.epoch}`, ...[move.phases.detectMs, move.acceptGapMs, move.promotedMs, move.firstSettledMs, move.healedMs].map(formatSeconds),
    ...[move.lostRows?.lost, move.lostRows?.restored].map((count) => (count === undefined ? 'not counted' : String(count))),
  ]);

export const promiseHead: Row = ['promise', 'verdict', 'what was compared'];

export const promiseRows = ({ promises }: DrillReport): readonly Row[] =>
  promises.map(({ promise, seen, broken }) => [promise, broken.length === 0 ? 'kept' : 'BROKEN', seen]);

export const passed = ({ verdict }: DrillReport): boolean => verdict.broken.length === 0;
