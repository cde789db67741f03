// The map's wires: which links run along each, where it is drawn, and how it does. Pure.
// Invariant: every link that the twin names runs along exactly one wire, so that each can be reached on the map.
import { peerOf, regions, witnessRegion } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { LinkState } from '../../contract/index.ts';

export interface Wire {
  readonly id: string;
  readonly label: string;
  /** Points on the map that it passes; fewer than two: it is not drawn, only listed. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly carries: (link: Pick<LinkState, 'name' | 'from' | 'to'>) => boolean;
}

export interface WireLook {
  readonly status: 'whole' | 'late' | 'cut' | 'down';
  /** Beside the wire; empty when it is whole. */
  readonly words: string;
}

export const mapSize = { width: 800, height: 400 } as const;

const far = { 'us-east-1': 0, 'us-east-2': mapSize.width } as const;
/** Mirrors what is drawn for the left region onto the right one. */
const at = (region: Region, points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] => points.map(([x, y]) => [Math.abs(far[region] - x), y]);

const named = (...names: readonly string[]) => ({ name }: Pick<LinkState, 'name'>): boolean => names.includes(name);

const wiresOf = (region: Region): readonly Wire[] => [
  { id: `clients ${region}`, label: `Clients to ${region}`, points: at(region, [[345, 30], [135, 30], [135, 88]]), carries: named(`api.${region}`, `resolver.${region}`) },
  { id: `table ${region}`, label: `${region} to the table`, points: at(region, [[215, 122], [320, 155]]), carries: named(`dynamodb.${region}`, `dynamodb-peer.${region}`) },
  { id: `queue ${region}`, label: `${region} to its queue`, points: at(region, [[135, 132], [135, 193]]), carries: named(`sqs.${region}.${region}`) },
  { id: `ledger ${region}`, label: `${region} to its ledger`, points: at(region, [[75, 132], [40, 165], [40, 280], [75, 300]]), carries: named(`ledger.${region}.${region}`) },
  { id: `acquirer ${region}`, label: `${region} to the acquirer`, points: at(region, [[205, 132], [320, 232]]), carries: named(`acquirer.${region}`) },
  { id: `witness ${region}`, label: `Witness to ${region}`, points: at(region, [[330, 375], [255, 375]]), carries: ({ from, to }) => from === witnessRegion && to === region },
  { id: `own ${region}`, label: `Inside ${region}: bucket, alerts, workflows, database service`, points: [], carries: named(`bucket.${region}.${region}`, `sns.${region}`, `states.${region}`, `rds.${region}`) },
];

export const wires: readonly Wire[] = [
  ...regions.flatMap(wiresOf),
  { id: 'between', label: 'Between the regions', points: [[215, 95], [585, 95]], carries: isBetween },
  { id: 'replication', label: 'Replication of the ledger', points: [[205, 315], [595, 315]], carries: named(...regions.map((region) => `replication.${region}`)) },
  { id: 'witness table', label: 'Witness to the table', points: [[470, 362], [500, 335], [500, 185], [478, 165]], carries: ({ from, to }) => from === witnessRegion && to === 'global-table' },
  { id: 'own witness', label: 'Inside the witness region: alerts', points: [], carries: named(`sns.${witnessRegion}`) },
  { id: 'operator', label: 'Operators to both regions', points: [], carries: ({ from }) => from === 'operator' },
];

function isBetween({ name, from, to }: Pick<LinkState, 'name' | 'from' | 'to'>): boolean {
  return regions.some((region) => from === region && to === peerOf(region)) && !name.startsWith('dynamodb-peer.') && !name.startsWith('replication.');
}

/** The worst that is true of any of its links. */
export function lookOf(links: readonly LinkState[]): WireLook {
  const cut = links.filter(({ effects }) => effects.some(({ kind }) => kind === 'cut' || kind === 'drop')).length;
  if (cut > 0) return { status: 'cut', words: links.length === 1 ? 'cut' : `${cut} of ${links.length} cut` };
  const delayMs = Math.max(0, ...links.map(delayOf));
  if (delayMs > 0) return { status: 'late', words: `+${delayMs} ms` };
  const down = links.filter(({ target }) => target === null).length;
  return down > 0 ? { status: 'down', words: down === links.length ? 'down' : `${down} of ${links.length} down` } : { status: 'whole', words: '' };
}

/** Delays add up. */
export const delayOf = ({ effects }: Pick<LinkState, 'effects'>): number => effects.reduce((sum, effect) => sum + (effect.kind === 'delay' ? effect.delayMs : 0), 0);

/** Where words about a wire stand: the middle of its longest stretch. */
export function middleOf(points: Wire['points']): readonly [x: number, y: number] {
  const stretches = points.slice(1).map(([x, y], i): { readonly length: number; readonly middle: readonly [number, number] } => {
    const [fromX, fromY] = points[i] ?? [x, y];
    return { length: Math.hypot(x - fromX, y - fromY), middle: [(x + fromX) / 2, (y + fromY) / 2] };
  });
  return stretches.reduce((longest, stretch) => (stretch.length > longest.length ? stretch : longest), stretches[0] ?? { length: 0, middle: [0, 0] }).middle;
}
