// Drills: run one on a twin of its own, watch what it says, read the reports of those before.
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { DrillList, DrillRun } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { useResource } from '../../data/use-resource.ts';
import { ActionButton, Badge, dateTime, Field, Loaded, PageHead, Panel, Table } from '../../ui/index.ts';
import type { BadgeLook } from '../../ui/index.ts';

const LOOK_EVERY_MS = 2_000;

const stateLooks: Readonly<Record<DrillRun['state'], BadgeLook>> = {
  running: { tone: 'info', label: 'under way' },
  kept: { tone: 'good', label: 'every promise kept' },
  broken: { tone: 'bad', label: 'broken' },
  ended: { tone: 'plain', label: 'not played to its end' },
};

export function DrillsPage(): ReactNode {
  const drills = useResource<DrillList>('/twin/drills', { everyMs: LOOK_EVERY_MS });
  return (
    <>
      <PageHead title="Drills">Each breaks a twin of its own under load and says whether every promise was kept. This twin is not touched, but shares the machine.</PageHead>
      <Loaded from={drills}>{(list) => <Drills list={list} reload={drills.reload} />}</Loaded>
    </>
  );
}

function Drills({ list, reload }: { readonly list: DrillList; readonly reload: () => void }): ReactNode {
  const running = list.runs.find(({ state }) => state === 'running');
  return (
    <>
      <RunDrill list={list} isRunning={running !== undefined} reload={reload} />
      {running && <Running run={running} reload={reload} />}
      <Panel title="Reports">
        <Table caption="Drills that were run here" rows={list.runs.filter(({ state }) => state !== 'running')} keyOf={({ name }) => name} empty="No drill was run here yet. Those of the command line write their report where --html says." columns={[
          { head: 'when', cell: ({ at }) => dateTime(at) }, { head: 'scenario', cell: ({ scenario }) => scenario },
          { head: 'verdict', cell: ({ state }) => <Badge {...stateLooks[state]} /> },
          { head: 'rate, scale, seed', cell: ({ ratePerSecond, scale, seed }) => `${ratePerSecond}/s, ${scale}, ${seed}` },
          { head: 'report', cell: ({ name, scenario, hasReport }) => (hasReport ? <a href={`/twin/drills/${name}.html`} target="_blank" rel="noreferrer" aria-label={`Report of ${scenario}, in a new window`}>open</a> : 'none') },
        ]} />
      </Panel>
    </>
  );
}

function RunDrill({ list, isRunning, reload }: { readonly list: DrillList; readonly isRunning: boolean; readonly reload: () => void }): ReactNode {
  const [scenario, setScenario] = useState(list.scenarios[0]?.name ?? '');
  const [rate, setRate] = useState('50');
  const [scale, setScale] = useState('0.5');
  const [seed, setSeed] = useState('1');
  const run = async (): Promise<void> => {
    await postJson('/twin/drills', { scenario, ratePerSecond: Number(rate), scale: Number(scale), seed: Number(seed) });
    reload();
  };
  return (
    <Panel title="Run one">
      <div className="row search">
        <Field label="Scenario" value={scenario} onChange={setScenario} choices={list.scenarios.map(({ name }) => [name, name] as const)} />
        <Field label="Payments a second" value={rate} onChange={setRate} size={6} />
        <Field label="Length, 1 is usual" value={scale} onChange={setScale} size={6} />
        <Field label="Seed" value={seed} onChange={setSeed} size={6} />
        <div className="row end"><ActionButton kind="primary" blocked={isRunning ? 'one is under way' : undefined} run={run}>Run the drill</ActionButton></div>
      </div>
      <p className="dim">{list.scenarios.find(({ name }) => name === scenario)?.about}</p>
    </Panel>
  );
}

function Running({ run, reload }: { readonly run: DrillRun; readonly reload: () => void }): ReactNode {
  const stop = async (): Promise<void> => {
    await postJson('/twin/drills/stop');
    reload();
  };
  return (
    <Panel title={run.scenario} aside={<Badge {...stateLooks[run.state]} />} actions={<ActionButton kind="danger" run={stop} ask={{ title: 'End this drill?', verb: 'End it', consequences: ['Its twin is stopped.', 'There is no report of it.'] }}>End it</ActionButton>}>
      <div className="progress" data-endless="true"><span /></div>
      <pre className="said" role="log" aria-label="What the drill says" tabIndex={0}>{run.said.length === 0 ? 'starting' : run.said.join('\n')}</pre>
    </Panel>
  );
}
