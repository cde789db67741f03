// One life of the two regions, from a seed. First trouble: work, faults and moves, all at once. Then faults stop, and
// everything must come to rest within a bounded time. Safety, what may never be wrong, and liveness, what must come right,
// are reported apart.
import { createWorld } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import { epochMs, hasWaitingRefund, peerOf, regions, witnessRegion } from '@understudy/core';
import type { Region } from '@understudy/core';
import { auditAll, closeBooks, purgeAndRepeat } from './aftermath.ts';
import { gather } from './checkers/checker.ts';
import type { Evidence } from './checkers/checker.ts';
import { leftToAudit } from './checkers/charged-once.ts';
import { checkers } from './checkers/index.ts';
import { ticks } from './clock/ticks.ts';
import { drawHabits } from './habits.ts';
import { History } from './history.ts';
import { finishCharges } from './nemesis/acquirer-troubles.ts';
import { detectFrom } from './nemesis/detectors.ts';
import { nemesisScript, rejoin } from './nemesis/nemesis.ts';
import type { Replication } from './nemesis/nemesis.ts';
import { orchestrate } from './nemesis/orchestrators.ts';
import { Dice } from './scheduler/dice.ts';
import { Stage } from './stage.ts';
import type { Planted } from './stage.ts';
import { KeptTrace, noTrace } from './trace/trace.ts';
import { openEndpoint } from './workload/endpoint.ts';
import { paymentIds, paymentScript } from './workload/payments.ts';
import { refundScript } from './workload/refunds.ts';
import { keyScript } from './workload/keys.ts';
import { lookAfter, operatorScript } from './workload/operator.ts';
import { inOrder } from './workload/script.ts';
import { serve } from './workload/services.ts';
import { SessionWork } from './workload/sessions.ts';
import { isDeclined } from './workload/shop.ts';

const TROUBLE_TICKS = 1500;
/** Many times what a life needs. */
const REST_STEPS_MAX = 20_000;
const LOOK_EVERY_STEPS = 100;
/** 2026-01-05T23:58:50Z: the business day ends in the middle of the trouble. */
const START_AT = epochMs(1_767_657_530_000);
/** Longer than an acquirer knows a key. */
const AWAY_MS = 25 * 3_600_000;

export interface LifeOptions extends Planted {
  readonly seed: number;
  readonly trace?: boolean;
}

export interface Outcome {
  readonly seed: number;
  /** How often anybody was let on to the next call of a port: the length of the life. */
  readonly steps: number;
  readonly safety: readonly string[];
  readonly liveness: readonly string[];
  /** How often the active role moved. */
  readonly moves: number;
  readonly leftToAudit: number;
  /** Payments and refunds that a client was told are accepted. */
  readonly acknowledged: number;
  readonly refunds: number;
  readonly sessionsPaid: number;
  readonly notices: number;
  /** From the end of trouble to rest, in the world's time. */
  readonly restMs: number;
  readonly trace: string;
}

interface Life {
  readonly world: World;
  readonly stage: Stage;
  readonly history: History;
  readonly sessions: SessionWork;
  readonly replication: Replication;
}

/** The same seed lives the same life. */
export async function live({ seed, trace: isTraced = false, ...planted }: LifeOptions): Promise<Outcome> {
  const dice = new Dice(seed);
  const habits = drawHabits(dice);
  const world = await createWorld({ seed, startAt: START_AT, moveDurationMs: habits.promotionMs });
  const trace = isTraced ? new KeptTrace(world.clock.now()) : undefined;
  const stage = new Stage({ world, dice, trace: trace ?? noTrace, habits, planted });
  const history = new History();
  const life: Life = { world, stage, history, sessions: new SessionWork(stage, history), replication: { isCut: false } };
  history.watch(world);
  await prepare(life);
  await haveTrouble(life);
  const safety = new Set(await broken(life, 'always'));
  const troubledUntil = world.clock.now();
  const isAtRest = await comeToRest(life);
  for (const sentence of await broken(life, 'always')) safety.add(sentence);
  const restMs = world.clock.now() - troubledUntil;
  const evidence = await lookBack(life, isAtRest);
  const atRest = judge(evidence, 'rest');
  for (const sentence of judge(evidence, 'always')) safety.add(sentence);
  for (const sentence of stage.scheduler.bugs) safety.add(`bug: ${String(sentence)}`);
  return {
    seed, safety: [...safety], liveness: isAtRest ? atRest : ['does not come to rest', ...atRest], trace: trace?.text() ?? '', restMs,
    ...countsOf(life, evidence),
  };
}

