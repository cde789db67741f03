// The order of a move, exhaustively: every combination of what the facts distinguish, checked against what may never
// happen, and every half-made move played to its end.
import { describe, expect, test } from 'vitest';
import { epochOf, firstEpochRecord, nextEpoch } from '../region/epoch.ts';
import type { EpochRecord } from '../region/epoch.ts';
import { peerOf } from '../region/region.ts';
import { epochMs } from '../time.ts';
import { moveTables, nextMoveStep } from './move-table.ts';
import type { LedgerFacts, MoveFacts, MoveRequest } from './move.ts';

const policy = { plannedPatienceMs: 60_000, plannedLagMaxMs: 5000 };
const NOW = epochMs(1_767_614_400_000);
const EPOCH = epochOf(5);
const to = 'us-east-2' as const;
const request: MoveRequest = { to, kind: 'failover', runId: 'run-1', fromEpoch: EPOCH, by: 'a test', reason: 'a test' };
const record: EpochRecord = { ...firstEpochRecord(to, NOW), epoch: EPOCH, phase: 'moving', kind: 'failover', ledgerEpoch: epochOf(3) };

const booleans = [false, true] as const;
const fences = [2, 3, 4, 5, 6].map(epochOf);
const servers: readonly LedgerFacts[] = (['primary', 'standby'] as const).flatMap((role) =>
  fences.flatMap((fence) => ['17.10', '17.11'].map((engineVersion) => ({ role, fence, engineVersion }))));
const targets: readonly (LedgerFacts | undefined)[] = [undefined, ...servers.flatMap((server) => [server, { ...server, lagMs: 0 }, { ...server, lagMs: 60_000 }])];
const sources: readonly (LedgerFacts | undefined)[] = [undefined, ...servers];

const records: readonly EpochRecord[] = [to, peerOf(to)].flatMap((activeRegion) => (['open', 'moving'] as const).flatMap((phase) => (['failover', 'planned'] as const).flatMap((kind) =>
  [3, 5].flatMap((ledgerEpoch) => booleans.flatMap((healed) => booleans.map((overdue): EpochRecord => {
    const { healedAt: _installed, ...rest } = record;
    return { ...rest, activeRegion, phase, kind, ledgerEpoch: epochOf(ledgerEpoch), at: epochMs(overdue ? NOW - 60_001 : NOW - 60_000), ...(healed ? { healedAt: NOW } : {}) };
  }))))));
const requests: readonly MoveRequest[] = (['failover', 'planned'] as const).flatMap((kind) => [4, 5].map((from) => ({ ...request, kind, fromEpoch: epochOf(from) })));

function* allFacts(): Generator<MoveFacts> {
  for (const one of records) for (const asked of requests) for (const target of targets) for (const source of sources) yield { request: asked, record: one, now: NOW, target, source, policy };
}

const isAdoptable = (f: MoveFacts, server: LedgerFacts | undefined): boolean => server !== undefined && server.fence >= f.record.ledgerEpoch && server.fence <= f.record.epoch;
const allRows = Object.values(moveTables).flat();

/** What may never happen, each with when it may. */
const mayBeTaken: Readonly<Record<string, (f: MoveFacts) => boolean>> = {
  claim: (f) => f.record.activeRegion !== to && f.record.epoch === f.request.fromEpoch && isAdoptable(f, f.target) && (f.request.kind === 'failover' || f.record.phase === 'open'),
  promote: (f) => f.record.activeRegion === to && f.record.phase === 'moving' && f.record.kind === 'failover' && f.target?.role === 'standby' && isAdoptable(f, f.target),
  raise_target_fence: (f) => f.record.activeRegion === to && f.record.phase === 'moving' && f.target?.role === 'primary' && isAdoptable(f, f.target),
  raise_source_fence: (f) => f.record.activeRegion === to && f.record.phase === 'moving' && f.record.kind === 'planned' && f.source?.role === 'primary' && isAdoptable(f, f.source),
  switch_over: (f) => f.record.phase === 'moving' && f.record.kind === 'planned' && f.target?.role === 'standby' && f.target.fence === f.record.epoch && f.source?.role === 'primary' && f.source.fence === f.record.epoch,
  open: (f) => f.record.activeRegion === to && f.record.phase === 'moving' && f.target?.role === 'primary' && f.target.fence === f.record.epoch,
  take_over: (f) => f.record.activeRegion === to && f.record.phase === 'moving' && f.record.kind === 'planned' && isAdoptable(f, f.target) && f.now - f.record.at > policy.plannedPatienceMs,
  turn_back: (f) => f.record.activeRegion === to && f.record.phase === 'moving' && f.record.kind === 'planned' && f.source?.role === 'primary' && f.now - f.record.at > policy.plannedPatienceMs,
  heal: (f) => f.record.activeRegion === to && f.record.phase === 'open' && f.record.healedAt === undefined,
  done: (f) => f.record.activeRegion === to && f.record.phase === 'open' && f.record.healedAt !== undefined,
  wait: () => true,
  refuse: () => true,
};

