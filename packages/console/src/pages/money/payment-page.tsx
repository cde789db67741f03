// One payment: what happened to it, and what each record says of it now. It is read again while something may still change.
import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { regions } from '@understudy/core';
import type { ChargeRow, Happening, LedgerSays, PaymentStory, RefundRow, Said } from '../../contract/index.ts';
import { useResource } from '../../data/use-resource.ts';
import { Badge, clockTime, dateTime, Empty, Facts, Loaded, PageHead, Panel, Table } from '../../ui/index.ts';
import type { FactEntries } from '../../ui/index.ts';
import { PaymentActions } from './payment-actions.tsx';
import { Money, refundLooks, StatusBadge } from './payment-look.tsx';

const LOOK_AGAIN_MS = 2_000;

export function PaymentPage(): ReactNode {
  const { merchant = '', id = '' } = useParams();
  const story = useResource<PaymentStory>(`/desk/payments/${encodeURIComponent(decodeURIComponent(merchant))}/${encodeURIComponent(decodeURIComponent(id))}`, { everyMs: LOOK_AGAIN_MS });
  return (
    <Loaded from={story}>
      {(payment) => (
        <>
          <PageHead title={payment.id} actions={<PaymentActions payment={payment} reload={story.reload} />}>
            <span className="row"><StatusBadge status={payment.status} /><Money amount={payment.amount} currency={payment.currency} /><span>{payment.merchant}, {payment.mode}</span></span>
          </PageHead>
          {payment.setAside !== undefined && <p className="notice">Set aside for a person: {payment.setAside}. See Dead letters.</p>}
          <div className="columns wide">
            <Panel title="What happened"><History happenings={payment.history} /></Panel>
            <div className="stack">
              <Panel title="Journal" aside={<Badge tone={payment.inWork ? 'info' : 'good'} label={payment.inWork ? 'in work' : payment.postedEpoch > 0 ? 'safe in both ledgers' : 'nothing to post'} />}><Facts entries={factsOf(payment)} /></Panel>
              <Panel title="Acquirer"><Heard said={payment.charges}>{(charges) => <Charges charges={charges} />}</Heard></Panel>
              <Panel title="Refunds" aside={payment.left !== '' && payment.status === 'processed' ? <span className="dim">{payment.left} {payment.currency} left</span> : undefined}><Refunds refunds={payment.refunds} currency={payment.currency} /></Panel>
            </div>
          </div>
          <div className="columns wide">{regions.map((region) => <Panel key={region} title={`Ledger ${region}`}><Heard said={payment.ledgers[region]}>{(says) => <Ledger says={says} />}</Heard></Panel>)}</div>
        </>
      )}
    </Loaded>
  );
}

function Heard<T>({ said, children }: { readonly said: Said<T>; readonly children: (says: T) => ReactNode }): ReactNode {
  return 'says' in said ? children(said.says) : <p className="notice" data-tone="bad">It does not answer: {said.away}</p>;
}

const factsOf = (payment: PaymentStory): FactEntries => [
  ['customer', payment.customer || 'not known any more'],
  ['paid with', payment.method ?? 'not said'],
  ...(payment.session === undefined ? [] : [['session', <span key="session" className="mono break">{payment.session}</span>] as const]),
  ['accepted in', payment.acceptedRegion ?? 'never: its id was spent by cancelling it'],
  ['settled by', payment.settledRegion ?? 'nobody yet'],
  ['posted under', payment.postedEpoch === 0 ? 'no epoch yet' : `epoch ${payment.postedEpoch}`],
  ...(payment.settleBefore === undefined ? [] : [['not charged after', dateTime(payment.settleBefore)] as const]),
  ...(payment.reference === undefined ? [] : [['charge', <span key="charge" className="mono">{payment.reference}</span>] as const]),
  ...(payment.attempts === 0 ? [] : [['faults of its own', String(payment.attempts)] as const]),
];

