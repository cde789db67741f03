// The protocol as a whole, by random exploration, and the proof that the exploration sees what it is for: each planted
// fault, which is one rule of the protocol left out, must be found by its own sign within the same number of lives.
import { expect, test } from 'vitest';
import { keyText } from '../domain/payment/payment.ts';
import type { Outcome as Decided, PaymentKey } from '../domain/payment/payment.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import type { RefundOrder } from '../ports/acquirer.ts';
import type { PostedMark } from '../ports/journal.ts';
import { explore } from './exploration.test-support.ts';
import type { StageOptions } from './stage.test-support.ts';
import { refundsThrough } from './world.test-support.ts';

const LIVES = 300;
const CHUNK = 50;

test.each(Array.from({ length: LIVES / CHUNK }, (_, i) => i * CHUNK + 1))('exploration: 50 lives from seed %i -> nothing lost, nothing paid twice, nothing told twice, and all comes to rest', async (first) => {
  let [leftToAudit, refunds] = [0, 0];
  for (let seed = first; seed < first + CHUNK; seed += 1) {
    const outcome = await explore(seed);
    expect({ seed, violations: outcome.violations }).toEqual({ seed, violations: [] });
    leftToAudit += outcome.leftToAudit;
    refunds += outcome.refunds;
  }
  expect(refunds).toBeGreaterThan(CHUNK);
  expect(leftToAudit).toBeLessThan(CHUNK / 10);
});

test('exploration: the same seed -> the same life', async () => {
  expect(await explore(11)).toEqual(await explore(11));
});

type Plant = NonNullable<StageOptions['plant']>;

