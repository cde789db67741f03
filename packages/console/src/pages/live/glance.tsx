// The figures that one look takes in.
import { peerOf, regions } from '@understudy/core';
import type { ReactNode } from 'react';
import type { TwinState } from '../../contract/index.ts';
import { Badge, count, span } from '../../ui/index.ts';
import { headlineOf, lastSeen } from './headline.ts';

interface Tile {
  readonly name: string;
  readonly value: ReactNode;
  readonly note?: string | undefined;
  readonly isBad?: boolean;
}

const total = (state: TwinState, figure: 'visible' | 'dead'): number => regions.reduce((sum, region) => sum + state.regions[region].queue[figure], 0);

function tilesOf(state: TwinState): readonly Tile[] {
  const { epoch, resolver, setAside, witness } = state;
  const standby = epoch ? state.regions[peerOf(epoch.activeRegion)].ledger : undefined;
  const dead = total(state, 'dead');
  const lag = standby?.role === 'standby' ? standby.lagMs : undefined;
  return [
    { name: 'Active region', value: epoch?.activeRegion ?? 'unknown', note: state.outage ? 'lost' : epoch?.phase === 'moving' ? 'takes over' : 'accepts and settles', isBad: state.outage !== undefined },
    { name: 'Epoch', value: epoch?.epoch ?? '–', note: epoch ? `${epoch.phase}, ${epoch.healed ? 'healed' : 'not healed yet'}` : undefined, isBad: epoch?.phase === 'moving' },
    { name: 'DNS answers', value: resolver.region, note: resolver.region === epoch?.activeRegion ? 'the active region' : 'not the active region', isBad: epoch !== null && resolver.region !== epoch.activeRegion },
    { name: 'Standby lag', value: lag === undefined ? 'none' : span(lag), note: lag === undefined ? 'there is no standby' : 'behind the primary', isBad: lag === undefined },
    { name: 'Queued', value: count(total(state, 'visible')), note: 'hints that wait' },
    { name: 'Dead-lettered', value: count(dead), note: dead > 0 ? 'wait for a person' : 'none', isBad: dead > 0 },
    { name: 'Quarantined', value: setAside ? `${setAside.complete || setAside.count === 0 ? '' : 'over '}${count(setAside.count)}` : '–', note: setAside && setAside.count > 0 ? 'payments set aside' : setAside?.complete === false ? 'of the oldest that wait' : 'none', isBad: (setAside?.count ?? 0) > 0 },
    { name: 'Witness', value: witness.up ? 'up' : 'down', note: witness.up ? 'votes' : 'one vote less', isBad: !witness.up },
  ];
}

export function Glance({ state, isHeard }: { readonly state: TwinState; readonly isHeard: boolean }): ReactNode {
  const { tone, sentence } = isHeard ? headlineOf(state) : lastSeen(headlineOf(state));
  return (
    <section className="panel glance" data-tone={tone} aria-label="At a glance">
      <p className="headline" role="status" aria-live="polite"><Badge tone={tone} label={toneWords[tone]} /> {sentence}.</p>
      <dl className="tiles">
        {tilesOf(state).map(({ name, value, note, isBad }) => (
          <div key={name} className="tile" data-bad={isBad === true}>
            <dt>{name}</dt>
            <dd>{value}</dd>
            {note && <dd className="tile-note">{isBad === true && <span aria-hidden="true">▲ </span>}{note}</dd>}
          </div>
        ))}
      </dl>
    </section>
  );
}

const toneWords = { good: 'well', bad: 'interrupted', note: 'look here', info: 'healing', plain: 'unknown' } as const;
