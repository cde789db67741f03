// Bugs planted in accepting, deciding and posting.
import type { ChargeRequest, Decision, Outcome, PaymentKey } from '@understudy/core';
import { keyText } from '@understudy/core';
import type { Ports } from '../stage.ts';
import { ticks } from '../clock/ticks.ts';
import { changed, orElse } from './mutation.ts';
import type { Mutation } from './mutation.ts';

const sees = (ports: Ports, isSeen: (work: { readonly acceptedAt: number; readonly postedEpoch: number }) => boolean): Ports => ({
  ...ports,
  workIndex: changed(ports.workIndex, {
    all: async () => undefined,
    query: async (query) => {
      const page = await ports.workIndex.query(query);
      return query.posted === 'equal' ? page : { ...page, entries: page.entries.filter(isSeen) };
    },
    scan: async (request) => {
      const page = await ports.workIndex.scan(request);
      return { ...page, payments: page.payments.filter((payment) => isSeen({ acceptedAt: payment.acceptance?.acceptedAt ?? 0, postedEpoch: payment.postedEpoch })) };
    },
  }),
});

export const settlingMutations: readonly Mutation[] = [
  {
    name: 'an acceptance is answered before the journal holds it',
    sign: /acknowledged and not in the journal/,
    plant: (ports, actor) => (actor.name !== 'client' ? ports : { ...ports, journal: changed(ports.journal, { accept: (key, acceptance) => orElse(() => ports.journal.accept(key, acceptance), { code: 'created' }) }) }),
  },
  {
    name: 'the ledger takes postings of any epoch',
    sign: /epochs decrease/,
    plant: (ports, _actor, { world }) => ({ ...ports, ledger: changed(ports.ledger, {
      post: async (epoch, payments) => {
        const server = world.backstage.ledgers.servers[ports.region];
        const result = await ports.ledger.post(server.fence, payments);
        for (const row of server.rows()) if (result.code === 'posted' && result.inserted.has(keyText(row.payment))) Object.assign(row, { epoch });
        return result;
      },
    }) }),
  },
  {
    name: 'the answer in hand is posted, not the decision',
    sign: /its row is not its decision/,
    plant: (ports) => {
      const inHand = new Map<string, Outcome>();
      const charge = async (request: ChargeRequest) => {
        const answer = await ports.acquirer.charge(request);
        if (answer.code === 'approved' || answer.code === 'declined') inHand.set(keyText(request), answer.code === 'approved' ? 'processed' : 'failed');
        return answer;
      };
      return {
        ...ports,
        acquirer: changed(ports.acquirer, { charge }),
        ledger: changed(ports.ledger, { post: (epoch, payments) => ports.ledger.post(epoch, payments.map((payment) => ({ ...payment, decision: { ...payment.decision, outcome: inHand.get(keyText(payment)) ?? payment.decision.outcome } }))) }),
      };
    },
  },
  {
    name: 'whoever decides last believes to have won',
    sign: /its row is not its decision|with net charge|told .* and /,
    plant: (ports) => ({ ...ports, journal: changed(ports.journal, { decide: async (key: PaymentKey, decision: Decision) => {
      const result = await ports.journal.decide(key, decision);
      return result && { won: true, payment: { ...result.payment, decision } };
    } }) }),
  },
  {
    name: 'every attempt at a charge has a key of its own',
    sign: /charged [2-9] times/,
    plant: (ports) => ({ ...ports, acquirer: changed(ports.acquirer, { charge: (request) => ports.acquirer.charge({ ...request, idempotencyKey: `${request.idempotencyKey}${ports.random.id()}` }) }) }),
  },
  {
    name: 'an acquirer that does not answer has declined',
    sign: /failed with net charge 1|the audit finds orphan_charge/,
    plant: (ports) => ({ ...ports, acquirer: changed(ports.acquirer, { charge: (request) => orElse(() => ports.acquirer.charge(request), { code: 'declined', reference: 'none', reason: 'timed_out' }), lookup: async () => ({ code: 'none' }) }) }),
  },
  {
    name: 'an approval that lost to another decision is not voided',
    sign: /(cancelled|failed) with net charge 1|the audit finds orphan_charge/,
    plant: (ports) => ({ ...ports, acquirer: changed(ports.acquirer, { void: async () => {} }) }),
  },
  {
    name: 'nobody asks whether a cancelled payment was charged',
    sign: /cancelled with net charge 1|the audit finds orphan_charge/,
    plant: (ports) => ({ ...ports, acquirer: changed(ports.acquirer, { lookup: async () => ({ code: 'none' }) }) }),
  },
  {
    name: 'a key that the acquirer may have forgotten is charged under again',
    sign: /charged [2-9] times|audit finds/,
    plant: (ports) => ({ ...ports, policy: { ...ports.policy, settleWithinMs: Number.MAX_SAFE_INTEGER / 1000, acquirerKeyLifeMs: Number.MAX_SAFE_INTEGER } }),
  },
  {
    name: 'a posting that failed is marked as done',
    sign: /0 rows in the surviving ledger|the standby lacks|its row is missing/,
    plant: (ports) => ({ ...ports, ledger: changed(ports.ledger, {
      post: async (epoch, payments) => {
        const done = { code: 'posted' as const, inserted: new Set<string>() };
        const result = await orElse(() => ports.ledger.post(epoch, payments), done);
        return result.code === 'fenced' ? done : result;
      },
    }) }),
  },
  {
    name: 'reconcile looks back by a time only',
    sign: /0 rows in the surviving ledger|its row is missing/,
    plant: (ports) => sees(ports, ({ acceptedAt }) => ports.clock.now() - acceptedAt < ticks(150)),
  },
  {
    name: 'what was told once is trusted to be in the books',
    sign: /0 rows in the surviving ledger \(.*posted [1-9]|its row is missing/,
    plant: (ports) => sees(ports, ({ postedEpoch }) => postedEpoch === 0),
  },
  {
    name: 'rows that are present but unmarked are passed over',
    sign: /never told/,
    plant: (ports, actor) => (actor.name !== 'reconciler' && actor.name !== 'orchestrator' ? ports : { ...ports, journal: changed(ports.journal, { markPosted: async () => true }) }),
  },
];
