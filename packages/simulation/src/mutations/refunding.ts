// Bugs planted in refunds.
import { changed } from './mutation.ts';
import type { Mutation } from './mutation.ts';

export const refundingMutations: readonly Mutation[] = [
  {
    name: 'a mark names the refunds that the journal has, not those whose rows were seen',
    sign: /refund .*: (0 rows|never told)/,
    plant: (ports) => ({ ...ports, journal: changed(ports.journal, { markPosted: async (key, mark) => ports.journal.markPosted(key, { ...mark, refunds: ((await ports.journal.read(key))?.refunds ?? []).map((refund) => refund.refundId) }) }) }),
  },
  {
    name: 'a refund is posted as asked for, before its decision',
    sign: /refund .*: its row is not its decision/,
    plant: (ports) => ({ ...ports, ledger: changed(ports.ledger, { post: (epoch, payments) => ports.ledger.post(epoch, payments.map((payment) => (payment.refunds ? { ...payment, refunds: payment.refunds.map((refund) => ({ ...refund, decision: { ...payment.decision, outcome: 'processed' as const } })) } : payment))) }) }),
  },
  {
    name: 'a confirmation sees the payment\'s row only',
    sign: /the standby lacks a refund's row/,
    plant: (ports, actor) => (actor.name !== 'confirmer' ? ports : { ...ports, journal: changed(ports.journal, { confirm: async (key, epoch) => ports.journal.confirm(key, epoch, (await ports.journal.read(key))?.refunds?.length ?? 0) }) }),
  },
  {
    name: 'every attempt at a refund has a key of its own',
    sign: /given back [2-9] times|more was given back/,
    plant: (ports) => ({ ...ports, acquirer: changed(ports.acquirer, { refund: (order) => ports.acquirer.refund({ ...order, idempotencyKey: `${order.idempotencyKey}${ports.random.id()}` }), lookupRefund: async () => ({ code: 'none' }) }) }),
  },
];