const plants: Readonly<Record<string, { readonly sign: RegExp; readonly plant: Plant }>> = {
  'the ledger takes postings of any epoch': {
    sign: /epochs decrease/,
    plant: (ports, actor, stage) => ({
      ...ports,
      ledger: {
        withSnapshot: (use) => ports.ledger.withSnapshot(use),
        post: async (epoch, payments) => {
          const server = stage.world.backstage.ledgers.servers[actor.region];
          const result = await ports.ledger.post(server.fence, payments);
          const inserted = server.rows().filter((row) => result.code === 'posted' && result.inserted.has(keyText(row.payment)));
          for (const row of inserted) Object.assign(row, { epoch });
          return result;
        },
      },
    }),
  },
  'the answer in hand is posted, not the decision': {
    sign: /its row is not its decision/,
    plant: (ports) => {
      const inHand = new Map<string, Decided>();
      return {
        ...ports,
        acquirer: {
          ...refundsThrough(ports.acquirer),
          lookup: (key) => ports.acquirer.lookup(key),
          void: (key, reference) => ports.acquirer.void(key, reference),
          charge: async (request) => {
            const answer = await ports.acquirer.charge(request);
            if (answer.code === 'approved' || answer.code === 'declined') inHand.set(keyText(request), answer.code === 'approved' ? 'processed' : 'failed');
            return answer;
          },
        },
        ledger: {
          withSnapshot: (use) => ports.ledger.withSnapshot(use),
          post: (epoch, payments) => ports.ledger.post(epoch, payments.map((payment) => ({ ...payment, decision: { ...payment.decision, outcome: inHand.get(keyText(payment)) ?? payment.decision.outcome } }))),
        },
      };
    },
  },
  'reconcile looks back by a time only': {
    sign: /0 rows in the surviving ledger \((processed|failed|cancelled), posted [1-9]/,
    plant: (ports) => {
      const isRecent = (acceptedAt: number): boolean => ports.clock.now() - acceptedAt < 150;
      return {
        ...ports,
        workIndex: {
          query: async (query) => {
            const page = await ports.workIndex.query(query);
            return query.posted === 'equal' ? page : { ...page, entries: page.entries.filter((entry) => isRecent(entry.acceptedAt)) };
          },
          scan: async (page) => ({ payments: (await ports.workIndex.scan(page)).payments.filter((payment) => isRecent(payment.acceptance?.acceptedAt ?? 0)) }),
        },
      };
    },
  },
  'any server of the standby region confirms': {
    sign: /confirmed by a server on another timeline/,
    plant: (ports, actor) => actor.name !== 'confirmer' ? ports : {
      ...ports,
      ledger: {
        post: (epoch, payments) => ports.ledger.post(epoch, payments),
        withSnapshot: (use) => ports.ledger.withSnapshot(async (snapshot) => {
          const { epoch } = await ports.epochs.read();
          return use({ inRecovery: true, fence: epoch, present: (keys) => snapshot.present(keys) });
        }),
      },
    },
  },
  'settlement does not wait for the move to end': {
    sign: /while it was moving/,
    plant: (ports, actor) => actor.name === 'orchestrator' ? ports : {
      ...ports,
      epochs: {
        compareAndSet: (expected, next) => ports.epochs.compareAndSet(expected, next),
        initialise: (record) => ports.epochs.initialise(record),
        read: async () => ({ ...(await ports.epochs.read()), phase: 'open' }),
      },
    },
  },
};

/** The same for refunds. */
const refundPlants: typeof plants = {
  'a mark names the refunds that the journal has, not those whose rows were seen': {
    sign: /refund .*: 0 rows|never told/,
    plant: (ports) => ({
      ...ports,
      journal: Object.create(ports.journal, {
        markPosted: {
          value: async (key: PaymentKey, mark: PostedMark) => {
            const payment = await ports.journal.read(key);
            return ports.journal.markPosted(key, { ...mark, refunds: (payment?.refunds ?? []).map((refund) => refund.refundId) });
          },
        },
      }) as typeof ports.journal,
    }),
  },
  'a confirmation sees the payment\'s row only': {
    sign: /the standby lacks its row/,
    plant: (ports, actor) => actor.name !== 'confirmer' ? ports : {
      ...ports,
      journal: Object.create(ports.journal, {
        confirm: { value: async (key: PaymentKey, epoch: Epoch) => ports.journal.confirm(key, epoch, (await ports.journal.read(key))?.refunds?.length ?? 0) },
      }) as typeof ports.journal,
    },
  },
  'a refund is posted as asked for, before its decision': {
    sign: /refund .*: its row is not its decision/,
    plant: (ports) => ({
      ...ports,
      ledger: {
        withSnapshot: (use) => ports.ledger.withSnapshot(use),
        post: (epoch, payments) => ports.ledger.post(epoch, payments.map((payment) => (payment.refunds ? { ...payment, refunds: payment.refunds.map((refund) => ({ ...refund, decision: { ...payment.decision, outcome: 'processed' as const } })) } : payment))),
      },
    }),
  },
  'every attempt at a refund has a key of its own': {
    sign: /refund .* given back [2-9] times|given back \d+, decided/,
    plant: (ports) => {
      let attempts = 0;
      return { ...ports, acquirer: Object.create(ports.acquirer, {
        refund: { value: (order: RefundOrder) => ports.acquirer.refund({ ...order, idempotencyKey: `${order.idempotencyKey}${(attempts += 1)}${ports.region}` }) },
      }) as typeof ports.acquirer };
    },
  },
};

test.each(Object.entries(refundPlants))('exploration: planted, %s -> found', async (_name, { sign, plant }) => {
  for (let seed = 2; seed <= LIVES; seed += 2) if ((await explore(seed, plant)).violations.some((violation) => sign.test(violation))) return;
  expect.fail(`no violation of this kind in ${LIVES / 2} lives`);
});

test.each(Object.entries(plants))('exploration: planted, %s -> found', async (_name, { sign, plant }) => {
  for (let seed = 1; seed <= LIVES; seed += 1) if ((await explore(seed, plant)).violations.some((violation) => sign.test(violation))) return;
  expect.fail(`no violation of this kind in ${LIVES} lives`);
});
