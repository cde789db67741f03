// When a move begins by itself. A wrong move costs more than a late one: the truth table is walked in full, and what
// may never start a move is asserted apart from how the table says it.
import { expect, test } from 'vitest';
import { firstEpochRecord } from '../region/epoch.ts';
import type { EpochRecord } from '../region/epoch.ts';
import { epochMs } from '../time.ts';
import type { EpochMs } from '../time.ts';
import { detect, detectTable, takeOverRegion } from './detect.ts';
import type { DetectFacts, DetectPolicy, View } from './detect.ts';

const NOW = epochMs(1_767_614_400_000);
const policy: DetectPolicy = { mode: 'automatic', failuresMin: 3, dwellMs: 20_000, viewFreshMs: 30_000, stallMs: 60_000, resumeAfterMs: 120_000 };
const settled: EpochRecord = firstEpochRecord('us-east-1', epochMs(NOW - 86_400_000));

type Seen = 'well' | 'failing' | 'lost' | 'lost_too_few' | 'lost_too_short' | 'unseen_since' | 'critical' | 'stale_lost' | 'stale_critical' | 'silent';

function viewOf(vantage: View['vantage'], seen: Seen): View | undefined {
  const lostAt = (at: EpochMs): View => ({ vantage, at, failures: 3, failingSince: epochMs(at - policy.dwellMs) });
  const stale = epochMs(NOW - policy.viewFreshMs - 1);
  switch (seen) {
    case 'well': return { vantage, at: NOW, failures: 0 };
    case 'failing': return { vantage, at: NOW, failures: 1, failingSince: NOW };
    case 'lost': return lostAt(epochMs(NOW - policy.viewFreshMs));
    case 'lost_too_few': return { vantage, at: NOW, failures: 2, failingSince: epochMs(NOW - 9e6) };
    case 'lost_too_short': return { vantage, at: NOW, failures: 99, failingSince: epochMs(NOW - 19_999) };
    case 'unseen_since': return { vantage, at: epochMs(NOW - 20_000), failures: 99, failingSince: epochMs(NOW - 39_999) };
    case 'critical': return { vantage, at: NOW, failures: 0, critical: 'its ledger cannot be reached' };
    case 'stale_lost': return lostAt(stale);
    case 'stale_critical': return { vantage, at: stale, failures: 0, critical: 'its ledger cannot be reached' };
    case 'silent': return undefined;
  }
}

const mineSeen: readonly Seen[] = ['well', 'failing', 'lost', 'lost_too_few', 'lost_too_short', 'unseen_since'];
const witnessSeen: readonly Seen[] = ['well', 'failing', 'lost', 'lost_too_few', 'lost_too_short', 'unseen_since', 'stale_lost', 'silent'];
const activeSeen: readonly Seen[] = ['well', 'critical', 'stale_critical', 'silent'];
const ages = [undefined, 0, 60_000, 60_001];

interface Case {
  readonly mine: Seen;
  readonly witness: Seen;
  readonly active: Seen;
  readonly facts: DetectFacts;
}

const factsOf = (mine: Seen, witness: Seen, active: Seen): DetectFacts => ({
  me: 'us-east-2', now: NOW, record: settled, mine: viewOf('us-east-2', mine) as View, oldestUnpostedAgeMs: undefined, ableToTakeOver: true, policy,
  others: [viewOf('us-west-2', witness), viewOf('us-east-1', active)].filter((view) => view !== undefined),
});

function* everyCase(): Generator<Case> {
  for (const mine of mineSeen) for (const witness of witnessSeen) for (const active of activeSeen) for (const oldestUnpostedAgeMs of ages) {
    for (const ableToTakeOver of [true, false]) for (const mode of ['automatic', 'approval'] as const) {
      yield { mine, witness, active, facts: { ...factsOf(mine, witness, active), oldestUnpostedAgeMs, ableToTakeOver, policy: { ...policy, mode } } };
    }
  }
}

