// `understudy payments show`: one payment as each record has it, for whoever must say what became of it. Changes nothing.
// Invariant: a record that does not answer is said to be away, and never shown as empty; no payment method is shown.
import { formatAmount, idFault, isMerchantId, isPortFault, MERCHANT_RULE, merchantId, refundStatusOf, refundsOf, regions, statusOf, transactionId } from '@understudy/core';
import type { ChargeEntry, LedgerEntry, Payment, PaymentKey, Region } from '@understudy/core';
import type { Connections } from '../connections.ts';
import { exitCodes, refused, usageFault } from '../exit.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

export async function show(desk: Desk, { merchant }: { readonly merchant: string }, [id = '']: readonly string[]): Promise<Answer> {
  const key = keyOf(merchant, id);
  const connections = await desk.connect();
  const payment = await connections.journal.read(key);
  if (!payment) throw refused(`${merchant} has no payment ${id}; name another merchant with --merchant, or look with \`understudy payments list\``);
  const [charges, ...ledgers] = await Promise.all([unlessAway(() => connections.chargeReport.of(key)), ...regions.map((region) => unlessAway(() => rowIn(connections, region, key)))]);
  const story: Story = { payment, charges, ledgers: new Map(regions.map((region, i) => [region, ledgers[i]])) };
  const isAway = charges === 'away' || ledgers.includes('away');
  return { exitCode: isAway ? exitCodes.unreachable : exitCodes.ok, json: jsonOf(story), text: textOf(story) };
}

/** Before anything is looked for or repeated: what was typed may be a card number. */
function keyOf(merchant: string, id: string): PaymentKey {
  if (!isMerchantId(merchant)) throw usageFault(`--merchant must be ${MERCHANT_RULE}`);
  const fault = idFault('the id', id);
  if (fault) throw usageFault(fault.message);
  return { merchantId: merchantId(merchant), transactionId: transactionId(id) };
}

type Away = 'away';
type Row = LedgerEntry | 'none' | Away;

interface Story {
  readonly payment: Payment;
  readonly charges: readonly ChargeEntry[] | Away;
  readonly ledgers: ReadonlyMap<Region, Row | undefined>;
}

async function unlessAway<T>(call: () => Promise<T>): Promise<T | Away> {
  try {
    return await call();
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return 'away';
  }
}

const rowIn = async (connections: Connections, region: Region, key: PaymentKey): Promise<LedgerEntry | 'none'> => (await connections.ledgerReport(region).of(key)) ?? 'none';

const timeText = (at: number): string => new Date(at).toISOString();

/** What happened, oldest first. */
function eventsOf({ acceptance, tombstone, decision, settledAt, settledRegion, quarantine, ...payment }: Payment): readonly (readonly [number, string])[] {
  const events: (readonly [number, string])[] = [
    ...(acceptance ? [[acceptance.acceptedAt, `accepted in ${acceptance.acceptedRegion}: ${formatAmount(acceptance.amount)} ${acceptance.amount.currency} of ${acceptance.customerId}, a ${acceptance.live ? 'live' : 'test'} payment`] as const] : []),
    ...(tombstone ? [[tombstone.purgedAt, 'purged: reduced to what a repeat must be answered with'] as const] : []),
    ...(quarantine ? [[quarantine.at, `set aside: ${quarantine.reason}`] as const] : []),
    ...(decision ? [[decision.decidedAt, `decided: ${decision.outcome}${decision.code === undefined || decision.code === decision.outcome ? '' : `, ${decision.code}`}${decision.acquirerReference === undefined ? '' : `, ${decision.acquirerReference}`}`] as const] : []),
    ...(settledAt === undefined ? [] : [[settledAt, `posted${settledRegion === undefined ? '' : ` in ${settledRegion}`}`] as const]),
    ...refundsOf(payment as Payment).map((refund) => [refund.acceptedAt, `refund ${refund.refundId} accepted in ${refund.acceptedRegion}, now ${refundStatusOf(refund)}`] as const),
  ];
  return events.toSorted(([a], [b]) => a - b);
}

const ledgerText = (row: Row | undefined): string => {
  if (row === 'away' || row === undefined) return 'does not answer';
  if (row === 'none' || !row.row) return 'no row';
  const { amount, outcome } = row.row;
  return `${outcome}, ${formatAmount(amount)} ${amount.currency}${row.refunds.length === 0 ? '' : `, ${row.refunds.length} refunds`}${row.balanced ? '' : ', NOT BALANCED'}`;
};

const chargeText = ({ reference, outcome, amount, voided, refundedMinor }: ChargeEntry): string =>
  `${outcome}, ${formatAmount(amount)} ${amount.currency}, ${reference}${voided ? ', given back whole' : ''}${refundedMinor > 0n ? `, ${formatAmount({ minor: refundedMinor, currency: amount.currency })} given back` : ''}`;

const chargesText = (charges: Story['charges']): readonly string[] => {
  if (charges === 'away') return ['does not answer'];
  return charges.length === 0 ? ['no charge'] : charges.map(chargeText);
};

function textOf({ payment, charges, ledgers }: Story): string {
  const records = [
    ['journal', `${statusOf(payment)}, ${payment.postedEpoch === 0 ? 'not posted' : `posted under epoch ${payment.postedEpoch}`}${payment.inWork ? ', still in work' : ', nothing left to do'}`],
    ...[...ledgers].map(([region, row]) => [`ledger of ${region}`, ledgerText(row)]),
    ...chargesText(charges).map((text) => ['acquirer', text]),
  ];
  const events = eventsOf(payment).map(([at, what]) => [timeText(at), what]);
  return `${payment.merchantId} ${payment.transactionId} is ${statusOf(payment)}.\n\n${tableText(['when', 'what happened'], events)}\n\n${tableText(['record', 'what it holds now'], records)}`;
}

const jsonOf = ({ payment, charges, ledgers }: Story): object => ({
  merchant_id: payment.merchantId, transaction_id: payment.transactionId, status: statusOf(payment), posted_epoch: payment.postedEpoch, in_work: payment.inWork,
  events: eventsOf(payment).map(([at, what]) => ({ at: timeText(at), what })),
  ledgers: Object.fromEntries([...ledgers].map(([region, row]) => [region, typeof row === 'object' ? { balanced: row.balanced, ...(row.row && { outcome: row.row.outcome, amount: formatAmount(row.row.amount), currency: row.row.amount.currency }) } : (row ?? 'away')])),
  charges: charges === 'away' ? charges : charges.map(({ reference, outcome, voided, amount }) => ({ reference, outcome, voided, amount: formatAmount(amount), currency: amount.currency })),
});