/** The first with its date, the others with what has passed since then: that is what one reads a failover by. */
function History({ happenings }: { readonly happenings: readonly Happening[] }): ReactNode {
  const [first] = happenings;
  if (!first) return <Empty>Nothing is on record.</Empty>;
  return (
    <ol className="history">
      {happenings.map(({ at, where, what }) => (
        <li key={`${at} ${where} ${what}`}>
          <span className="number dim" title={dateTime(at)}>{clockTime(at)}</span>
          <span className="number dim">+{((at - first.at) / 1_000).toFixed(3)} s</span>
          <span><strong>{where}</strong> {what}</span>
        </li>
      ))}
    </ol>
  );
}

function Charges({ charges }: { readonly charges: readonly ChargeRow[] }): ReactNode {
  return (
    <Table caption="Charges at the acquirer" rows={charges} keyOf={({ reference }) => reference} empty="It knows no charge of this payment." columns={[
      { head: 'charge', cell: ({ reference }) => <span className="mono">{reference}</span> },
      { head: 'amount', cell: ({ amount, currency }) => <Money amount={amount} currency={currency} />, isNumber: true },
      { head: 'stands as', cell: ({ outcome, voided }) => <Badge tone={voided ? 'plain' : outcome === 'approved' ? 'good' : outcome === 'declined' ? 'bad' : 'info'} label={voided ? 'given back whole' : outcome.replace('_', ' ')} /> },
      { head: 'given back', cell: ({ refunded }) => refunded, isNumber: true },
    ]} />
  );
}

function Refunds({ refunds, currency }: { readonly refunds: readonly RefundRow[]; readonly currency: string }): ReactNode {
  return (
    <Table caption="Refunds" rows={refunds} keyOf={({ id }) => id} empty="Nothing was asked back." columns={[
      { head: 'refund', cell: ({ id }) => <span className="mono">{id}</span> },
      { head: 'accepted', cell: ({ acceptedAt, region }) => `${clockTime(acceptedAt)} in ${region}` },
      { head: 'amount', cell: ({ amount }) => <Money amount={amount} currency={currency} />, isNumber: true },
      { head: 'status', cell: ({ status, code }) => <span className="row"><Badge {...refundLooks[status]} />{code}</span> },
    ]} />
  );
}

function Ledger({ says }: { readonly says: LedgerSays }): ReactNode {
  const { row, postings, notices, published } = says;
  if (!row) return <Empty>These books hold no row of it.</Empty>;
  return (
    <>
      <Facts entries={[
        ['row', `${row.outcome}, ${row.amount} ${row.currency}`], ['epoch', String(row.epoch)], ['posted', dateTime(row.postedAt)],
        ...published.map(({ of, receipt, file }) => [`${of}: receipt, file`, `${receipt}; ${file}`] as const),
      ]} />
      <Table caption="Postings" rows={postings} keyOf={({ account, of }) => `${of} ${account}`} empty="No money moved, so there are no postings." columns={[
        { head: 'account', cell: ({ account }) => account }, { head: 'of', cell: ({ of }) => of },
        { head: 'debit', cell: ({ debit }) => debit, isNumber: true }, { head: 'credit', cell: ({ credit }) => credit, isNumber: true },
      ]} />
      <Table caption="Notices and their deliveries" rows={notices} keyOf={({ event, target = '' }) => `${event} ${target}`} empty="Nothing is to be told." columns={[
        { head: 'told', cell: ({ event }) => event }, { head: 'to', cell: ({ state, target = state === 'nobody' ? 'nobody, or weeks ago' : 'not chosen yet' }) => <span className="break">{target}</span> },
        { head: 'state', cell: ({ state, failures, answer }) => <span className="row"><Badge tone={state === 'told' ? 'good' : state === 'dead' ? 'bad' : 'info'} label={state} />{failures > 0 && <span className="dim">{failures} failed</span>}<span className="dim">{answer}</span></span> },
      ]} />
    </>
  );
}