test('move: every combination of facts -> one step, and none that may not be taken', () => {
  const wrong: unknown[] = [];
  for (const facts of allFacts()) {
    const step = nextMoveStep(facts);
    if (mayBeTaken[step.action]?.(facts) !== true) wrong.push({ step, facts });
  }
  expect(wrong.slice(0, 3)).toEqual([]);
});

test('move: every row -> is reached by some facts, under an id of its own and with its reason', () => {
  const reached = new Map<string, string>();
  for (const facts of allFacts()) {
    const step = nextMoveStep(facts);
    reached.set(step.row, step.because);
  }
  expect([...reached.keys()].sort()).toEqual(allRows.map((row) => row.id).sort());
  expect(new Set(allRows.map((row) => row.id)).size).toBe(allRows.length);
  for (const row of allRows) expect(reached.get(row.id)).toBe(row.because);
});

const healthy = (role: LedgerFacts['role'], fence: number): LedgerFacts => ({ role, fence: epochOf(fence), engineVersion: '17.10', ...(role === 'standby' ? { lagMs: 0 } : {}) });
const openElsewhere: EpochRecord = { ...record, activeRegion: peerOf(to), phase: 'open', kind: 'planned', ledgerEpoch: EPOCH };
const preflight: MoveFacts = { request, record: openElsewhere, now: NOW, target: healthy('standby', 5), source: healthy('primary', 5), policy };
const planned = { ...request, kind: 'planned' } as const;

test.each<[string, string, Partial<MoveFacts>]>([
  ['an orchestrator that slept through a later move', 'F-105', { request: { ...request, fromEpoch: epochOf(4) } }],
  ['a target out of reach', 'F-110', { target: undefined }],
  ['a target that is a zombie of an older epoch', 'F-120', { target: healthy('primary', 3) }],
  ['a target ahead of the record', 'F-120', { target: healthy('standby', 6) }],
  ['other engine versions', 'F-130', { target: { ...healthy('standby', 5), engineVersion: '17.11' } }],
  ['a planned move while another is under way', 'F-140', { record: { ...openElsewhere, phase: 'moving' }, request: planned }],
  ['a planned move without its source', 'F-150', { request: planned, source: undefined }],
  ['a planned move from a source that is no primary', 'F-150', { request: planned, source: healthy('standby', 5) }],
  ['a planned move to a target that lags', 'F-160', { request: planned, target: { ...healthy('standby', 5), lagMs: 5001 } }],
  ['a planned move to a target whose lag is unknown', 'F-160', { request: planned, target: { role: 'standby', fence: EPOCH, engineVersion: '17.10' } }],
  ['a failover to a target that lags for hours', 'F-190', { target: { ...healthy('standby', 5), lagMs: 9e9 }, source: undefined }],
  ['a failover out of a move that lost its target', 'F-190', { record: { ...openElsewhere, phase: 'moving', ledgerEpoch: epochOf(4) }, target: healthy('standby', 4) }],
])('move: %s -> %s', (_situation, row, facts) => {
  expect(nextMoveStep({ ...preflight, ...facts }).row).toBe(row);
});

