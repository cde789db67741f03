/**
 * Checkout sessions: open one, look one up by its id, pay it. There is no list: the table is keyed by session, so a list
 * would read all of it. Those that this window opened are kept while it is open.
 */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { SessionSays } from '../../contract/index.ts';
import { getJson, postJson } from '../../data/http.ts';
import { useDesk } from '../../data/use-desk.tsx';
import { ActionButton, Badge, Button, Empty, Facts, Field, PageHead, Panel, useToast } from '../../ui/index.ts';
import type { Tone } from '../../ui/index.ts';
import { Money } from './payment-look.tsx';

/** Oldest leave first. */
const KEPT_MAX = 20;
const tones: Readonly<Record<string, Tone>> = { open: 'info', complete: 'good', paid: 'good', expired: 'plain', processing: 'note' };

export function SessionsPage(): ReactNode {
  const { value: desk } = useDesk();
  const [sessions, setSessions] = useState<readonly SessionSays[]>([]);
  const keep = (session: SessionSays): void => setSessions((before) => [session, ...before.filter(({ id }) => id !== session.id)].slice(0, KEPT_MAX));
  return (
    <>
      <PageHead title="Sessions">What a merchant asks one customer to pay once.</PageHead>
      {desk?.whyNoApi !== undefined && <p className="notice">{desk.whyNoApi}.</p>}
      <div className="columns wide">
        <OpenSession keep={keep} blocked={desk?.whyNoApi} />
        <FindSession keep={keep} blocked={desk?.whyNoApi} />
      </div>
      <p className="dim">There is no list of all sessions: the table is keyed by session, so a list would read the whole of it in a region, one read unit for every two sessions. Below are those that were opened or looked up here.</p>
      {sessions.length === 0 ? <Empty>None was opened or looked up in this window yet.</Empty> : sessions.map((session) => <SessionPanel key={session.id} session={session} keep={keep} />)}
    </>
  );
}

interface FormProps {
  readonly keep: (session: SessionSays) => void;
  readonly blocked: string | undefined;
}

function OpenSession({ keep, blocked }: FormProps): ReactNode {
  const [customer, setCustomer] = useState('c-1');
  const [amount, setAmount] = useState('12.50');
  const [currency, setCurrency] = useState('USD');
  const open = async (): Promise<string> => {
    keep(await postJson<SessionSays>('/desk/sessions', { customer, amount, currency }));
    return 'The session is open, in both regions at once.';
  };
  return (
    <Panel title="Open one">
      <div className="row search">
        <Field label="Customer" value={customer} onChange={setCustomer} size={12} />
        <Field label="Amount" value={amount} onChange={setAmount} size={8} />
        <Field label="Currency" value={currency} onChange={setCurrency} choices={['USD', 'EUR', 'GBP', 'JPY'].map((each) => [each, each] as const)} />
        <div className="row end"><ActionButton kind="primary" blocked={blocked} run={open}>Open</ActionButton></div>
      </div>
    </Panel>
  );
}

function FindSession({ keep, blocked }: FormProps): ReactNode {
  const [id, setId] = useState('');
  const find = async (): Promise<void> => keep(await getJson<SessionSays>(`/desk/sessions/${encodeURIComponent(id.trim())}`));
  return (
    <Panel title="Look one up">
      <div className="row search">
        <Field label="Session id" value={id} onChange={setId} size={30} />
        <div className="row end"><ActionButton blocked={blocked ?? (id.trim() === '' ? 'say which' : undefined)} run={find}>Look</ActionButton></div>
      </div>
    </Panel>
  );
}

function SessionPanel({ session, keep }: { readonly session: SessionSays; readonly keep: FormProps['keep'] }): ReactNode {
  const toast = useToast();
  const [, navigate] = useLocation();
  const look = async (): Promise<void> => keep(await getJson<SessionSays>(`/desk/sessions/${encodeURIComponent(session.id)}`));
  const pay = async (): Promise<string> => {
    const id = `console-${Date.now().toString(36)}`;
    const made = await postJson<{ readonly merchant: string }>('/desk/payments', { id, customer: session.customer, amount: session.amount, currency: session.currency, session: session.id });
    navigate(`/payments/${encodeURIComponent(made.merchant)}/${encodeURIComponent(id)}`);
    return `${id} pays this session.`;
  };
  const copy = (): void => void navigator.clipboard.writeText(session.id).then(() => toast('The session id is copied.', 'good'), () => toast('This browser does not let the page copy.', 'bad'));
  return (
    <Panel title={<Money amount={session.amount} currency={session.currency} />} aside={<Badge tone={tones[session.status] ?? 'plain'} label={session.status} />} actions={
      <>
        <Button onClick={copy}>Copy the id</Button>
        <ActionButton run={look}>Look again</ActionButton>
        <ActionButton kind="primary" blocked={session.status === 'open' ? undefined : `it is ${session.status}`} run={pay}>Pay it</ActionButton>
      </>
    }>
      <Facts entries={[['customer', session.customer || 'known to the table only'], ['ends', session.expiresAt], ['id, which says all that paying needs', <span key="id" className="mono break">{session.id}</span>]]} />
    </Panel>
  );
}
