// Carries a move of the active role one step further. Invariant: every step is chosen from the record and the two
// ledgers as they are now, is idempotent, and may be taken by anyone: a crash, a lost answer or a second
// orchestrator changes nothing but the time it takes.
import { nextMoveStep } from '../domain/failover/move-table.ts';
import type { LedgerFacts, MoveFacts, MovePolicy, MoveRequest, MoveStep } from '../domain/failover/move.ts';
import { nextEpoch } from '../domain/region/epoch.ts';
import type { EpochRecord } from '../domain/region/epoch.ts';
import { peerOf } from '../domain/region/region.ts';
import type { Region } from '../domain/region/region.ts';
import { isPortFault } from '../ports/fault.ts';
import type { LedgerCluster, LedgerControl } from '../ports/ledger-control.ts';
import type { MoveLog } from '../ports/move-log.ts';
import { WORK_SHARDS } from '../ports/work-index.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcilePolicy, ReconcilePorts } from './reconcile.ts';

export interface MovePorts extends ReconcilePorts {
  readonly control: LedgerControl;
  readonly cluster: LedgerCluster;
  readonly moveLog: MoveLog;
}

export interface MovePolicies {
  readonly move: MovePolicy;
  readonly reconcile: ReconcilePolicy;
  /** Between two looks at something that takes its time. */
  readonly waitMs: number;
  /** Open for longer than this and still not healed: an orchestrator takes one more pass and ends. Above the detector's patience, which then starts others. */
  readonly healPatienceMs: number;
}

export interface MoveProgress {
  /** `again`: call with `request` after `waitMs`. The others end this orchestrator, not necessarily the move. */
  readonly state: 'again' | 'done' | 'refused';
  readonly request: MoveRequest;
  readonly waitMs: number;
  readonly row: string;
  readonly because: string;
}

/** Takes one step. PortFaults are waited out: the answer is then `again`. */
export async function advanceMove(ports: MovePorts, policies: MovePolicies, request: MoveRequest): Promise<MoveProgress> {
  try {
    const facts = await gather(ports, policies, request);
    const step = nextMoveStep(facts);
    const progress = await take(ports, policies, { facts, step });
    if (step.action !== 'wait') await note(ports, request, step);
    return progress;
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('move_blocked', { run_id: request.runId, cause: error.message });
    return { state: 'again', request, waitMs: policies.waitMs, row: 'F-0', because: error.message };
  }
}

async function gather(ports: MovePorts, policies: MovePolicies, request: MoveRequest): Promise<MoveFacts> {
  const record = await ports.epochs.read();
  const [target, source] = await Promise.all([look(ports, request.to), look(ports, peerOf(request.to))]);
  return { request, record, now: ports.clock.now(), target, source, policy: policies.move };
}

async function look(ports: MovePorts, region: Region): Promise<LedgerFacts | undefined> {
  try {
    return await ports.control.status(region);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return undefined;
  }
}

interface Chosen {
  readonly facts: MoveFacts;
  readonly step: MoveStep;
}

async function take(ports: MovePorts, policies: MovePolicies, chosen: Chosen): Promise<MoveProgress> {
  const { facts, step } = chosen;
  const { request, record } = facts;
  const progress = (state: MoveProgress['state'], waitMs = 0, next = request): MoveProgress => ({ state, request: next, waitMs, row: step.row, because: step.because });
  switch (step.action) {
    case 'done':
      // Told here too: the answer to the write that said so may have been lost.
      if (record.runId === request.runId) await tellHealed(ports, record);
      return progress('done');
    case 'refuse':
      await ports.tell({ kind: 'failover_refused', sentence: `A move to ${request.to} was refused: ${step.because}.`, detail: { row: step.row, run_id: request.runId } });
      return progress('refused');
    case 'wait':
      return progress('again', policies.waitMs);
    case 'claim':
      return (await claim(ports, record, request)) ? progress('again') : progress('again', policies.waitMs);
    case 'take_over': {
      const next: MoveRequest = { ...request, kind: 'failover', fromEpoch: record.epoch, reason: `${step.row}: ${step.because}` };
      await claim(ports, record, next);
      return progress('again', 0, next);
    }
    case 'turn_back': {
      const next: MoveRequest = { ...request, to: peerOf(request.to), kind: 'failover', fromEpoch: record.epoch, reason: `${step.row}: ${step.because}` };
      await claim(ports, record, next);
      return progress('again', 0, next);
    }
    case 'promote':
    case 'switch_over':
      await changeRoles(ports, policies, chosen);
      return progress('again', policies.waitMs);
    case 'raise_target_fence':
      await ports.control.raiseFence(request.to, { from: record.ledgerEpoch, to: record.epoch });
      return progress('again');
    case 'raise_source_fence':
      await ports.control.raiseFence(peerOf(request.to), { from: record.ledgerEpoch, to: record.epoch });
      return progress('again');
    case 'open':
      await open(ports, record);
      return progress('again');
    case 'heal':
      // Only the active region replays. After turning back, an orchestrator elsewhere ends here; the detector there sees to the rest.
      if (record.activeRegion !== ports.region) return progress('done');
      if (await heal(ports, policies, record)) return progress('done');
      // The detector starts another each minute; those that never end would pile up behind a payment that nobody can settle.
      return ports.clock.now() - record.at > policies.healPatienceMs ? progress('done') : progress('again', policies.waitMs);
  }
}

