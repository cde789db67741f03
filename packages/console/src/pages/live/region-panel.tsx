// One region: what it is and does, and what can be done to it.
import { peerOf, primaryRegion } from '@understudy/core';
import type { Region } from '@understudy/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { services, whyNotRegion } from '../../contract/index.ts';
import type { LedgerRole, RegionAction, Service, ServiceFault, TwinState } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { ActionButton, Badge, Button, count, Facts, Panel, span } from '../../ui/index.ts';
import type { BadgeLook } from '../../ui/index.ts';
import { isKeptOutOfDns } from './headline.ts';

export interface RegionPanelProps {
  readonly region: Region;
  readonly state: TwinState;
  readonly reload: () => void;
}

const ledgerLooks: Readonly<Record<LedgerRole, BadgeLook>> = {
  primary: { tone: 'info', label: 'primary' },
  standby: { tone: 'plain', label: 'standby' },
  down: { tone: 'bad', label: 'down' },
};

function healthLook(state: TwinState, region: Region): BadgeLook {
  if (state.regions[region].healthy) return { tone: 'good', label: 'healthy' };
  return region === primaryRegion && isKeptOutOfDns(state) ? { tone: 'note', label: 'kept out of DNS until a failback' } : { tone: 'bad', label: 'unhealthy' };
}

const faultWords = ({ fail, delayMs, drop }: ServiceFault): string =>
  [...(fail ? ['fails'] : []), ...(delayMs ? [`is ${span(delayMs)} late`] : []), ...(drop ? [`loses ${drop === 'both' ? 'requests and replies' : drop}`] : [])].join(', ');

export function RegionPanel({ region, state, reload }: RegionPanelProps): ReactNode {
  const { up, isolated, ledger, queue, services: broken } = state.regions[region];
  const isActive = state.epoch?.activeRegion === region;
  const act = (action: RegionAction) => async (): Promise<void> => {
    await postJson(`/twin/regions/${region}/${action}`);
    reload();
  };
  const blocked = (action: RegionAction): string | undefined => whyNotRegion(action, state, region);
  const heal = (service: Service) => async (): Promise<void> => {
    await postJson(`/twin/regions/${region}/services/${service}`, { fail: false });
    reload();
  };
  return (
    <Panel title={region} aside={<><Badge tone={isActive ? 'info' : 'plain'} label={isActive ? 'active' : ledger.role === 'standby' ? 'standby' : 'not active'} />{up ? <Badge {...healthLook(state, region)} /> : <Badge tone="bad" label="down" />}{isolated && <Badge tone="bad" label="cut off" />}</>}>
      <Facts entries={[
        ['Ledger', <span key="ledger" className="row"><Badge {...ledgerLooks[ledger.role]} /><span>{ledger.fence !== undefined && `fence ${ledger.fence}`}{ledger.lagMs !== undefined && `, ${span(ledger.lagMs)} behind`}</span></span>],
        ['Queue', `${count(queue.visible)} waiting, ${count(queue.inFlight)} in flight, ${count(queue.dead)} dead`],
        ['Broken', Object.keys(broken).length === 0 ? 'nothing' : (
          <ul className="plain-list" key="broken">
            {services.flatMap((service) => {
              const fault = broken[service];
              return fault ? [<li key={service} className="row"><span><code>{service}</code> {faultWords(fault)}</span><ActionButton run={heal(service)} label={`Heal ${service} of ${region}`}>Heal</ActionButton></li>] : [];
            })}
          </ul>
        )],
      ]} />
      <div className="row">
        <ActionButton kind="danger" blocked={blocked('kill')} ask={killQuestion(region, isActive)} run={act('kill')} label={`Kill ${region}`}>Kill</ActionButton>
        <ActionButton blocked={blocked('restore')} run={act('restore')} label={`Restore ${region}`}>Restore</ActionButton>
        <ActionButton kind="danger" blocked={blocked('isolate')} ask={isolateQuestion(region, isActive)} run={act('isolate')} label={`Isolate ${region}`}>Isolate</ActionButton>
        <ActionButton blocked={blocked('rejoin')} run={act('rejoin')} label={`Rejoin ${region}`}>Rejoin</ActionButton>
        <BreakService region={region} reload={reload} />
      </div>
    </Panel>
  );
}

const loses = (region: Region): readonly string[] => [
  `It is the active region: settlement stops until two detectors agree and ${peerOf(region)} takes over.`,
  'What its database had not replicated is brought back from the journal afterwards.',
];

const killQuestion = (region: Region, isActive: boolean) => ({
  title: `Kill ${region}?`,
  verb: 'Kill it',
  consequences: [`Every process of ${region} ends at once, its database included, as if the power failed.`, ...(isActive ? loses(region) : [`${peerOf(region)} settles on, without a standby.`])],
});

const isolateQuestion = (region: Region, isActive: boolean) => ({
  title: `Isolate ${region}?`,
  verb: 'Isolate it',
  consequences: [`Every link of ${region} is cut; what runs inside goes on and believes itself well.`, ...(isActive ? loses(region) : [`${peerOf(region)} settles on; its standby falls behind.`])],
});

const faults = {
  fails: { fail: true },
  'answers 500 ms late': { fail: false, delayMs: 500 },
  'answers 3 s late': { fail: false, delayMs: 3_000 },
  'loses requests': { fail: false, drop: 'requests' },
  'loses replies': { fail: false, drop: 'replies' },
} as const satisfies Readonly<Record<string, ServiceFault>>;
type FaultName = keyof typeof faults;
/** An index has no wire of its own: it stops following, or follows late. */
const faultNamesOf = (service: Service): readonly FaultName[] => (Object.keys(faults) as FaultName[]).filter((name) => service !== 'index' || !('drop' in faults[name]));

function BreakService({ region, reload }: { readonly region: Region; readonly reload: () => void }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [service, setService] = useState<Service>('acquirer');
  const [chosen, setFault] = useState<FaultName>('fails');
  const names = faultNamesOf(service);
  const fault = names.includes(chosen) ? chosen : 'fails';
  const breakIt = async (): Promise<void> => {
    await postJson(`/twin/regions/${region}/services/${service}`, faults[fault]);
    setOpen(false);
    reload();
  };
  if (!isOpen) return <Button onClick={() => setOpen(true)} label={`Break a service of ${region}`}>Break a service…</Button>;
  return (
    <div className="row break-service" role="group" aria-label={`Break a service of ${region}`}>
      <select aria-label="Service" value={service} onChange={(event) => setService(event.target.value as Service)}>{services.map((name) => <option key={name}>{name}</option>)}</select>
      <select aria-label="How" value={fault} onChange={(event) => setFault(event.target.value as FaultName)}>{names.map((name) => <option key={name}>{name}</option>)}</select>
      <ActionButton kind="danger" run={breakIt}>Break it</ActionButton>
      <Button onClick={() => setOpen(false)}>Leave it</Button>
    </div>
  );
}
