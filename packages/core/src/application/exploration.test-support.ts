// One random life of the two regions: payments, cancellations, refunds, lost messages, a stalled index, a cut or killed or
// wrongly suspected primary, orchestrators that race and die, the return of a zombie, the planned way back. Then faults
// stop, and everything must come to rest. What must hold is checked at the end, and nothing but that.
import { createWorld } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import type { MoveRequest } from '../domain/failover/move.ts';
import { keyText, statusOf } from '../domain/payment/payment.ts';
import type { PaymentKey } from '../domain/payment/payment.ts';
import { isInBooks } from '../domain/payment/settle-step.ts';
import { diceOf } from '../domain/random.test-support.ts';
import { peerOf } from '../domain/region/region.ts';
import type { Region } from '../domain/region/region.ts';
import { acceptPayment, sendHint } from './accept-payment.ts';
import { RefundsOfLife } from './exploration-refunds.test-support.ts';
import { advanceMove } from './advance-move.ts';
import { cancelPayment } from './cancel-payment.ts';
import { confirm } from './confirm.ts';
import { processPayment } from './process-payment.ts';
import { readPayment } from './read-payment.ts';
import { reconcile } from './reconcile.ts';
import { settlePayments } from './settle-payments.ts';
import { Stage } from './stage.test-support.ts';
import type { Actor, StageOptions } from './stage.test-support.ts';
import { east, keyOf, other, requestOf, shop } from './world.test-support.ts';
import type { RegionPorts } from './world.test-support.ts';

const TROUBLE_MS = 1500;
const REST_STEPS_MAX = 12_000;
const PAYMENTS = 10;
const policies = { move: { plannedPatienceMs: 250, plannedLagMaxMs: 1000 }, reconcile: { graceMs: 30, settleMax: 20 }, waitMs: 5, healPatienceMs: 60_000 };

interface Life {
  readonly stage: Stage;
  readonly world: World;
  readonly acknowledged: Set<string>;
  readonly told: Map<string, Set<string>>;
  readonly violations: string[];
  /** When each payment was last charged at the acquirer, and when it was decided. */
  readonly chargedAt: Map<string, number>;
  readonly decidedAt: Map<string, number>;
  replicationCut: boolean;
  troubled: boolean;
}

export interface Outcome {
  readonly violations: readonly string[];
  /** Charges made after their payment was decided otherwise, by an actor that then died or was cut off: for the audit to find. */
  readonly leftToAudit: number;
  /** Acknowledged ones. */
  readonly refunds: number;
  readonly epoch: number;
}

/** Every other life, for they take longer. */
const withRefunds = (seed: number): boolean => seed % 2 === 0;
const REFUND_DICE = 1_000_000;

/** The same seed lives the same life. */
export async function explore(seed: number, plant?: StageOptions['plant']): Promise<Outcome> {
  const world = await createWorld({ seed });
  const stage = new Stage({ world, dice: diceOf(seed), ...(plant && { plant }) });
  const life: Life = { stage, world, acknowledged: new Set(), told: new Map(), violations: [], chargedAt: new Map(), decidedAt: new Map(), replicationCut: false, troubled: true };
  watch(life);
  world.backstage.ledgers.stallReplication();
  world.backstage.acquirer.behave({ mode: 'decline', match: (key) => key.transactionId.endsWith('3') });
  stage.lossy = true;
  for (const region of [east, other]) serve(life, region);
  const refunds = withRefunds(seed) ? new RefundsOfLife(stage, diceOf(seed + REFUND_DICE)) : undefined;
  const ids = Array.from({ length: PAYMENTS }, (_, i) => `p${i}`);
  const cut = (isCut: boolean) => void (life.replicationCut = isCut);
  const script = [...scriptOf(life), ...(refunds?.script(ids, cut) ?? [])].toSorted((a, b) => a.at - b.at);
  const startedAt = world.clock.now();
  while (world.clock.now() - startedAt < TROUBLE_MS) {
    for (; script[0] && script[0].at <= world.clock.now() - startedAt; script.shift()) script[0].happen();
    await turn(life);
  }
  await comeToRest(life);
  return { violations: [...life.violations, ...stage.bugs.map(String), ...(await check(life)), ...((await refunds?.check()) ?? [])], leftToAudit: (await orphans(life)).length, refunds: refunds?.accepted ?? 0, epoch: (await world.backstage.epochs.read()).epoch };
}

