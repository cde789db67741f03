import { epochOf } from '@understudy/core';
import { expect, test } from 'vitest';
import type { MoveReport, MoveState } from '../../contract/index.ts';
import { phaseClockOf } from './phase-clock.ts';

const move: MoveState = { runId: 'r', kind: 'failover', from: 'us-east-1', to: 'us-east-2', phase: 'moving', startedAt: 5_000, lostAt: 1_000 };
const shown = (clock: ReturnType<typeof phaseClockOf>) => clock?.phases.map(({ name, status, tookMs }) => `${name} ${status} ${tookMs ?? '-'}`);

test('phase clock: nothing has happened -> none', () => {
  expect(phaseClockOf({ failover: null }, 9_000)).toBeUndefined();
});

test('phase clock: a region lost and nobody moves yet -> it runs from the loss', () => {
  const clock = phaseClockOf({ failover: null, outage: { region: 'us-east-1', at: 1_000 } }, 3_500);
  expect(clock).toMatchObject({ title: 'us-east-1 is lost', stoodStillMs: 2_500, isStandingStill: true, isRunning: true });
  expect(shown(clock)).toEqual(['Notice running 2500', 'Move waiting -', 'Heal waiting -']);
});

test('phase clock: moving -> the notice is over, the clock goes on', () => {
  const clock = phaseClockOf({ failover: move }, 6_200);
  expect(clock).toMatchObject({ title: 'Failover to us-east-2', stoodStillMs: 5_200, isStandingStill: true });
  expect(shown(clock)).toEqual(['Notice done 4000', 'Move running 1200', 'Heal waiting -']);
});

test('phase clock: healing -> settlement stands still no longer', () => {
  const clock = phaseClockOf({ failover: { ...move, phase: 'healing', openedAt: 7_000 } }, 9_000);
  expect(clock).toMatchObject({ stoodStillMs: 6_000, isStandingStill: false, isRunning: true });
  expect(shown(clock)).toEqual(['Notice done 4000', 'Move done 2000', 'Heal running 2000']);
});

test('phase clock: over -> what it was, whatever the time', () => {
  const last: MoveReport = { ...move, epoch: epochOf(2), reason: '', by: '', openedAt: 7_000, healedAt: 9_000, phases: { detectMs: 4_000, moveMs: 2_000, healMs: 2_000 }, steps: [] };
  const clock = phaseClockOf({ failover: null, last }, 99_000);
  expect(clock).toMatchObject({ title: 'Last failover to us-east-2', stoodStillMs: 6_000, isStandingStill: false, isRunning: false });
  expect(shown(clock)).toEqual(['Notice done 4000', 'Move done 2000', 'Heal done 2000']);
});

test('phase clock: ordered by hand -> nothing was to be noticed, and it stands still from the claim', () => {
  const { lostAt: _, ...ordered } = move;
  const clock = phaseClockOf({ failover: { ...ordered, kind: 'planned' } }, 5_400);
  expect(clock).toMatchObject({ title: 'Planned move to us-east-2', stoodStillMs: 400 });
  expect(shown(clock)).toEqual(['Move running 400', 'Heal waiting -']);
});
