// What happened to a payment, oldest first, put together from what every record says of it. Pure: no record is believed
// more than another, so what they disagree about stands there twice.
import { formatAmount, refundsOf } from '@understudy/core';
import type { BookedStory, ChargeEntry, Payment, Region } from '@understudy/core';
import type { Happening } from '../contract/desk.ts';
import { amountText } from './rows.ts';

export interface Heard {
  readonly payment: Payment;
  /** Of the ledgers that answered. */
  readonly ledgers: ReadonlyMap<Region, BookedStory>;
  readonly charges: readonly ChargeEntry[];
}

const words = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined && part !== '').join(', ');

export function historyOf({ payment, ledgers, charges }: Heard): readonly Happening[] {
  const currency = payment.acceptance?.amount.currency ?? charges[0]?.amount.currency ?? '';
  return [
    ...journalSays(payment, currency),
    ...charges.map((charge): Happening => ({ at: charge.newestAt, where: 'acquirer', what: words(`${charge.outcome.replace('_', ' ')} as ${charge.reference}`, `${formatAmount(charge.amount)} ${charge.amount.currency}`, charge.voided ? 'given back whole' : undefined) })),
    ...[...ledgers].flatMap(([region, story]) => ledgerSays(region, story)),
  ].toSorted((a, b) => a.at - b.at);
}

function journalSays(payment: Payment, currency: string): readonly Happening[] {
  const { acceptance, tombstone, decision, settledAt, settledRegion, quarantine } = payment;
  const where = 'journal';
  return [
    ...(acceptance ? [{ at: acceptance.acceptedAt, where, what: words(`accepted in ${acceptance.acceptedRegion}`, `${formatAmount(acceptance.amount)} ${currency}`) }] : []),
    ...(tombstone ? [{ at: tombstone.acceptedAt, where, what: `accepted in ${tombstone.acceptedRegion}` }, { at: tombstone.purgedAt, where, what: 'purged: reduced to what a repeat must be answered with' }] : []),
    ...(quarantine ? [{ at: quarantine.at, where, what: `set aside under epoch ${quarantine.epoch}: ${quarantine.reason}` }] : []),
    ...(decision ? [{ at: decision.decidedAt, where, what: words(`decided: ${decision.outcome}`, decision.code) }] : []),
    ...(settledAt === undefined ? [] : [{ at: settledAt, where, what: words('marked as posted', settledRegion === undefined ? undefined : `by ${settledRegion}`) }]),
    ...refundsOf(payment).flatMap((refund): readonly Happening[] => [
      { at: refund.acceptedAt, where, what: words(`refund ${refund.refundId} accepted in ${refund.acceptedRegion}`, `${amountText(refund.amountMinor, currency)} ${currency}`) },
      ...(refund.decision ? [{ at: refund.decision.decidedAt, where, what: words(`refund ${refund.refundId} decided: ${refund.decision.outcome}`, refund.decision.code) }] : []),
    ]),
  ];
}

function ledgerSays(region: Region, { payment, refunds, notices }: BookedStory): readonly Happening[] {
  const where = `ledger ${region}`;
  return [
    ...(payment ? [{ at: payment.postedAt, where, what: `posted as ${payment.outcome} under epoch ${payment.epoch}` }] : []),
    ...refunds.map((refund) => ({ at: refund.postedAt, where, what: `refund ${refund.refundId} posted as ${refund.outcome} under epoch ${refund.epoch}` })),
    ...notices.flatMap((notice): readonly Happening[] => [
      ...(notice.toldAt === undefined ? [] : [{ at: notice.toldAt, where, what: words(`${notice.event} told to ${notice.target ?? 'nobody'}`, notice.lastAnswer) }]),
      ...(notice.deadAt === undefined ? [] : [{ at: notice.deadAt, where, what: words(`${notice.event} to ${notice.target ?? 'nobody'} given up`, notice.lastAnswer) }]),
    ]),
  ];
}
