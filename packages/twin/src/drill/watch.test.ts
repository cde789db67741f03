import { expect, test } from 'vitest';
import { answerOf } from './clients.ts';
import { figuresOf } from './watch.ts';
import type { Look } from './watch.ts';
import type { MoveReport } from '../state.ts';

const look = (at: number, epoch: number, primaries: Look['primaries']): Look =>
  ({ at, epoch, primaries, phase: 'open', healed: false, active: 'us-east-2', regions: { 'us-east-1': 'down', 'us-east-2': 'up' }, waiting: 0 });
const move = { runId: 'r', kind: 'failover', from: 'us-east-1', to: 'us-east-2', epoch: 2, startedAt: 3_000, openedAt: 4_000, healedAt: 9_000, lostAt: 1_000, reason: '', by: '', phases: { moveMs: 1, healMs: 1 }, steps: [] } as unknown as MoveReport;
const looks = [look(500, 1, ['us-east-2']), look(2_000, 1, ['us-east-2']), look(4_000, 2, []), look(4_500, 2, ['us-east-2'])];

test('figures: a move after a loss -> counted from the loss, from the first look under its epoch that shows it', () => {
  expect(figuresOf(move, looks, new Map([[2, 5_000]]))).toEqual({ promotedMs: 3_500, firstSettledMs: 4_000, healedMs: 8_000 });
});

test('figures: never seen -> left out, not guessed', () => {
  expect(figuresOf(move, [], new Map())).toEqual({ healedMs: 8_000 });
});

test.each([
  [202, '{"region":"us-east-2"}', { kind: 'accepted', region: 'us-east-2' }],
  [200, '', { kind: 'accepted', region: undefined }],
  [409, '', { kind: 'refused', status: 409 }],
  [429, '', { kind: 'unknown' }],
  [503, '', { kind: 'unknown' }],
])('clients: %i -> what it means for a caller', (status, text, answer) => {
  expect(answerOf({ status, text })).toEqual(answer);
});
