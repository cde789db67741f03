// A map of what talks to what. Each wire can be chosen, by hand or by keyboard, and its links cut, delayed and healed.
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { LinkOrder, LinkState } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { useResource } from '../../data/use-resource.ts';
import { ActionButton, Badge, Loaded, Panel, Table } from '../../ui/index.ts';
import type { Tone } from '../../ui/index.ts';
import { delayOf, lookOf, mapSize, middleOf, wires } from './wires.ts';
import type { Wire, WireLook } from './wires.ts';

const EVERY_MS = 1_500;
/** Felt by everybody, and longer than no time-out. */
const DELAY_MS = 500;

interface Node {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const nodes: readonly Node[] = [
  { label: 'Clients and DNS', x: 400, y: 30, width: 130 },
  { label: 'Journal and epoch table', x: 400, y: 160, width: 170 },
  { label: 'Acquirer', x: 400, y: 240, width: 170 },
  { label: 'Witness, us-west-2', x: 400, y: 375, width: 140 },
  ...[135, 665].flatMap((x): readonly Node[] => [
    { label: 'API and functions', x, y: 110, width: 150 }, { label: 'Queue', x, y: 215, width: 130 }, { label: 'Ledger', x, y: 315, width: 130 },
  ]),
];
const NODE_HEIGHT = 40;
/** Words about a wire at the very edge stay on the map. */
const WORDS_MARGIN = 34;

const tones: Readonly<Record<WireLook['status'], Tone>> = { whole: 'good', late: 'note', cut: 'bad', down: 'plain' };

export function LinkMap(): ReactNode {
  const links = useResource<readonly LinkState[]>('/twin/links', { everyMs: EVERY_MS });
  const [chosen, choose] = useState('');
  const wire = wires.find(({ id }) => id === chosen);
  const faulty = links.value?.filter(({ effects }) => effects.some(({ faultId }) => faultId.startsWith('link.'))) ?? [];
  const healAll = async (): Promise<void> => {
    await Promise.all(faulty.map(({ name }) => postJson(linkPath(name))));
    links.reload();
  };
  return (
    <Panel title="Links" actions={<ActionButton run={healAll} blocked={faulty.length === 0 ? 'no link was broken here' : undefined}>Heal all links</ActionButton>}>
      <Loaded from={links}>
        {(found) => (
          <div className="map">
            <Drawing links={found} chosen={chosen} choose={choose} />
            <div className="stack">
              <label className="field">Wire
                <select value={chosen} onChange={(event) => choose(event.target.value)}>
                  <option value="">Choose one, here or on the map</option>
                  {wires.map(({ id, label, carries }) => {
                    const { words } = lookOf(found.filter(carries));
                    return <option key={id} value={id}>{label}{words && `: ${words}`}</option>;
                  })}
                </select>
              </label>
              {wire ? <WireLinks wire={wire} links={found.filter(wire.carries)} reload={links.reload} /> : <p className="dim">Cut or delay any link between two parts; everything else goes on.</p>}
            </div>
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

const linkPath = (name: string): string => `/twin/links/${encodeURIComponent(name)}`;

interface DrawingProps {
  readonly links: readonly LinkState[];
  readonly chosen: string;
  readonly choose: (id: string) => void;
}

function Drawing({ links, chosen, choose }: DrawingProps): ReactNode {
  return (
    <svg className="map-drawing" viewBox={`0 0 ${mapSize.width} ${mapSize.height}`} role="group" aria-label="Map of links">
      {[{ name: 'us-east-1', x: 15 }, { name: 'us-east-2', x: 545 }].map(({ name, x }) => (
        <g key={name}>
          <rect className="map-region" x={x} y={60} width={240} height={330} rx={10} />
          <text className="map-region-name" x={x + 228} y={382} textAnchor="end">{name}</text>
        </g>
      ))}
      {wires.filter(({ points }) => points.length > 1).map((wire) => <DrawnWire key={wire.id} wire={wire} look={lookOf(links.filter(wire.carries))} isChosen={wire.id === chosen} choose={choose} />)}
      {nodes.map(({ label, x, y, width }) => (
        <g key={`${label} ${x}`} className="map-node">
          <rect x={x - width / 2} y={y - NODE_HEIGHT / 2} width={width} height={NODE_HEIGHT} rx={6} />
          <text x={x} y={y + 4} textAnchor="middle">{label}</text>
        </g>
      ))}
    </svg>
  );
}

interface DrawnWireProps {
  readonly wire: Wire;
  readonly look: WireLook;
  readonly isChosen: boolean;
  readonly choose: (id: string) => void;
}

function DrawnWire({ wire: { id, label, points }, look, isChosen, choose }: DrawnWireProps): ReactNode {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  const [middle, y] = middleOf(points);
  const x = Math.min(Math.max(middle, WORDS_MARGIN), mapSize.width - WORDS_MARGIN);
  return (
    <g className="wire" data-status={look.status} role="button" tabIndex={0} aria-pressed={isChosen} aria-label={`${label}: ${look.words || 'whole'}`}
      onClick={() => choose(id)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose(id);
      }}>
      <path className="wire-reach" d={path} />
      <path className="wire-line" d={path} />
      {look.words && <text className="wire-words" x={x} y={y - 6} textAnchor="middle">{look.status === 'cut' ? '✕ ' : ''}{look.words}</text>}
    </g>
  );
}

interface WireLinksProps {
  readonly wire: Wire;
  readonly links: readonly LinkState[];
  readonly reload: () => void;
}

function WireLinks({ wire, links, reload }: WireLinksProps): ReactNode {
  const order = (names: readonly string[], what: LinkOrder) => async (): Promise<void> => {
    await Promise.all(names.map((name) => postJson(linkPath(name), what)));
    reload();
  };
  const all = links.map(({ name }) => name);
  return (
    <div className="stack">
      <div className="row"><h3>{wire.label}</h3><Badge tone={tones[lookOf(links).status]} label={lookOf(links).words || 'whole'} /></div>
      {links.length > 1 && (
        <div className="row">
          <ActionButton kind="danger" run={order(all, { cut: true })}>Cut all {links.length}</ActionButton>
          <ActionButton run={order(all, { delayMs: DELAY_MS })}>Delay all by {DELAY_MS} ms</ActionButton>
          <ActionButton run={order(all, {})} blocked={links.some(isOrdered) ? undefined : 'none of them was broken here'}>Heal all</ActionButton>
        </div>
      )}
      <Table caption={`Links: ${wire.label}`} rows={links} keyOf={({ name }) => name} empty="No link runs here." columns={[
        { head: 'Link', cell: ({ name }) => <code>{name}</code> },
        { head: 'State', cell: (link) => lookOf([link]).words || 'whole' },
        { head: 'Now', cell: (link) => (
          <div className="row">
            <ActionButton kind="danger" label={`Cut ${link.name}`} run={order([link.name], { cut: true })} blocked={link.effects.some(({ faultId, kind }) => kind === 'cut' && faultId.startsWith('link.')) ? 'it is cut already' : undefined}>Cut</ActionButton>
            <ActionButton label={`Delay ${link.name}`} run={order([link.name], { delayMs: DELAY_MS })} blocked={delayOf(link) >= DELAY_MS ? `it is ${delayOf(link)} ms late already` : undefined}>Delay</ActionButton>
            <ActionButton label={`Heal ${link.name}`} run={order([link.name], {})} blocked={isOrdered(link) ? undefined : healBlocked(link)}>Heal</ActionButton>
          </div>
        ) },
      ]} />
    </div>
  );
}

const isOrdered = ({ effects }: LinkState): boolean => effects.some(({ faultId }) => faultId.startsWith('link.'));
const healBlocked = ({ effects }: LinkState): string => (effects.length === 0 ? 'it is whole' : 'its region or service was broken; heal that');