async function turn(life: Life): Promise<void> {
  const { stage, world, replicationCut } = life;
  if (!replicationCut && stage.isolated.size === 0 && (!life.troubled || stage.dice.chance(0.4))) world.backstage.ledgers.replicate(1);
  await stage.step();
}

/** Sees what no port shows: when charges and decisions were made, under which record rows were committed, and who confirmed. */
function watch({ world, violations, chargedAt, decidedAt }: Life): void {
  const { acquirer, journal, ledgers, epochs } = world.backstage;
  const [charge, decide, confirmItem] = [acquirer.charge.bind(acquirer), journal.decide.bind(journal), journal.confirm.bind(journal)];
  journal.confirm = async (key, epoch, refunds) => {
    const isConfirmed = await confirmItem(key, epoch, refunds);
    const record = await epochs.read();
    const [active, standby] = [ledgers.servers[record.activeRegion], ledgers.servers[peerOf(record.activeRegion)]];
    const isPrefix = standby.log.every((commit, i) => commit === active.log[i]);
    if (isConfirmed && record.epoch === epoch && record.phase === 'open' && !isPrefix) violations.push(`${keyText(key)}: confirmed by a server on another timeline`);
    return isConfirmed;
  };
  acquirer.charge = (request) => {
    chargedAt.set(keyText(request), world.clock.now());
    return charge(request);
  };
  journal.decide = (key, decision) => {
    if (!decidedAt.has(keyText(key))) decidedAt.set(keyText(key), world.clock.now());
    return decide(key, decision);
  };
  for (const server of Object.values(ledgers.servers)) {
    const post = server.post.bind(server);
    server.post = async (epoch, payments) => {
      const result = await post(epoch, payments);
      const record = await epochs.read();
      if (result.code === 'posted' && result.inserted.size > 0 && record.epoch === epoch && record.phase === 'moving') violations.push(`settled under epoch ${epoch} while it was moving`);
      return result;
    };
  }
}

/** What always runs in a region. */
function serve(life: Life, region: Region): void {
  const { stage, world } = life;
  const forever = (name: string, pauseMs: number, act: (ports: RegionPorts) => Promise<unknown>) =>
    stage.spawn(region, name, async (ports) => {
      for (;;) {
        await ports.clock.sleep(pauseMs + stage.dice.integer(pauseMs));
        await act(ports).catch((error: unknown) => {
          if (!(error instanceof Error) || error.name !== 'PortFault') throw error;
        });
      }
    });
  const consume = async (ports: RegionPorts) => {
    const keys = [0, 1].map(() => world.backstage.queues.take(region)).filter((key) => key !== undefined);
    const results = await settlePayments(ports, keys);
    for (const key of keys) {
      const result = results.get(keyText(key));
      if (result === 'settled') await tell(life, key);
      if (result === 'waiting' || stage.dice.chance(0.05)) await world.backstage.queues.send(region, key);
    }
  };
  forever('consumer', 4, consume);
  forever('consumer', 4, consume);
  forever('reconciler', 20, (ports) => reconcile(ports, policies.reconcile, stage.dice.chance(0.1) ? 'scan' : 'index'));
  forever('confirmer', 15, confirm);
}

async function tell({ world, told }: Life, key: PaymentKey): Promise<void> {
  const payment = await world.backstage.journal.read(key);
  const status = payment ? statusOf(payment) : 'accepted';
  if (status !== 'accepted') told.set(keyText(key), (told.get(keyText(key)) ?? new Set()).add(status));
}

async function pay(life: Life, ports: RegionPorts, id: string): Promise<void> {
  const { stage, acknowledged, told } = life;
  if (stage.dice.chance(0.3)) {
    const result = await processPayment(ports, shop, requestOf(id));
    if (result.code === 'accepted' || result.code === 'outcome') acknowledged.add(keyText(keyOf(id)));
    if (result.code === 'outcome') told.set(keyText(keyOf(id)), (told.get(keyText(keyOf(id))) ?? new Set()).add(statusOf(result.payment)));
    return;
  }
  const result = await acceptPayment(ports, shop, requestOf(id));
  if (result.code !== 'accepted') return;
  acknowledged.add(keyText(keyOf(id)));
  if (stage.dice.chance(0.9)) await sendHint(ports, keyOf(id));
}