/** What stays broken while a half-made move is played on. */
interface World {
  readonly replicates: boolean;
  readonly switches: boolean;
}

interface Play {
  readonly facts: MoveFacts;
  readonly to: 'target' | 'source';
}

const changed = (facts: MoveFacts, server: 'target' | 'source', change: Partial<LedgerFacts>): MoveFacts => {
  const standing = facts[server];
  return standing ? { ...facts, [server]: { ...standing, ...change } } : facts;
};

/** The world's answer to one step. */
function play({ facts, to: towards }: Play, world: World): Play | 'ended' | 'stuck' {
  const later = { ...facts, now: epochMs(facts.now + 30_000) };
  const claimed = (kind: 'failover'): EpochRecord => ({ ...facts.record, epoch: nextEpoch(facts.record.epoch), kind, at: later.now });
  const { action } = nextMoveStep(facts);
  switch (action) {
    case 'promote': return { facts: changed(later, 'target', { role: 'primary' }), to: towards };
    case 'raise_target_fence': return { facts: changed(later, 'target', { fence: facts.record.epoch }), to: towards };
    case 'raise_source_fence': {
      const raised = changed(later, 'source', { fence: facts.record.epoch });
      return { facts: world.replicates && facts.target?.role === 'standby' ? changed(raised, 'target', { fence: facts.record.epoch }) : raised, to: towards };
    }
    case 'switch_over': return { facts: world.switches ? changed(changed(later, 'target', { role: 'primary' }), 'source', { role: 'standby' }) : later, to: towards };
    case 'wait': return facts.now - facts.record.at > 10 * policy.plannedPatienceMs ? 'stuck' : { facts: later, to: towards };
    case 'take_over': return { facts: { ...later, record: claimed('failover') }, to: towards };
    case 'turn_back': {
      const back = peerOf(facts.request.to);
      return { facts: { ...later, record: { ...claimed('failover'), activeRegion: back }, request: { ...facts.request, to: back }, target: facts.source, source: facts.target }, to: 'source' };
    }
    case 'open': return { facts: { ...later, record: { ...facts.record, phase: 'open', ledgerEpoch: facts.record.epoch } }, to: towards };
    case 'heal': case 'done': return 'ended';
    case 'refuse': case 'claim': return 'stuck';
  }
}

function endOf(facts: MoveFacts, world: World): { readonly open: boolean; readonly at: Play } {
  let at: Play = { facts, to: 'target' };
  for (let steps = 0; steps < 60; steps += 1) {
    const next = play(at, world);
    if (next === 'ended') return { open: at.facts.target?.role === 'primary' && at.facts.target.fence === at.facts.record.epoch, at };
    if (next === 'stuck') break;
    at = next;
  }
  return { open: false, at };
}

const worlds: readonly World[] = booleans.flatMap((replicates) => booleans.map((switches) => ({ replicates, switches })));
const halfMade = records.filter((one) => one.phase === 'moving' && one.activeRegion === to && one.healedAt === undefined && one.ledgerEpoch === 3);

describe.each(worlds)('move: played on from every half-made point, %o', (world) => {
  test('the target can be adopted -> ends open in the target, or back in the source, under a fence of its own epoch', () => {
    const stuck: unknown[] = [];
    for (const one of halfMade) for (const target of targets) for (const source of sources) {
      const facts: MoveFacts = { request, record: one, now: NOW, target, source, policy };
      if (isAdoptable(facts, target) && !endOf(facts, world).open) stuck.push({ record: one, target, source, at: endOf(facts, world).at });
    }
    expect(stuck.slice(0, 2)).toEqual([]);
  });

  test('a planned move whose target was lost or is on another timeline -> back in the source, where that can be', () => {
    for (const one of halfMade.filter((half) => half.kind === 'planned')) for (const target of targets) for (const source of sources) {
      const facts: MoveFacts = { request, record: one, now: NOW, target, source, policy };
      if (isAdoptable(facts, target) || !isAdoptable(facts, source) || source?.role !== 'primary') continue;
      expect(endOf(facts, world)).toMatchObject({ open: true, at: { to: 'source' } });
    }
  });
});
