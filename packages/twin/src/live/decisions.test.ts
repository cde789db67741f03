import { epochMs, epochOf, firstEpochRecord } from '@understudy/core';
import type { LedgerStatus, Region, Vantage } from '@understudy/core';
import { expect, test } from 'vitest';
import { decisionsNow } from './decisions.ts';
import type { Detected } from './decisions.ts';

const settled = firstEpochRecord('us-east-1', epochMs(1_000));
const { healedAt: _, ...moving } = { ...settled, epoch: epochOf(2), activeRegion: 'us-east-2' as const, phase: 'moving' as const, kind: 'failover' as const };
const detected = new Map<Vantage, Detected>([
  ['us-east-1', { row: 'D-20', action: 'none', because: 'it is active', at: 1 }],
  ['us-west-2', { row: 'D-30', action: 'none', because: 'it votes', at: 1 }],
  ['us-east-2', { row: 'D-90', action: 'none', because: 'probes fail', at: 1 }],
]);
const policy = { plannedPatienceMs: 15_000, plannedLagMaxMs: 2_000 };
const ledgers = (found: Partial<Record<Region, LedgerStatus>>) => (region: Region) => found[region];

test('decisions: nothing moves -> the standby\'s detector first, then the active region\'s, then the witness', () => {
  const told = decisionsNow({ now: 2_000, record: settled, ledger: ledgers({}), detected, policy });
  expect(told.map(({ by, as, row }) => `${as} ${by} ${row}`)).toEqual(['detector us-east-2 D-90', 'detector us-east-1 D-20', 'detector us-west-2 D-30']);
});

test('decisions: a failover under way -> what its orchestrator would do with the ledgers as they are', () => {
  const at = (standby: LedgerStatus) => decisionsNow({ now: 2_000, record: moving, ledger: ledgers({ 'us-east-2': standby }), detected, policy })[0];
  expect(at({ role: 'standby', fence: epochOf(1), engineVersion: '17.10' })).toMatchObject({ by: 'us-east-2', as: 'orchestrator', action: 'promote' });
  expect(at({ role: 'primary', fence: epochOf(1), engineVersion: '17.10' })).toMatchObject({ action: 'raise_target_fence' });
  expect(at({ role: 'primary', fence: epochOf(2), engineVersion: '17.10' })).toMatchObject({ action: 'open' });
});

test('decisions: no epoch was read yet -> only what the detectors said', () => {
  expect(decisionsNow({ now: 2_000, record: undefined, ledger: ledgers({}), detected, policy })).toHaveLength(3);
});