function orchestrate(life: Life, to: Region, asked: Partial<MoveRequest> = {}): Actor {
  const { stage } = life;
  return stage.spawn(to, 'orchestrator', async (ports) => {
    const { epoch } = await ports.epochs.read();
    let request: MoveRequest = { to, kind: 'failover', runId: `${asked.kind ?? 'failover'}-${epoch + 1}-${to}`, fromEpoch: epoch, by: 'a life', reason: 'a life', ...asked };
    for (;;) {
      if (life.troubled && stage.dice.chance(0.08)) return;
      if (life.troubled && stage.dice.chance(0.1)) await ports.clock.sleep(stage.dice.integer(250));
      const progress = await advanceMove(ports, policies, request);
      if (progress.state !== 'again') return;
      request = progress.request;
      await ports.clock.sleep(progress.waitMs);
    }
  });
}

interface Event {
  readonly at: number;
  readonly happen: () => void;
}

function scriptOf(life: Life): Event[] {
  const { stage, world } = life;
  const { dice } = stage;
  const script: Event[] = [];
  const at = (time: number, happen: () => void) => script.push({ at: time, happen });
  for (let i = 0; i < PAYMENTS; i += 1) {
    const [id, sentAt] = [`p${i}`, dice.integer(800)];
    const regions = dice.chance(0.25) ? [east, other] : [dice.chance(0.7) ? east : other];
    for (const region of regions) at(sentAt + dice.integer(40), () => stage.spawn(region, 'client', (ports) => pay(life, ports, id)));
    if (dice.chance(0.25)) at(sentAt + dice.integer(150), () => stage.spawn(dice.pick([east, other]), 'client', (ports) => cancelPayment(ports, shop, keyOf(id).transactionId)));
    at(sentAt + dice.integer(700), () => stage.spawn(dice.pick([east, other]), 'client', async (ports) => {
      if ((await readPayment(ports, shop, keyOf(id).transactionId)).code === 'found') await tell(life, keyOf(id));
    }));
  }
  const lostAt = 60 + dice.integer(250);
  const backAt = lostAt + 350 + dice.integer(150);
  if (dice.chance(0.5)) {
    const cutAt = dice.integer(lostAt + 50);
    at(cutAt, () => {
      life.replicationCut = true;
      if (dice.chance(0.7)) world.backstage.regions[other].workIndex.stall();
    });
    at(cutAt + 100 + dice.integer(300), () => {
      life.replicationCut = false;
      world.backstage.regions[other].workIndex.resume();
    });
  }
  const trouble = dice.pick(['kill', 'isolate', 'suspect'] as const);
  at(lostAt, () => {
    if (trouble === 'kill') stage.kill(east);
    if (trouble === 'isolate') stage.isolated.add(east);
  });
  for (const delay of [10, 15, 120, 250]) if (delay === 10 || dice.chance(0.6)) at(lostAt + delay + dice.integer(20), () => orchestrate(life, other));
  if (dice.chance(0.2)) at(lostAt + 80, () => stage.actors.filter((actor) => actor.name === 'orchestrator').forEach((actor) => stage.stop(actor)));
  if (dice.chance(0.15)) at(lostAt + 90, () => orchestrate(life, east));
  at(backAt, () => {
    stage.isolated.delete(east);
    if (stage.down.has(east)) {
      stage.restore(east);
      serve(life, east);
    }
  });
  if (dice.chance(0.15)) at(backAt + 20, () => orchestrate(life, east));
  at(backAt + 40 + dice.integer(100), () => void rejoin(life));
  at(backAt + 250 + dice.integer(100), () => orchestrate(life, east, { kind: 'planned' }));
  if (dice.chance(0.4)) at(backAt + 300, () => orchestrate(life, east, { kind: 'planned' }));
  return script;
}

/** A former primary is rebuilt as the standby, once the other region is open under a fence of its own. */
async function rejoin({ world }: Life, region: Region = east): Promise<void> {
  const { ledgers, epochs } = world.backstage;
  const record = await epochs.read();
  const source = ledgers.servers[peerOf(region)];
  const settles = record.activeRegion === peerOf(region) && record.phase === 'open' && source.role === 'primary' && source.fence === record.epoch && source.up;
  if (settles && ledgers.writer === peerOf(region)) ledgers.rejoin(region);
}

