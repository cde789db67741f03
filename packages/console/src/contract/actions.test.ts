import { expect, test } from 'vitest';
import { whyNotMove, whyNotRegion, whyNotWhole } from './actions.ts';
import type { ActionFacts } from './actions.ts';

const calm: ActionFacts = {
  epoch: { activeRegion: 'us-east-1', phase: 'open' },
  regions: { 'us-east-1': { up: true, isolated: false }, 'us-east-2': { up: true, isolated: false } },
  witness: { up: true },
};
const without = (region: 'us-east-1' | 'us-east-2'): ActionFacts => ({ ...calm, regions: { ...calm.regions, [region]: { up: false, isolated: false } } });
const movedTo = (phase: 'open' | 'moving', facts = calm): ActionFacts => ({ ...facts, epoch: { activeRegion: 'us-east-2', phase } });

test('actions: all is well -> what breaks is possible, what mends is not', () => {
  expect(whyNotRegion('kill', calm, 'us-east-1')).toBeUndefined();
  expect(whyNotRegion('isolate', calm, 'us-east-1')).toBeUndefined();
  expect(whyNotRegion('restore', calm, 'us-east-1')).toBe('us-east-1 is up already');
  expect(whyNotRegion('rejoin', calm, 'us-east-1')).toBe('us-east-1 is connected already');
  expect(whyNotWhole('killWitness', calm)).toBeUndefined();
  expect(whyNotWhole('restoreWitness', calm)).toBe('the witness is up already');
});

test('actions: a region down -> it can be restored, not killed once more', () => {
  expect(whyNotRegion('restore', without('us-east-1'), 'us-east-1')).toBeUndefined();
  expect(whyNotRegion('kill', without('us-east-1'), 'us-east-1')).toBe('us-east-1 is down already');
});

test('actions: the active role at home -> it can leave, not come back', () => {
  expect(whyNotWhole('failover', calm)).toBeUndefined();
  expect(whyNotWhole('failback', calm)).toBe('us-east-1 is the active region already');
});

test('actions: the role moved away -> it can come back once home is up', () => {
  expect(whyNotWhole('failback', movedTo('open'))).toBeUndefined();
  expect(whyNotWhole('failback', movedTo('open', without('us-east-1')))).toBe('us-east-1 is down; restore it first');
});

test('actions: a move under way -> no other is offered, until its target dies', () => {
  expect(whyNotWhole('failover', movedTo('moving'))).toBe('a move to us-east-2 is under way');
  expect(whyNotWhole('failback', movedTo('moving'))).toBe('a move to us-east-2 is under way');
  expect(whyNotWhole('failover', movedTo('moving', without('us-east-2')))).toBeUndefined();
});

test('actions: one move ordered twice -> not refused', () => {
  expect(whyNotMove(movedTo('moving'), 'us-east-2')).toBeUndefined();
});

test('actions: the target down -> no move to it', () => {
  expect(whyNotWhole('failover', without('us-east-2'))).toBe('us-east-2 is down; restore it first');
});

test('actions: no epoch read yet -> no move', () => {
  expect(whyNotWhole('failover', { ...calm, epoch: null })).toBe('nobody knows yet which region is active');
});
