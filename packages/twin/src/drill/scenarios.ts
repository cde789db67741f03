/**
 * What is done to the twin while load runs. Each scenario is a script of orders and waits; what it must leave behind is
 * always the same and is judged by the checker.
 */
import { randomDrill } from './random.ts';
import { replays } from './replays.ts';
import { failBack, failedOver, isActive, nothingMoved, reseeded } from './stage.ts';
import type { Scenario } from './stage.ts';

export type { Scenario, Stage } from './stage.ts';

const regionLoss: Scenario = {
  name: 'region-loss',
  about: 'us-east-1 is killed under load; later it is restored and made active again, under load',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(12);
    stage.say('kill us-east-1');
    await stage.twin.region('us-east-1', 'kill');
    await failedOver(stage, 'us-east-2');
    await load.end();
    stage.say('restore us-east-1');
    await stage.twin.region('us-east-1', 'restore');
    await failBack(stage);
  },
};

const isolatedRegion: Scenario = {
  name: 'isolated-region',
  about: 'us-east-1 is cut off from everything and goes on running; it returns as a zombie and is re-seeded',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(12);
    // Two seconds of settled payments that never reach the standby: the rows that a naive design loses.
    await stage.twin.service('us-east-2', 'replication', { fail: true });
    await stage.seconds(2);
    stage.say('cut us-east-1 off');
    await stage.twin.region('us-east-1', 'isolate');
    await failedOver(stage, 'us-east-2');
    stage.say('the zombie returns');
    await stage.twin.service('us-east-2', 'replication', { fail: false });
    await stage.twin.region('us-east-1', 'rejoin');
    await reseeded(stage, 'us-east-1');
    await load.end();
    await failBack(stage);
  },
};

const replicationCut: Scenario = {
  name: 'replication-cut-then-loss',
  about: 'replication and us-east-2\'s index stop for 30 s under load, then us-east-1 is killed: a time watermark would lose payments here',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('cut replication and stall the index of us-east-2');
    await stage.twin.service('us-east-2', 'replication', { fail: true });
    await stage.twin.service('us-east-2', 'index', { fail: true });
    await stage.seconds(30);
    stage.say('kill us-east-1');
    await stage.twin.region('us-east-1', 'kill');
    await stage.until('us-east-2 settles', isActive('us-east-2'));
    stage.say('the index follows again');
    await stage.twin.service('us-east-2', 'index', { fail: false });
    await stage.twin.service('us-east-2', 'replication', { fail: false });
    await failedOver(stage, 'us-east-2');
    await load.end();
  },
};

const stalledIndex: Scenario = {
  name: 'stalled-index-then-loss',
  about: 'us-east-2\'s index stalls, us-east-1 is killed, and the index stays stalled: the strong scan must find what it hides',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('cut replication and stall the index of us-east-2');
    await stage.twin.service('us-east-2', 'replication', { fail: true });
    await stage.twin.service('us-east-2', 'index', { fail: true });
    await stage.seconds(8);
    stage.say('kill us-east-1');
    await stage.twin.region('us-east-1', 'kill');
    await failedOver(stage, 'us-east-2');
    await load.end();
    stage.say('the index follows again');
    await stage.twin.service('us-east-2', 'index', { fail: false });
  },
};

const dynamodbLoss: Scenario = {
  name: 'dynamodb-endpoint-loss',
  about: 'us-east-1 loses its DynamoDB endpoint and nothing else, as on 2025-10-20: acceptance goes on, and nothing moves',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('us-east-1 loses its DynamoDB endpoint');
    await stage.twin.service('us-east-1', 'dynamodb', { fail: true });
    await stage.seconds(20);
    await nothingMoved(stage);
    await stage.twin.service('us-east-1', 'dynamodb', { fail: false });
    await load.end();
  },
};