/** Faults stop: everything is up and connected, and a detector and an operator do what they would. */
async function comeToRest(life: Life): Promise<void> {
  const { stage, world } = life;
  life.troubled = false;
  life.replicationCut = false;
  stage.lossy = false;
  stage.isolated.clear();
  for (const region of stage.down) {
    stage.restore(region);
    serve(life, region);
  }
  for (const region of [east, other]) world.backstage.regions[region].workIndex.resume();
  for (let steps = 0; steps < REST_STEPS_MAX; steps += 1) {
    if (steps % 100 === 99) {
      if (await isAtRest(life)) return;
      await operate(life);
    }
    await turn(life);
  }
  life.violations.push('does not come to rest');
}

async function isAtRest({ world, stage }: Life): Promise<boolean> {
  const { epochs, journal, ledgers } = world.backstage;
  const record = await epochs.read();
  const busy = stage.actors.some((actor) => actor.name === 'orchestrator' || actor.name === 'client');
  // A region that took its role back from a server promoted and never opened has no standby until the database service is told; then nobody confirms.
  const hasStandby = ledgers.writer === record.activeRegion;
  const isDone = journal.payments().every((payment) => !payment.acceptance || !payment.inWork || (!hasStandby && isInBooks(payment, record.epoch)));
  return !busy && record.phase === 'open' && record.healedAt !== undefined && isDone;
}

async function operate(life: Life): Promise<void> {
  const { world, stage } = life;
  const { ledgers, epochs } = world.backstage;
  const record = await epochs.read();
  const mine = ledgers.servers[record.activeRegion];
  const peer = peerOf(record.activeRegion);
  if (stage.actors.some((actor) => actor.name === 'orchestrator')) return;
  const settles = mine.role === 'primary' && mine.fence === record.epoch;
  if (record.phase === 'open' && !settles) orchestrate(life, peer);
  else if (record.phase === 'moving' || record.healedAt === undefined) orchestrate(life, record.activeRegion, { kind: record.kind, runId: record.runId, fromEpoch: record.epoch });
  else if (ledgers.servers[peer].role === 'primary' || ledgers.servers[peer].fence !== record.epoch) await rejoin(life, peer);
}

/** Charges that stand for payments decided otherwise, made after the decision: nobody was left to give them back. */
async function orphans({ world, chargedAt, decidedAt }: Life): Promise<readonly PaymentKey[]> {
  const found = world.backstage.journal.payments().filter((payment) => payment.decision && payment.decision.outcome !== 'processed' && world.backstage.acquirer.netCharges(payment) > 0);
  return found.filter((payment) => (chargedAt.get(keyText(payment)) ?? 0) > (decidedAt.get(keyText(payment)) ?? Infinity));
}

/** What must hold in the ledger that survives. */
async function check(life: Life): Promise<readonly string[]> {
  const { world, acknowledged, told } = life;
  const { activeRegion, epoch } = await world.backstage.epochs.read();
  const ledger = world.backstage.ledgers.servers[activeRegion];
  const violations: string[] = [];
  const rows = ledger.rows();
  const excused = new Set((await orphans(life)).map(keyText));
  if (ledger.role !== 'primary' || ledger.fence !== epoch) violations.push('the active region has no primary of its epoch');
  for (const [i, row] of rows.entries()) if (row.epoch < (rows[i - 1]?.epoch ?? 0)) violations.push(`epochs decrease at ${row.payment.transactionId}`);
  const stored = new Map(world.backstage.journal.payments().map((payment) => [keyText(payment), payment]));
  for (const text of acknowledged) if (!stored.has(text)) violations.push(`${text}: acknowledged and not in the journal`);
  for (const [text, payment] of stored) {
    const own = rows.filter((row) => keyText(row.payment) === text);
    const outcome = payment.decision?.outcome;
    if (payment.acceptance && own.length !== 1) violations.push(`${text}: ${own.length} rows in the surviving ledger (${outcome ?? 'undecided'}, posted ${payment.postedEpoch}, ${payment.inWork ? 'in work' : 'confirmed'})`);
    if (own.some((row) => row.payment.decision.outcome !== outcome)) violations.push(`${text}: its row is not its decision`);
    const net = world.backstage.acquirer.netCharges(payment);
    if (net !== (outcome === 'processed' ? 1 : 0) && !excused.has(text)) violations.push(`${text}: ${outcome ?? 'undecided'} with net charge ${net}`);
    const heard = new Set([...(told.get(text) ?? []), ...(outcome ? [outcome] : [])]);
    if (heard.size > 1) violations.push(`${text}: told ${[...heard].join(' and ')}`);
  }
  return violations;
}
