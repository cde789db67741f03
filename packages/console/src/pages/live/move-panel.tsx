// A failover as it happens: the clock, the phases, the steps, and what would be done now and why.
import { peerOf, primaryRegion } from '@understudy/core';
import type { ReactNode } from 'react';
import { whyNotWhole } from '../../contract/index.ts';
import type { Decision, MoveStepTaken, TwinState } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { useNow } from '../../data/use-now.ts';
import { ActionButton, Badge, clockTime, Panel, plural, span } from '../../ui/index.ts';
import type { BadgeLook } from '../../ui/index.ts';
import { phaseClockOf } from './phase-clock.ts';
import type { PhaseTime } from './phase-clock.ts';

export interface MovePanelProps {
  readonly state: TwinState;
  readonly reload: () => void;
}

const looks: Readonly<Record<PhaseTime['status'], BadgeLook>> = {
  done: { tone: 'good', label: 'done' },
  running: { tone: 'info', label: 'under way' },
  waiting: { tone: 'plain', label: 'to come' },
};

export function MovePanel({ state, reload }: MovePanelProps): ReactNode {
  const isGoingOn = state.failover !== null || state.outage !== undefined;
  const now = useNow(isGoingOn);
  const clock = phaseClockOf(state, now);
  const steps = (state.failover ?? (state.outage ? undefined : state.last))?.steps ?? [];
  return (
    <Panel title={clock?.title ?? 'Failover'} aside={clock?.isRunning ? <Badge tone="info" label="under way" /> : undefined} actions={<MoveActions state={state} reload={reload} />}>
      {clock ? (
        <div className="move">
          <div className="move-clock" data-still={clock.isStandingStill}>
            <span className="move-time">{span(clock.stoodStillMs)}</span>
            <span className="dim">{clock.isStandingStill ? 'settlement has stood still' : 'settlement stood still (RTO)'}</span>
          </div>
          <ol className="phases">
            {clock.phases.map(({ name, what, status, tookMs }) => (
              <li key={name} data-status={status}>
                <div className="row"><b>{name}</b><Badge {...looks[status]} />{tookMs !== undefined && <span className="number">{span(tookMs)}</span>}</div>
                <span className="dim">{what}</span>
              </li>
            ))}
          </ol>
        </div>
      ) : <p className="dim">The active role has not moved since the twin started. Kill or isolate the active region to see it move, or order it.</p>}
      {!isGoingOn && state.last && <p className="dim">{lastWords(state.last)}</p>}
      <Decisions decisions={state.decisions ?? []} />
      {steps.length > 0 && <Steps steps={steps} isOpen={isGoingOn} />}
    </Panel>
  );
}

function lastWords({ by, reason, lostRows }: NonNullable<TwinState['last']>): string {
  const lost = lostRows ? ` ${plural(lostRows.lost, 'row')} had not been replicated; ${lostRows.restored} of them are back.` : '';
  return `Ordered by ${by}: ${reason}.${lost}`;
}

function Decisions({ decisions }: { readonly decisions: readonly Decision[] }): ReactNode {
  if (decisions.length === 0) return null;
  return (
    <div className="stack-tight">
      <h3>What would be done now, and why</h3>
      <ul className="decisions">
        {decisions.map(({ by, as, row, action, because }) => (
          <li key={`${as} ${by}`}>
            <span className="dim">{as} {by}</span>
            <span><code>{row}</code> <b>{action.replaceAll('_', ' ')}</b>: {because}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Steps({ steps, isOpen }: { readonly steps: readonly MoveStepTaken[]; readonly isOpen: boolean }): ReactNode {
  return (
    <details open={isOpen}>
      <summary>{plural(steps.length, 'step')} taken</summary>
      <ol className="steps">
        {steps.map(({ at, row, because, detail }) => <li key={`${at} ${row} ${detail}`}><time>{clockTime(at)}</time> <code>{row}</code> {because}{detail && <span className="dim"> ({detail.replaceAll('_', ' ')})</span>}</li>)}
      </ol>
    </details>
  );
}

function MoveActions({ state, reload }: MovePanelProps): ReactNode {
  const active = state.epoch?.activeRegion;
  const to = active ? peerOf(active) : undefined;
  const order = (path: string) => async (): Promise<string> => {
    await postJson(path, { by: 'console' });
    reload();
    return 'Ordered; the steps appear as they are taken.';
  };
  return (
    <>
      <ActionButton kind="danger" blocked={whyNotWhole('failover', state)} run={order('/twin/failover')} ask={{
        title: `Fail over to ${to}?`, verb: 'Fail over',
        consequences: [`${to} takes over at once with what its standby holds; ${active} settles no more.`, 'Rows that were not replicated yet come back from the journal while it heals.', 'Payments are accepted all the while; settlement pauses for about a second.'],
      }}>Fail over{to ? ` to ${to}` : ''}</ActionButton>
      <ActionButton blocked={whyNotWhole('failback', state)} run={order('/twin/failback')} ask={{
        title: `Fail back to ${primaryRegion}?`, verb: 'Fail back',
        consequences: [`A planned move: ${active} drains, its standby catches up, then ${primaryRegion} settles. Nothing is lost.`, 'If it cannot drain in time, the move is taken back by itself.'],
      }}>Fail back to {primaryRegion}</ActionButton>
    </>
  );
}
