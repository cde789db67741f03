// Random lives of a few sessions: payments race for them in both regions, repeat, are cancelled, declined and settled;
// answers are lost, callers die anywhere and zombies wake late. Never are two payments of one session processed, and
// when the trouble is over every session that is not paid can be. Each rule left out on purpose must be found.
import { createWorld } from '@understudy/adapters/in-memory';
import { expect, test } from 'vitest';
import { statusOf } from '../domain/payment/payment.ts';
import { defaultPaymentPolicy } from '../domain/payment/policy.ts';
import { diceOf } from '../domain/random.test-support.ts';
import type { Session } from '../domain/session/session.ts';
import { acceptPayment } from './accept-payment.ts';
import { cancelPayment } from './cancel-payment.ts';
import { settlePayments } from './settle-payments.ts';
import { opened, paying } from './session.test-support.ts';
import { Stage } from './stage.test-support.ts';
import type { StageOptions } from './stage.test-support.ts';
import { east, other, requestOf, shop } from './world.test-support.ts';

const LIVES = 600;
const CHUNK = 100;
const SESSIONS = 2;
const PAYMENTS = 6;
const TROUBLE_STEPS = 600;
const REST_STEPS_MAX = 6000;
const policy = { ...defaultPaymentPolicy, sessionPatienceMs: 40, chargeInFlightMs: 20 };

async function live(seed: number, plant?: StageOptions['plant']): Promise<readonly string[]> {
  const world = await createWorld({ seed });
  const dice = diceOf(seed);
  const stage = new Stage({ world, dice, policy, ...(plant && { plant }) });
  const sessions: Session[] = [];
  for (let i = 0; i < SESSIONS; i += 1) sessions.push(await opened(world));
  world.backstage.acquirer.behave({ mode: 'decline', match: (key) => /[02]$/.test(key.transactionId) });
  stage.lossy = true;
  const settleAll = () => stage.spawn(east, 'settler', (ports) => settlePayments(ports, world.backstage.journal.payments().filter((payment) => payment.inWork && payment.postedEpoch === 0)));
  for (let step = 0; step < TROUBLE_STEPS; step += 1) {
    if (dice.chance(0.05)) {
      const id = `t-${dice.integer(PAYMENTS)}`;
      // Now and then an id is sent for another session, or for none.
      const session = dice.chance(0.9) ? sessions[Number(id.at(-1)) % SESSIONS] : dice.pick(sessions);
      const request = dice.chance(0.97) && session ? paying(id, session) : requestOf(id);
      const actor = stage.spawn(dice.pick([east, other]), 'payer', (ports) => acceptPayment(ports, shop, request));
      if (dice.chance(0.2)) stage.spawn(actor.region, 'canceller', (ports) => cancelPayment(ports, shop, request.transactionId));
    }
    if (dice.chance(0.02)) settleAll();
    if (dice.chance(0.02)) for (const actor of stage.actors) if (dice.chance(0.3)) stage.stop(actor);
    await stage.step();
  }
  stage.lossy = false;
  const mayBePaid = (session: Session): boolean => paidBy(session).length === 0;
  const paidBy = (session: Session) => world.backstage.journal.payments().filter((payment) => payment.acceptance?.sessionId === session.sessionId && payment.decision?.outcome === 'processed');
  for (let step = 0, last = 0; step < REST_STEPS_MAX && (sessions.some(mayBePaid) || stage.actors.length > 0); step += 1) {
    if (step % 100 === 0) {
      settleAll();
      // Its id ends in a digit that is never declined.
      for (const session of sessions) if (mayBePaid(session)) stage.spawn(dice.pick([east, other]), 'payer', (ports) => acceptPayment(ports, shop, paying(`late-${(last += 1)}1`, session)));
    }
    await stage.step();
  }
  const never = sessions.filter(mayBePaid).map((session) => `${session.sessionId} cannot be paid any more`);
  const twice = sessions.filter((session) => paidBy(session).length > 1).map((session) => `paid twice: ${paidBy(session).map((payment) => payment.transactionId).join(' and ')}`);
  const undue = sessions.flatMap((session) => paidBy(session)).filter((payment) => world.backstage.acquirer.netCharges(payment) !== 1 || statusOf(payment) === 'failed').map((payment) => `${payment.transactionId} is processed and not charged once`);
  return [...never, ...twice, ...undue, ...stage.bugs.map(String)];
}

test.each(Array.from({ length: LIVES / CHUNK }, (_, i) => i * CHUNK + 1))('sessions: 100 lives from seed %i -> none is paid twice, and each can be paid in the end', async (first) => {
  for (let seed = first; seed < first + CHUNK; seed += 1) expect({ seed, violations: await live(seed) }).toEqual({ seed, violations: [] });
});

type Plant = NonNullable<StageOptions['plant']>;

const plants: Readonly<Record<string, Plant>> = {
  'a holder that was never accepted is replaced without its id being spent': (ports, actor) => actor.name !== 'payer' ? ports : {
    ...ports, journal: Object.assign(Object.create(ports.journal) as typeof ports.journal, { spend: async () => ({ code: 'spent' as const }) }),
  },
  'a session is taken over from whoever holds it by now': (ports) => ({
    ...ports,
    holds: {
      take: (key, hold) => ports.holds.take(key, hold),
      read: (key) => ports.holds.read(key),
      takeOver: async (key, _from, hold) => {
        const standing = await ports.holds.read(key);
        return ports.holds.takeOver(key, standing?.transactionId ?? hold.transactionId, hold);
      },
    },
  }),
  'a payment is accepted whoever holds the session': (ports) => ({ ...ports, holds: { ...ports.holds, read: (key) => ports.holds.read(key), takeOver: (key, from, hold) => ports.holds.takeOver(key, from, hold), take: async (key, hold) => {
    await ports.holds.take(key, hold);
    return hold;
  } } }),
};

test.each(Object.entries(plants))('sessions: planted, %s -> found', async (_name, plant) => {
  for (let seed = 1; seed <= LIVES; seed += 1) if ((await live(seed, plant)).some((violation) => violation.startsWith('paid twice'))) return;
  expect.fail(`nothing was paid twice in ${LIVES} lives`);
});