/** The rule, as architecture says it: two votes, of which the active region's own alarm is one when the witness is silent or settlement has stalled. */
function hasTwoVotes({ mine, witness, active, facts }: Case): boolean {
  const witnessIsSilent = witness === 'silent' || witness === 'stale_lost';
  const stalled = (facts.oldestUnpostedAgeMs ?? 0) > policy.stallMs;
  return (mine === 'lost' && (witness === 'lost' || (witnessIsSilent && active === 'critical'))) || (stalled && active === 'critical');
}

test('detect: the whole truth table -> a move exactly on two votes, an able ledger and an automatic policy', () => {
  for (const one of everyCase()) {
    const { action } = detect(one.facts);
    const two = hasTwoVotes(one);
    const { ableToTakeOver, policy: { mode } } = one.facts;
    const expected = two ? (!ableToTakeOver ? 'alert' : mode === 'approval' ? 'ask_approval' : 'fail_over')
      : one.mine === 'lost' || (one.facts.oldestUnpostedAgeMs ?? 0) > policy.stallMs ? 'alert' : 'none';
    if (action !== expected) expect({ ...one, action }).toEqual({ ...one, action: expected });
  }
});

test('detect: one witness alone, whichever -> never a move', () => {
  for (const one of everyCase()) {
    const voices = [one.mine === 'lost', one.witness === 'lost', one.active === 'critical', (one.facts.oldestUnpostedAgeMs ?? 0) > policy.stallMs].filter(Boolean);
    if (voices.length < 2) expect(['none', 'alert']).toContain(detect(one.facts).action);
  }
});

test('detect: the witness itself, whatever it sees -> only votes', () => {
  for (const one of everyCase()) {
    expect(detect({ ...one.facts, me: 'us-west-2', mine: { ...one.facts.mine, vantage: 'us-west-2' } }).action).toBe('none');
  }
});

test('detect: the active region, whatever others say of it -> never moves itself', () => {
  for (const one of everyCase()) expect(detect({ ...one.facts, me: 'us-east-1' }).row).toBe('D-20');
});

test.each<[string, Seen, Seen]>([['witness', 'lost', 'silent'], ['active region', 'silent', 'critical']])('detect: the last view of the %s, from a clock that runs ahead -> silence, not a vote that stays fresh', (_whose, witness, active) => {
  const facts = factsOf('lost', witness, active);
  const ahead = facts.others.map((view) => ({ ...view, at: epochMs(NOW + policy.viewFreshMs + 1) }));
  expect(detect(facts).action).toBe('fail_over');
  expect(detect({ ...facts, others: ahead }).action).toBe('alert');
});

const { healedAt: _healed, ...unhealed } = settled;
test.each<[string, EpochRecord, string]>([
  ['moving for longer than patience', { ...unhealed, phase: 'moving', at: epochMs(NOW - 120_001) }, 'D-10'],
  ['moving, within patience', { ...unhealed, phase: 'moving', at: epochMs(NOW - 120_000) }, 'D-20'],
  ['open and not healed for longer than patience', { ...unhealed, at: epochMs(NOW - 1_200_001) }, 'D-15'],
  ['open and healed long ago', settled, 'D-20'],
])('detect: a move to this region, %s -> %s', (_situation, record, row) => {
  expect(detect({ ...factsOf('well', 'well', 'silent'), me: 'us-east-1', record }).row).toBe(row);
});

test('detect: every row -> is reached, under an id of its own', () => {
  const reached = new Set([...everyCase()].map((one) => detect(one.facts).row));
  reached.add(detect({ ...factsOf('well', 'well', 'silent'), me: 'us-east-1' }).row);
  reached.add(detect({ ...factsOf('well', 'well', 'silent'), me: 'us-west-2' }).row);
  reached.add(detect({ ...factsOf('well', 'well', 'silent'), me: 'us-east-1', record: { ...unhealed, at: epochMs(0) } }).row);
  reached.add(detect({ ...factsOf('well', 'well', 'silent'), me: 'us-east-1', record: { ...unhealed, phase: 'moving', at: epochMs(0) } }).row);
  expect([...reached].sort()).toEqual(detectTable.map((row) => row.id).sort());
});

test('detect: where the active role would go -> the other region', () => {
  expect(takeOverRegion(settled)).toBe('us-east-2');
  expect(takeOverRegion({ ...settled, activeRegion: 'us-east-2' })).toBe('us-east-1');
});
