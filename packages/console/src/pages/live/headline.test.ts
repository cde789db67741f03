import { epochOf } from '@understudy/core';
import { expect, test } from 'vitest';
import type { RegionState, TwinState } from '../../contract/index.ts';
import { headlineOf, lastSeen } from './headline.ts';

const region = (role: 'primary' | 'standby' | 'down', more: Partial<RegionState> = {}): RegionState =>
  ({ up: true, isolated: false, healthy: true, ledger: { role }, queue: { visible: 0, inFlight: 0, dead: 0 }, services: {}, ...more });
const calm: TwinState = {
  epoch: { epoch: epochOf(1), activeRegion: 'us-east-1', phase: 'open', healed: true },
  resolver: { region: 'us-east-1', since: 0 },
  regions: { 'us-east-1': region('primary'), 'us-east-2': region('standby') },
  witness: { up: true },
  failover: null,
};
const epoch = calm.epoch!;
const withEast2 = (state: RegionState): TwinState => ({ ...calm, regions: { ...calm.regions, 'us-east-2': state } });

test.each<[string, TwinState, string, string]>([
  ['nothing is wrong', calm, 'good', 'us-east-1 settles under epoch 1; all is well'],
  ['the active region is lost', { ...calm, outage: { region: 'us-east-1', at: 0 } }, 'bad', 'us-east-1 is lost, and nobody settles: the detectors are making sure'],
  ['a move', { ...calm, epoch: { ...epoch, activeRegion: 'us-east-2', phase: 'moving', healed: false } }, 'bad', 'The active role moves to us-east-2: payments are accepted, nobody settles'],
  ['healing', { ...calm, epoch: { ...epoch, epoch: epochOf(2), healed: false } }, 'info', 'us-east-1 settles under epoch 2 and brings back what the move left behind'],
  ['the standby is down', withEast2(region('down', { up: false })), 'note', 'us-east-1 settles under epoch 1, but us-east-2 is down'],
  ['the standby is being built', withEast2(region('down')), 'note', 'us-east-1 settles under epoch 1, but there is no standby in us-east-2'],
  ['two things wait for a person', { ...withEast2(region('standby', { queue: { visible: 0, inFlight: 0, dead: 2 } })), setAside: { count: 1, complete: true } }, 'note', 'us-east-1 settles under epoch 1, but there are dead letters, payments are set aside'],
  ['DNS does not trust a region', withEast2(region('standby', { healthy: false })), 'note', 'us-east-1 settles under epoch 1, but DNS takes us-east-2 for unhealthy'],
  ['a former DNS primary waits for a failback', { ...calm, epoch: { ...epoch, activeRegion: 'us-east-2' }, regions: { 'us-east-1': region('standby', { healthy: false }), 'us-east-2': region('primary') } }, 'good', 'us-east-2 settles under epoch 1; all is well'],
  ['no epoch was read', { ...calm, epoch: null }, 'plain', 'Nobody knows yet which region is active'],
])('headline: %s -> it says so', (_what, state, tone, sentence) => {
  expect(headlineOf(state)).toEqual({ tone, sentence });
});

test('headline: the twin does not answer -> what was well is not called well any more', () => {
  expect(lastSeen(headlineOf(calm))).toEqual({ tone: 'plain', sentence: 'The twin does not answer; last seen: us-east-1 settles under epoch 1; all is well' });
});
