// When a move is over, and what is made of reads that fail.
import { epochMs, epochOf, firstEpochRecord, PortFault } from '@understudy/core';
import type { EpochRecord, MoveLogEntry, MoveRequest } from '@understudy/core';
import { expect, test } from 'vitest';
import { endOf, watchMove } from './watch-move.ts';

const at = epochMs(1_767_614_430_000);
const { healedAt: _healed, ...first } = firstEpochRecord('us-east-1', at);
const request: MoveRequest = { to: 'us-east-2', kind: 'planned', runId: 'run', fromEpoch: epochOf(1), by: 'me', reason: 'why' };
const before: EpochRecord = { ...first, healedAt: at };
const moving: EpochRecord = { ...first, epoch: epochOf(2), activeRegion: 'us-east-2', phase: 'moving', runId: 'run' };
const open: EpochRecord = { ...moving, phase: 'open' };
const refusal: MoveLogEntry = { at, row: 'F-110', because: 'the ledger is away', detail: 'refuse' };

test.each<[string, EpochRecord, readonly MoveLogEntry[], string | undefined]>([
  ['nothing has happened yet', before, [], undefined],
  ['refused before it began', before, [refusal], 'refused'],
  ['under way, and a second orchestrator was refused', moving, [refusal], undefined],
  ['open, not healed', open, [], undefined],
  ['open and healed', { ...open, healedAt: at }, [], 'healed'],
  ['the source has the role back', { ...open, epoch: epochOf(3), activeRegion: 'us-east-1' }, [], 'turned_back'],
])('watch-move: %s -> the end that is certain', (_what, record, fresh, end) => {
  expect(endOf(record, request, fresh)).toBe(end);
});

test('watch-move: a read fails, then the move is refused -> says why; what an earlier try told is not taken for it', async () => {
  let reads = 0;
  const said: string[] = [];
  const outcome = await watchMove({
    epochs: { read: () => Promise.resolve(before), compareAndSet: () => Promise.reject(new Error('unused')), initialise: () => Promise.reject(new Error('unused')) },
    moveLog: {
      append: () => Promise.reject(new Error('unused')),
      read: () => {
        reads += 1;
        if (reads === 1) return Promise.reject(new PortFault({ port: 'epoch', retryable: true, message: 'away' }));
        return Promise.resolve(reads === 2 ? [{ ...refusal, row: 'F-160' }] : [{ ...refusal, row: 'F-160' }, refusal]);
      },
    },
    say: (line) => said.push(line),
  }, request, 1);
  expect(outcome).toMatchObject({ end: 'refused', because: 'F-110 the ledger is away' });
  expect({ reads, told: said.some((line) => line.includes('F-160')) }).toEqual({ reads: 3, told: false });
});
