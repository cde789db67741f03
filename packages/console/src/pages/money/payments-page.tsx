/**
 * Finding payments: by id, by customer, or page by page in the order in which they entered the books. What is looked for
 * stands in the address, so that it can be kept and sent; the pages gone through stand in memory.
 */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { PaymentPage, PaymentRow } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { useDesk } from '../../data/use-desk.tsx';
import { useResource } from '../../data/use-resource.ts';
import { ActionButton, Button, dateTime, Field, Loaded, PageHead, Panel, Table } from '../../ui/index.ts';
import type { Column } from '../../ui/index.ts';
import { Money, PaymentLink, StatusBadge, statusLooks } from './payment-look.tsx';

const names = ['id', 'customer', 'merchant', 'status', 'mode'] as const;
type Search = Readonly<Record<(typeof names)[number], string>>;

const columns: readonly Column<PaymentRow>[] = [
  { head: 'when', cell: ({ at }) => <span className="keep">{dateTime(at)}</span> },
  { head: 'payment', cell: ({ merchant, id }) => <PaymentLink merchant={merchant} id={id} /> },
  { head: 'merchant', cell: ({ merchant }) => merchant },
  { head: 'customer', cell: ({ customer }) => <span className="keep">{customer}</span> },
  { head: 'amount', cell: ({ amount, currency }) => <Money amount={amount} currency={currency} />, isNumber: true },
  { head: 'status', cell: ({ status, code }) => <span className="row"><StatusBadge status={status} />{code !== undefined && code !== status && <span className="dim">{code}</span>}</span> },
  { head: 'given back', cell: ({ refunded = '' }) => refunded, isNumber: true },
  { head: 'mode', cell: ({ mode }) => mode },
];

const keyOf = ({ merchant, id }: PaymentRow): string => `${merchant}#${id}`;

const queryOf = (search: Search): string => new URLSearchParams(Object.entries(search).filter(([, value]) => value !== '')).toString();

export function PaymentsPage(): ReactNode {
  const text = useSearch();
  // Another search is another list, with pages of its own.
  return (
    <>
      <PageHead title="Payments" actions={<SendPayment />} />
      <SearchForm key={`form ${text}`} text={text} />
      <PaymentList key={text} query={text} />
    </>
  );
}

function SearchForm({ text }: { readonly text: string }): ReactNode {
  const [, navigate] = useLocation();
  const { value: desk } = useDesk();
  const said = new URLSearchParams(text);
  const [search, setSearch] = useState<Search>({ id: said.get('id') ?? '', customer: said.get('customer') ?? '', merchant: said.get('merchant') ?? '', status: said.get('status') ?? '', mode: said.get('mode') ?? '' });
  const look = (wanted: Search): void => navigate(queryOf(wanted) === '' ? '/payments' : `/payments?${queryOf(wanted)}`);
  const set = (name: keyof Search) => (value: string) => setSearch((before) => ({ ...before, [name]: value }));
  const choose = (name: keyof Search) => (value: string) => look({ ...search, [name]: value });
  return (
    <form className="row search" role="search" aria-label="Payments" onSubmit={(event) => {
      event.preventDefault();
      look(search);
    }}>
      <Field label="Payment id" value={search.id} onChange={set('id')} size={22} placeholder="whole id" />
      <Field label="Customer" value={search.customer} onChange={set('customer')} size={14} placeholder="whole id" />
      <Field label="Merchant" value={search.merchant} onChange={set('merchant')} size={12} suggestions={desk?.merchants ?? []} placeholder="any" />
      <Field label="Status" value={search.status} onChange={choose('status')} choices={[['', 'any in the books'], ...Object.entries(statusLooks).map(([status, { label }]) => [status, label] as const)]} />
      <Field label="Mode" value={search.mode} onChange={choose('mode')} choices={[['', 'live and test'], ['live', 'live'], ['test', 'test']]} />
      <div className="row end">
        <button type="submit" className="button" data-kind="primary">Look</button>
        <Button blocked={text === '' ? 'nothing is looked for' : undefined} onClick={() => navigate('/payments')}>Clear</Button>
      </div>
    </form>
  );
}

function PaymentList({ query }: { readonly query: string }): ReactNode {
  // Cursors of the pages before this one; the first page has none.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const list = useResource<PaymentPage>(`/desk/payments?${new URLSearchParams([...new URLSearchParams(query), ...(cursor === undefined ? [] : [['cursor', cursor] as [string, string]])])}`);
  const next = list.value?.next;
  return (
    <Panel title={cursors.length === 0 ? 'Found' : `Found, page ${cursors.length + 1}`} actions={
      <>
        <Button onClick={list.reload}>Read again</Button>
        <Button blocked={cursors.length === 0 ? 'this is the first page' : undefined} onClick={() => setCursors(cursors.slice(0, -1))}>Newer</Button>
        <Button blocked={next === undefined ? 'there are no more' : undefined} onClick={() => next !== undefined && setCursors([...cursors, next])}>Older</Button>
      </>
    }>
      <Loaded from={list}>
        {({ rows, about }) => (
          <>
            <p className="dim">{about}</p>
            <Table caption="Payments" columns={columns} rows={rows} keyOf={keyOf} empty={next === undefined ? 'No payment was found.' : 'Nothing here; there is more further back.'} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** One payment of the demo merchant, as a client would send it. */
function SendPayment(): ReactNode {
  const { value: desk } = useDesk();
  const [, navigate] = useLocation();
  const send = async (): Promise<string> => {
    const id = `console-${Date.now().toString(36)}`;
    const made = await postJson<{ readonly merchant: string; readonly id: string; readonly status: string }>('/desk/payments', { id, customer: 'c-1', amount: '12.50', currency: 'USD' });
    navigate(`/payments/${encodeURIComponent(made.merchant)}/${encodeURIComponent(made.id || id)}`);
    return `${id} is ${made.status}.`;
  };
  return <ActionButton kind="primary" blocked={desk?.whyNoApi} run={send}>Send a payment</ActionButton>;
}
