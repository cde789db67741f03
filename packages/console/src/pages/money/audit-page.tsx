// The audit: compares the three records of every payment, and gives back what was charged against its decision.
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { AuditSays, AuditState, DoneList } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { useResource } from '../../data/use-resource.ts';
import { ActionButton, Badge, count, Facts, Field, Loaded, PageHead, Panel, plural, span, Table, dateTime } from '../../ui/index.ts';
import { PaymentLink } from './payment-look.tsx';

const LOOK_EVERY_MS = 1_000;
const quietChoices = [['5000', '5 s'], ['15000', '15 s'], ['60000', '1 min'], ['600000', '10 min']] as const;

export function AuditPage(): ReactNode {
  const state = useResource<AuditState>('/desk/audit', { everyMs: LOOK_EVERY_MS });
  const [quiet, setQuiet] = useState('60000');
  const run = async (): Promise<void> => {
    await postJson('/desk/audit', { quietMs: Number(quiet) });
    state.reload();
  };
  const isRunning = state.value?.state === 'running';
  return (
    <>
      <PageHead title="Audit">Compares what journal, ledger and acquirer say of every payment. It changes nothing.</PageHead>
      <div className="row search">
        <Field label="Leave out what changed in the last" value={quiet} onChange={setQuiet} choices={quietChoices} />
        <div className="row end"><ActionButton kind="primary" blocked={isRunning ? 'one is under way' : undefined} run={run}>Run an audit</ActionButton></div>
      </div>
      <Loaded from={state}>{(audit) => <Outcome audit={audit} />}</Loaded>
    </>
  );
}

const words: Readonly<Record<string, string>> = { journal: 'reading the journal', ledger: 'reading the ledger', acquirer: 'reading the acquirer\'s report', compare: 'comparing', 'look again': 'looking again at what differs', beginning: 'beginning' };

function Outcome({ audit }: { readonly audit: AuditState }): ReactNode {
  switch (audit.state) {
    case 'never':
      return <div className="state">None was run here since the start.</div>;
    case 'running':
      return (
        <Panel title="Under way">
          <p role="status">{words[audit.doing] ?? audit.doing}{audit.count > 0 && `: ${count(audit.count)}`}, since {dateTime(audit.startedAt)}</p>
          <div className="progress" data-endless="true"><span /></div>
        </Panel>
      );
    case 'failed':
      return <p className="notice" data-tone="bad">It did not come to its end: {audit.because}</p>;
    case 'done':
      return <Report at={audit.startedAt} tookMs={audit.tookMs} report={audit.report} />;
  }
}

interface ReportProps {
  readonly at: number;
  readonly tookMs: number;
  readonly report: AuditSays;
}

function Report({ at, tookMs, report }: ReportProps): ReactNode {
  const { findings, findingsLeftOut, orphans, read, compared, inFlight } = report;
  const giveBack = async (): Promise<string> => {
    const { done } = await postJson<DoneList>('/desk/audit/void-orphans');
    return done.map(({ name, result }) => `${name}: ${result}.`).join(' ');
  };
  const isClean = findings.length + findingsLeftOut === 0;
  return (
    <>
      <Panel title="Last report" aside={<Badge tone={isClean ? 'good' : 'bad'} label={isClean ? 'nothing was found' : plural(findings.length + findingsLeftOut, 'finding')} />}>
        <Facts entries={[
          ['began, took', `${dateTime(at)}, ${span(tookMs)}`], ['books audited', `${report.activeRegion}, epoch ${report.epoch}`],
          ['read', `${count(read.journal)} of the journal, ${count(read.ledger)} of the ledger, ${count(read.acquirer)} charges`],
          ['compared', `${count(compared)}; ${count(inFlight)} in flight`],
        ]} />
        <Table caption="Sums" rows={report.totals} keyOf={({ merchant, currency }) => `${merchant} ${currency}`} empty="There were no payments." columns={[
          { head: 'merchant', cell: ({ merchant }) => merchant }, { head: 'currency', cell: ({ currency }) => currency },
          { head: 'payments', cell: ({ payments }) => count(payments), isNumber: true }, { head: 'in flight', cell: (row) => count(row.inFlight), isNumber: true }, { head: 'set aside', cell: ({ setAside }) => count(setAside), isNumber: true },
          { head: 'processed: journal', cell: ({ journal }) => journal, isNumber: true }, { head: 'ledger', cell: ({ ledger }) => ledger, isNumber: true }, { head: 'acquirer', cell: ({ acquirer }) => acquirer, isNumber: true },
        ]} />
      </Panel>
      <Panel title="Findings" actions={
        <ActionButton kind="danger" blocked={orphans === 0 ? 'no charge was found that lost its decision' : undefined} run={giveBack}
          ask={{ title: `Give back the charges of ${plural(orphans, 'payment')}?`, verb: 'Give back', consequences: ['Each is looked at again before: only a charge that still stands against its decision is given back.', 'It is on record before it is done, and cannot be taken back.'] }}>Give lost charges back</ActionButton>
      }>
        <Table caption="Findings" rows={findings} keyOf={({ merchant, id, code }) => `${merchant} ${id} ${code}`} empty="The three records agree." columns={[
          { head: 'finding', cell: ({ code }) => code.replaceAll('_', ' ') }, { head: 'payment', cell: (row) => <PaymentLink {...row} isWhole /> }, { head: 'what was found', cell: ({ detail }) => <span className="break">{detail}</span> },
        ]} />
        {findingsLeftOut > 0 && <p className="dim">{plural(findingsLeftOut, 'finding')} more; `understudy audit` prints them.</p>}
      </Panel>
    </>
  );
}