const ledgerLoss: Scenario = {
  name: 'ledger-loss',
  about: 'us-east-1 loses its ledger and nothing else: payments wait too long, its own alarm confirms, us-east-2 takes over',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('us-east-1 loses its ledger');
    await stage.twin.service('us-east-1', 'ledger', { fail: true });
    await failedOver(stage, 'us-east-2');
    await stage.twin.service('us-east-1', 'ledger', { fail: false });
    await load.end();
  },
};

const lostAnswers: Scenario = {
  name: 'lost-acquirer-answers',
  about: 'the acquirer charges without answering, declines and forgets, and answers "in progress"',
  play: async (stage) => {
    await stage.twin.behave({ mode: 'charge_no_answer', match: '[05]$', count: 40 });
    await stage.twin.behave({ mode: 'decline', match: '[3]$' });
    await stage.twin.behave({ mode: 'forget_declines', match: '[3]$' });
    await stage.twin.behave({ mode: 'in_progress', match: '[7]$', delayMs: 1_500 });
    const load = stage.load();
    await stage.seconds(8);
    stage.say('kill us-east-1');
    await stage.twin.region('us-east-1', 'kill');
    await failedOver(stage, 'us-east-2');
    await load.end();
    await stage.twin.behave({ mode: 'approve' });
  },
};

const crashDuringFailover: Scenario = {
  name: 'crash-during-failover',
  about: 'the surviving region\'s process dies again and again while it takes over',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(8);
    stage.say('kill us-east-1');
    await stage.twin.region('us-east-1', 'kill');
    await stage.until('us-east-2 is taking over', (state) => state.epoch?.activeRegion === 'us-east-2');
    for (let n = 1; n <= 3; n += 1) {
      stage.say(`kill the process of us-east-2 (${n})`);
      await stage.twin.region('us-east-2', 'kill-process');
      await stage.exactly(0.5);
      await stage.twin.region('us-east-2', 'restore-process');
      await stage.exactly(1);
    }
    await failedOver(stage, 'us-east-2');
    await load.end();
  },
};

const plannedFailback: Scenario = {
  name: 'planned-failback',
  about: 'a planned move to us-east-2 and back under load, with no fault at all: nothing is lost and the gap is short',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('fail over to us-east-2 by hand');
    await stage.twin.order('/twin/failover', { to: 'us-east-2' });
    await failedOver(stage, 'us-east-2');
    await load.end();
    await failBack(stage);
  },
};

const slowRegion: Scenario = {
  name: 'slow-region',
  about: 'every link of us-east-1 to its table and its ledger is slow for a while: nothing moves, nothing is lost',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('us-east-1 becomes slow');
    await stage.twin.service('us-east-1', 'dynamodb', { fail: false, delayMs: 100 });
    await stage.twin.service('us-east-1', 'ledger', { fail: false, delayMs: 100 });
    await stage.seconds(12);
    await stage.twin.service('us-east-1', 'dynamodb', { fail: false });
    await stage.twin.service('us-east-1', 'ledger', { fail: false });
    await load.end();
    await nothingMoved(stage);
  },
};

/** Half of what detectors wait for. */
const CUT_S = 0.7;

const flapping: Scenario = {
  name: 'flapping',
  about: 'us-east-1 is cut off for a moment, again and again, each time too short to be lost: nothing moves',
  play: async (stage) => {
    const load = stage.load();
    for (let n = 0; n < 5; n += 1) {
      await stage.seconds(3);
      stage.say(`cut us-east-1 off for ${CUT_S} s (${n + 1})`);
      await stage.twin.region('us-east-1', 'isolate');
      await stage.exactly(CUT_S);
      await stage.twin.region('us-east-1', 'rejoin');
    }
    await load.end();
    await nothingMoved(stage);
  },
};

export const scenarios: readonly Scenario[] = [
  regionLoss, isolatedRegion, replicationCut, stalledIndex, dynamodbLoss, ledgerLoss, lostAnswers, crashDuringFailover, plannedFailback, slowRegion, flapping,
  ...replays, randomDrill,
];