function countsOf({ world, stage, history, sessions }: Life, evidence: Evidence): Pick<Outcome, 'steps' | 'moves' | 'leftToAudit' | 'acknowledged' | 'refunds' | 'sessionsPaid' | 'notices'> {
  const acknowledged = [...history.acknowledged];
  return {
    steps: stage.scheduler.steps, moves: history.moves, leftToAudit: evidence.left.size, acknowledged: acknowledged.length, refunds: acknowledged.filter((name) => /#r\d+$/.test(name)).length,
    sessionsPaid: sessions.sessions.filter((session) => sessions.paidBy(session).length === 1).length, notices: world.backstage.webhooks.sent.length,
  };
}

async function prepare({ world, stage, history }: Life): Promise<void> {
  world.backstage.ledgers.stallReplication();
  world.backstage.acquirer.behave({ mode: 'decline', match: (key) => ('refundId' in key ? isDeclined(String(key.refundId)) : isDeclined(key.transactionId)) });
  await openEndpoint(stage, world);
  stage.troubles.lossy = true;
  for (const region of regions) attend(stage, history, region);
  detectFrom(stage, history, witnessRegion);
}

/** Starts all that runs in a region by itself. */
function attend(stage: Stage, history: History, region: Region): void {
  serve(stage, history, region);
  detectFrom(stage, history, region);
}

async function haveTrouble(life: Life): Promise<void> {
  const { stage, history, world, sessions } = life;
  const nemesis = nemesisScript({ stage, replication: life.replication, serve: (region) => attend(stage, history, region) });
  const refunds = stage.habits.refunds ? refundScript(stage, history, paymentIds) : [];
  const keys = stage.habits.keys ? keyScript(stage, history) : [];
  const script = inOrder(paymentScript(stage, history), sessions.script(), refunds, keys, operatorScript(stage), nemesis);
  const startedAt = world.clock.now();
  while (world.clock.now() - startedAt < ticks(TROUBLE_TICKS)) {
    for (; script[0] && startedAt + ticks(script[0].atTick) <= world.clock.now(); script.shift()) script[0].happen();
    await turn(life);
  }
}

async function turn({ stage, world, replication }: Life): Promise<void> {
  const { chance, commits } = stage.habits.replicates;
  if (!replication.isCut && stage.isolated.size === 0 && stage.dice.chance(chance)) world.backstage.ledgers.replicate(commits);
  await stage.scheduler.step();
}

/** Faults stop: everything is up and connected, and a detector and an operator do what they would. */
async function comeToRest(life: Life): Promise<boolean> {
  const { stage, world, replication, history } = life;
  stage.scheduler.note('faults stop');
  stage.troubles.lossy = false;
  replication.isCut = false;
  stage.isolated.clear();
  stage.unseen.clear();
  await finishCharges(world.backstage.acquirer);
  for (const region of stage.down) {
    stage.restore(region);
    attend(stage, history, region);
  }
  for (const region of regions) {
    world.backstage.regions[region].workIndex.resume();
    world.backstage.regions[region].bucket.resumeReplication();
  }
  if (stage.habits.isAwayForADay) await stayAway(life);
  for (let steps = 0; steps < REST_STEPS_MAX; steps += 1) {
    if (steps % LOOK_EVERY_STEPS === LOOK_EVERY_STEPS - 1) {
      if (await isAtRest(life)) return true;
      await operate(life);
    }
    await turn(life);
  }
  return false;
}

/** Nobody is there for more than a day; then all begin anew, and the acquirer has forgotten every key. */
async function stayAway({ stage, world, history }: Life): Promise<void> {
  stage.scheduler.note('everybody is away for a day');
  stage.blackOut();
  world.clock.advance(AWAY_MS);
  await finishCharges(world.backstage.acquirer);
  world.backstage.acquirer.expireKeys();
  for (const region of regions) attend(stage, history, region);
  detectFrom(stage, history, witnessRegion);
}

async function isAtRest({ world, stage, sessions }: Life): Promise<boolean> {
  const { epochs, journal, ledgers, regions: own } = world.backstage;
  const record = await epochs.read();
  if (stage.isBusy('orchestrator', 'client', 'operator') || record.phase !== 'open' || record.healedAt === undefined) return false;
  if (sessions.sessions.some((session) => sessions.paidBy(session).length === 0)) return false;
  const server = ledgers.servers[record.activeRegion];
  if (server.role !== 'primary' || !server.up) return false;
  const { outbox } = own[record.activeRegion];
  if ((await outbox.unaddressed({ limit: 1 })).length > 0 || (await outbox.list({ state: 'pending', limit: 1 })).length > 0) return false;
  // A region that took its role back from a server promoted and never opened has no standby until the database service is told; then nobody confirms.
  const hasStandby = ledgers.writer === record.activeRegion;
  return journal.payments().every((payment) => !payment.acceptance || !payment.inWork || (!hasStandby && payment.postedEpoch === record.epoch && !hasWaitingRefund(payment)));
}

async function operate({ world, stage, sessions }: Life): Promise<void> {
  sessions.tryAgain();
  if (world.backstage.journal.payments().some((payment) => payment.quarantine && payment.postedEpoch === 0) && !stage.isBusy('operator')) lookAfter(stage);
  await finishCharges(world.backstage.acquirer);
  const { ledgers, epochs } = world.backstage;
  const record = await epochs.read();
  const mine = ledgers.servers[record.activeRegion];
  const peer: Region = peerOf(record.activeRegion);
  const settles = mine.role === 'primary' && mine.fence === record.epoch;
  const isCarried = (region: Region): boolean => stage.scheduler.actors.some((actor) => actor.name === 'orchestrator' && actor.region === region);
  // Whoever still heals a region that has lost its ledger since would do so for ever; the detectors do not wait for them either.
  if (record.phase === 'open' && !settles && !isCarried(peer)) return orchestrate(stage, peer);
  if (stage.isBusy('orchestrator')) return;
  if (record.phase === 'moving' || record.healedAt === undefined) orchestrate(stage, record.activeRegion, { kind: record.kind, runId: record.runId, fromEpoch: record.epoch });
  else if (ledgers.servers[peer].role === 'primary' || ledgers.servers[peer].fence !== record.epoch) await rejoin(stage, peer);
}

async function broken({ world, history, sessions }: Life, when: 'always' | 'rest'): Promise<readonly string[]> {
  return judge(await gather(world, history, sessions.sessions), when);
}

const judge = (evidence: Evidence, when: 'always' | 'rest'): readonly string[] =>
  checkers.filter(({ holds }) => holds === when).flatMap(({ name, check }) => check(evidence).map((sentence) => `${name}: ${sentence}`));

/** All that is known of a life in the end: its books closed, audited, and long after that purged. */
async function lookBack({ world, stage, history, sessions }: Life, isAtRest: boolean): Promise<Evidence> {
  const { ledgers } = world.backstage;
  const record = await world.backstage.epochs.read();
  ledgers.replicate(Number.MAX_SAFE_INTEGER);
  const standby = ledgers.servers[peerOf(record.activeRegion)];
  // Without a standby a file waits for one.
  const isClosed = isAtRest && stage.habits.publishes && standby.role === 'standby' && standby.fence === record.epoch;
  if (isClosed) await closeBooks(stage);
  const rested = await gather(world, history, sessions.sessions);
  const left = leftToAudit(rested);
  const evidence = { ...rested, left, isClosed, findings: isAtRest ? await auditAll(stage) : [] };
  if (isAtRest && stage.habits.isPurged) await purgeAndRepeat(stage, history);
  return evidence;
}
