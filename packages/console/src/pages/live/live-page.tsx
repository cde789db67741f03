// The whole system at a glance: who settles, how well, what moves and why, and the switches to break and mend it.
import { regions } from '@understudy/core';
import type { ReactNode } from 'react';
import { whyNotWhole } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { useTwin } from '../../data/twin.tsx';
import { ActionButton, Badge, Loading, PageHead, Panel } from '../../ui/index.ts';
import { LoadPanel } from '../load/load-panel.tsx';
import { Charts } from './charts.tsx';
import { EventList } from './event-list.tsx';
import { Glance } from './glance.tsx';
import { LinkMap } from './link-map.tsx';
import './live.css';
import { MovePanel } from './move-panel.tsx';
import { RegionPanel } from './region-panel.tsx';

export function LivePage(): ReactNode {
  const { state, events, connection, reload } = useTwin();
  if (!state) return <><PageHead title="Live" /><Loading>{connection === 'lost' ? 'The twin does not answer yet; looking again' : 'Reading'}</Loading></>;
  const order = (path: string) => async (): Promise<void> => {
    await postJson(path);
    reload();
  };
  return (
    <>
      <PageHead title="Live" />
      {connection === 'lost' && <p className="notice" data-tone="bad" role="alert">The twin does not answer; what is shown is how it was last seen.</p>}
      <Glance state={state} isHeard={connection !== 'lost'} />
      <div className="columns">{regions.map((region) => <RegionPanel key={region} region={region} state={state} reload={reload} />)}</div>
      <div className="columns uneven">
        <MovePanel state={state} reload={reload} />
        <LoadPanel />
      </div>
      <Charts />
      <LinkMap />
      <div className="columns uneven">
        <EventList events={events} />
        <Panel title="Witness" aside={<Badge tone={state.witness.up ? 'good' : 'bad'} label={state.witness.up ? 'up' : 'down'} />}>
          <p className="dim">The third vantage, in us-west-2. One detector alone never moves anything: a region is lost when two say so.</p>
          <div className="row">
            <ActionButton kind="danger" blocked={whyNotWhole('killWitness', state)} run={order('/twin/witness/kill')} ask={{
              title: 'Kill the witness?', verb: 'Kill it',
              consequences: ['A lost region is then replaced only if it says itself that it cannot settle, or when somebody orders it.'],
            }}>Kill the witness</ActionButton>
            <ActionButton blocked={whyNotWhole('restoreWitness', state)} run={order('/twin/witness/restore')}>Restore the witness</ActionButton>
          </div>
        </Panel>
      </div>
    </>
  );
}
