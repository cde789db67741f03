/**
 * What nobody tries again by itself: dead letters of the queues, and payments that were set aside. Bringing back is safe at
 * any time; throwing away asks why.
 */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { DeadLetterList, DoneList } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { useResource } from '../../data/use-resource.ts';
import { ActionButton, Badge, Button, ConfirmDialog, dateTime, Field, Loaded, PageHead, Panel, plural, Table, useToast } from '../../ui/index.ts';
import { Money, PaymentLink } from './payment-look.tsx';

type Chosen = ReadonlySet<string>;

export function DeadLettersPage(): ReactNode {
  const list = useResource<DeadLetterList>('/desk/dead-letters');
  return (
    <>
      <PageHead title="Dead letters" actions={<Button onClick={list.reload}>Read again</Button>}>What nobody tries again by itself.</PageHead>
      <Loaded from={list}>{(found) => <Lists key={keyOfLists(found)} found={found} reload={list.reload} />}</Loaded>
    </>
  );
}

/** Another list: what was chosen of the one before is forgotten. */
const keyOfLists = ({ letters, setAside }: DeadLetterList): string => [...letters, ...setAside].map(({ name }) => name).join(' ');

function Lists({ found, reload }: { readonly found: DeadLetterList; readonly reload: () => void }): ReactNode {
  const [chosen, setChosen] = useState<Chosen>(new Set());
  const toggle = (name: string): void => setChosen((before) => (before.has(name) ? new Set([...before].filter((each) => each !== name)) : new Set([...before, name])));
  const all = [...found.letters, ...found.setAside].map(({ name }) => name);
  return (
    <>
      {found.away.length > 0 && <p className="notice" data-tone="bad">{found.away.join(', ')}: no answer, so what is there is not listed.</p>}
      {!found.complete && <p className="notice">There are more than are listed; `understudy dlq list` reads further.</p>}
      <Acts all={all} chosen={chosen} setAside={found.setAside} choose={setChosen} reload={reload} />
      <Panel title="Set aside" aside={<CountBadge count={found.setAside.length} />}>
        <p className="dim">Payments with a fault of their own. Each new epoch tries them once more; discarding decides them as failed, and a charge that was made after all is given back.</p>
        <Table caption="Payments set aside" rows={found.setAside} keyOf={({ name }) => name} empty="No payment is set aside." columns={[
          { head: 'chosen', cell: ({ name, id }) => <Choose name={name} label={id} chosen={chosen} toggle={toggle} /> },
          { head: 'payment', cell: (row) => <PaymentLink {...row} isWhole /> },
          { head: 'amount', cell: (row) => <Money {...row} />, isNumber: true },
          { head: 'since', cell: ({ since }) => dateTime(since) },
          { head: 'epoch', cell: ({ epoch }) => epoch, isNumber: true },
          { head: 'why', cell: ({ reason }) => <span className="break">{reason}</span> },
        ]} />
      </Panel>
      <Panel title="Dead letters" aside={<CountBadge count={found.letters.length} />}>
        <p className="dim">Hints that nobody coped with then. They say nothing about their payment: whoever gets one looks before it charges, so bringing them back is safe however old they are.</p>
        <Table caption="Dead letters" rows={found.letters} keyOf={({ name }) => name} empty="No dead letters." columns={[
          { head: 'chosen', cell: ({ name }) => <Choose name={name} label={name} chosen={chosen} toggle={toggle} /> },
          { head: 'queue', cell: ({ queue, region }) => `${queue}, ${region}` },
          { head: 'sent', cell: ({ sentAt }) => dateTime(sentAt) },
          { head: 'payment', cell: ({ payment }) => (payment ? <PaymentLink {...payment} isWhole /> : 'none') },
        ]} />
      </Panel>
    </>
  );
}

const CountBadge = ({ count }: { readonly count: number }): ReactNode => <Badge tone={count > 0 ? 'note' : 'good'} label={count === 0 ? 'none' : String(count)} />;

interface ChooseProps {
  readonly name: string;
  readonly label: string;
  readonly chosen: Chosen;
  readonly toggle: (name: string) => void;
}

const Choose = ({ name, label, chosen, toggle }: ChooseProps): ReactNode => <input type="checkbox" aria-label={`Choose ${label}`} checked={chosen.has(name)} onChange={() => toggle(name)} />;

interface ActsProps {
  readonly all: readonly string[];
  readonly chosen: Chosen;
  readonly setAside: DeadLetterList['setAside'];
  readonly choose: (chosen: Chosen) => void;
  readonly reload: () => void;
}

function Acts({ all, chosen, setAside, choose, reload }: ActsProps): ReactNode {
  const toast = useToast();
  const [reason, setReason] = useState('');
  const [isAsking, setAsking] = useState(false);
  const names = [...chosen];
  const none = all.length === 0 ? 'there is nothing to act on' : chosen.size === 0 ? 'choose some first' : undefined;
  const decided = setAside.find(({ name, whyNotDiscard }) => chosen.has(name) && whyNotDiscard !== undefined);
  const redrive = async (): Promise<string> => {
    const said = saidOf(await postJson<DoneList>('/desk/dead-letters/redrive', { names }), 'brought back');
    reload();
    return said;
  };
  const discard = async (): Promise<void> => {
    setAsking(false);
    try {
      toast(saidOf(await postJson<DoneList>('/desk/dead-letters/discard', { names, reason }), 'discarded'), 'good');
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'bad');
    }
    reload();
  };
  return (
    <div className="row">
      <Button blocked={all.length === 0 ? 'there is nothing to choose' : undefined} onClick={() => choose(chosen.size === all.length ? new Set() : new Set(all))}>{chosen.size === all.length && all.length > 0 ? 'Choose none' : 'Choose all'}</Button>
      <ActionButton kind="primary" blocked={none} run={redrive}>Bring back</ActionButton>
      <Button kind="danger" blocked={none ?? decided?.whyNotDiscard} onClick={() => setAsking(true)}>Discard</Button>
      <span className="dim" role="status">{plural(chosen.size, 'thing')} chosen</span>
      {isAsking && (
        <ConfirmDialog title={`Discard ${plural(chosen.size, 'thing')}?`} verb="Discard for good" onConfirm={() => void discard()} onClose={() => setAsking(false)}
          consequences={['Letters are thrown away; the payments they hint at stay as they are.', 'Payments set aside are decided as failed, for good.']}>
          <Field label="Why, kept on record" value={reason} onChange={setReason} isRequired size={30} />
        </ConfirmDialog>
      )}
    </div>
  );
}

function saidOf({ done }: DoneList, what: string): string {
  const well = done.filter(({ result }) => result === 'done').length;
  const left = done.filter(({ result }) => result !== 'done');
  return [`${well} of ${done.length} ${what}.`, ...left.slice(0, 3).map(({ name, result }) => `${name}: ${result}.`)].join(' ');
}
