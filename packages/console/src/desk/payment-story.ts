/**
 * One payment as every record has it: journal, both ledgers, acquirer. Invariant: a record that does not answer is named as
 * such, and hides nothing of the others; what can be done about the payment is judged from the journal alone, strongly read.
 */
import { acceptedOf, formatAmount, isKnown, isPortFault, isRefundable, refundedMinor, refundsOf, refundStatusOf, regions } from '@understudy/core';
import type { BookedNotice, BookedStory, ChargeEntry, Payment, PaymentKey, Region } from '@understudy/core';
import type { ChargeRow, LedgerSays, NoticeSays, PaymentStory, RefundRow, Said } from '../contract/desk.ts';
import { notFound } from './answer.ts';
import { historyOf } from './payment-history.ts';
import type { DeskPorts } from './ports.ts';
import { amountText, rowOfPayment } from './rows.ts';

export async function storyOf(ports: DeskPorts, key: PaymentKey): Promise<PaymentStory> {
  const [payment, charges, ...ledgers] = await Promise.all([
    ports.journal.read(key),
    saidBy(() => ports.chargeReport.of(key)),
    ...regions.map(async (region) => [region, await saidBy(() => ports.browsers[region].story(key))] as const),
  ]);
  if (!payment) throw notFound('the journal holds no payment of this merchant under this id');
  const heard = { payment, charges: 'says' in charges ? charges.says : [], ledgers: new Map(ledgers.flatMap(([region, said]) => ('says' in said ? [[region, said.says] as const] : []))) };
  const left = isRefundable(payment) ? payment.acceptance.amount.minor - refundedMinor(payment) : 0n;
  const currency = payment.acceptance?.amount.currency ?? '';
  return {
    ...rowOfPayment(payment),
    ...factsOf(payment),
    history: historyOf(heard),
    ledgers: Object.fromEntries(ledgers.map(([region, said]) => [region, mapped(said, (story) => ledgerOf(story, currency))])) as Record<Region, Said<LedgerSays>>,
    charges: mapped(charges, (found) => found.map(chargeOf)),
    refunds: refundsOf(payment).map((refund): RefundRow => ({
      id: refund.refundId, amount: amountText(refund.amountMinor, currency), status: refundStatusOf(refund), acceptedAt: refund.acceptedAt, region: refund.acceptedRegion,
      ...(refund.decision?.acquirerReference !== undefined && { reference: refund.decision.acquirerReference }), ...(refund.decision?.code !== undefined && { code: refund.decision.code }),
    })),
    left: currency === '' ? '' : amountText(left, currency),
    ...whatCannot(payment, left),
  };
}

async function saidBy<T>(ask: () => Promise<T>): Promise<Said<T>> {
  try {
    return { says: await ask() };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return { away: error.message };
  }
}

const mapped = <T, U>(said: Said<T>, use: (value: T) => U): Said<U> => ('says' in said ? { says: use(said.says) } : said);

const factsOf = ({ acceptance, tombstone, decision, quarantine, postedEpoch, inWork, attempts, settledRegion }: Payment) => ({
  postedEpoch, inWork, attempts,
  ...((acceptance ?? tombstone) && { acceptedRegion: (acceptance ?? tombstone)?.acceptedRegion as Region }),
  ...(settledRegion !== undefined && { settledRegion }),
  ...(acceptance?.paymentMethod !== undefined && { method: acceptance.paymentMethod }),
  ...(acceptance?.sessionId !== undefined && { session: acceptance.sessionId }),
  ...(acceptance && { settleBefore: acceptance.settleBefore }),
  ...(decision?.acquirerReference !== undefined && { reference: decision.acquirerReference }),
  ...(quarantine && { setAside: quarantine.reason }),
});

/** Why it cannot be cancelled or refunded now. The use cases judge again by the journal's own conditions. */
export function whatCannot(payment: Payment, leftMinor: bigint): { readonly whyNotCancel?: string; readonly whyNotRefund?: string } {
  const { decision } = payment;
  const gone = payment.tombstone ? 'it was purged' : undefined;
  const whyNotCancel = gone ?? (decision ? `it is decided: ${decision.outcome}` : undefined);
  const whyNotRefund = gone ?? (!isKnown(payment) || decision === undefined ? 'it is not charged yet' : decision.outcome !== 'processed' ? `it is ${decision.outcome}, so nothing was taken` : payment.postedEpoch === 0 ? 'it is not in the books yet' : leftMinor <= 0n ? 'all of it is given back already' : undefined);
  return { ...(whyNotCancel !== undefined && { whyNotCancel }), ...(whyNotRefund !== undefined && { whyNotRefund }) };
}

/** In which mode it was accepted: whoever acts on it does so in the same. */
export const isLive = (payment: Payment): boolean => isKnown(payment) && acceptedOf(payment).live;

const ownWords = (refundId: string | undefined): string => (refundId === undefined ? 'payment' : `refund ${refundId}`);

function ledgerOf({ payment, postings, notices, entries }: BookedStory, currency: string): LedgerSays {
  return {
    ...(payment && {
      row: {
        outcome: payment.outcome, amount: formatAmount(payment.amount), currency: payment.amount.currency, epoch: payment.epoch, postedAt: payment.postedAt,
        ...(payment.reference !== undefined && { reference: payment.reference }),
      },
    }),
    postings: postings.map(({ account, amountMinor, currency: own, refundId }) => ({
      account, of: ownWords(refundId), debit: amountMinor > 0n ? amountText(amountMinor, own || currency) : '', credit: amountMinor < 0n ? amountText(-amountMinor, own || currency) : '',
    })),
    notices: notices.map(noticeOf),
    published: entries.map(({ refundId, receiptDue, file }) => ({
      of: ownWords(refundId), receipt: receiptDue ? 'due' : 'written',
      file: file ? `${file.businessDate} ${file.currency} ${file.n}${file.publishedEpoch === 0 ? ', not published yet' : ''}` : 'in none yet',
    })),
  };
}

const noticeOf = ({ event, at, addressedAt, target, failures, toldAt, deadAt, lastAnswer }: BookedNotice): NoticeSays => ({
  event, at, failures,
  state: addressedAt === undefined ? 'not addressed' : target === undefined ? 'nobody' : toldAt !== undefined ? 'told' : deadAt !== undefined ? 'dead' : 'due',
  ...(target !== undefined && { target }), ...(lastAnswer !== undefined && { answer: lastAnswer }),
});

const chargeOf = ({ reference, amount, outcome, voided, refundedMinor: given }: ChargeEntry): ChargeRow => ({
  reference, outcome, voided, amount: formatAmount(amount), currency: amount.currency, refunded: given === 0n ? '' : amountText(given, amount.currency),
});