/** True when the record now names this move, also when an earlier answer was lost. */
async function claim(ports: MovePorts, record: EpochRecord, request: MoveRequest): Promise<boolean> {
  const next: EpochRecord = {
    epoch: nextEpoch(record.epoch),
    activeRegion: request.to,
    phase: 'moving',
    kind: request.kind,
    runId: request.runId,
    ledgerEpoch: record.ledgerEpoch,
    reason: request.reason,
    by: request.by,
    at: ports.clock.now(),
  };
  const result = await ports.epochs.compareAndSet({ epoch: record.epoch, phase: record.phase }, next);
  const won = result.won || result.record.runId === request.runId;
  if (won) {
    ports.metrics.count('FailoverTriggered');
    await ports.tell({ kind: 'failover_started', sentence: `The active role moves to ${request.to}: ${request.reason}.`, detail: { epoch: next.epoch, kind: request.kind, run_id: request.runId } });
  }
  return won;
}

/** Re-reads the record and the replica right before the steps that cannot be undone, in the same invocation: an orchestrator that slept must not move what has moved on. */
async function changeRoles(ports: MovePorts, policies: MovePolicies, { facts, step }: Chosen): Promise<void> {
  const again = await gather(ports, policies, facts.request);
  const unchanged = again.record.epoch === facts.record.epoch && again.record.phase === facts.record.phase;
  if (!unchanged || nextMoveStep(again).action !== step.action) return;
  if (step.action === 'promote') await ports.cluster.failOver(facts.request.to);
  else await ports.cluster.switchOver(facts.request.to);
}

async function open(ports: MovePorts, record: EpochRecord): Promise<void> {
  const next: EpochRecord = { ...record, phase: 'open', ledgerEpoch: record.epoch, at: ports.clock.now() };
  await ports.epochs.compareAndSet({ epoch: record.epoch, phase: 'moving' }, next);
}

/** Healed: two passes over the index and a strong scan find nothing from before the move. */
async function heal(ports: MovePorts, policies: MovePolicies, record: EpochRecord): Promise<boolean> {
  // The schedule's own passes go on meanwhile, over the same backlog and all that is new.
  const policy = { ...policies.reconcile, shardsAhead: WORK_SHARDS / 2, backlogOnly: true };
  for (const over of ['index', 'index', 'scan'] as const) {
    const pass = await reconcile(ports, policy, over);
    if (pass.code !== 'walked' || pass.backlog > 0) return false;
  }
  const result = await ports.epochs.compareAndSet({ epoch: record.epoch, phase: 'open' }, { ...record, healedAt: ports.clock.now() });
  if (result.won) await tellHealed(ports, record);
  return result.won;
}

async function tellHealed(ports: MovePorts, record: EpochRecord): Promise<void> {
  await ports.tell({ kind: record.kind === 'planned' ? 'failback_done' : 'failover_done', sentence: `The move to ${record.activeRegion} is healed: nothing from before it is missing in the ledger.`, detail: { epoch: record.epoch, run_id: record.runId } });
}

/** The story of the move, for its report; losing a line loses nothing else. */
async function note(ports: MovePorts, request: MoveRequest, step: MoveStep): Promise<void> {
  ports.log.info('move_step', { run_id: request.runId, to: request.to, row: step.row, action: step.action, because: step.because });
  try {
    await ports.moveLog.append(request.runId, { at: ports.clock.now(), row: step.row, because: step.because, detail: step.action });
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('move_log_lost', { run_id: request.runId, row: step.row });
  }
}
