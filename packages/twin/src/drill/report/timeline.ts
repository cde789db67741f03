/**
 * The course of a drill as one drawing: per second who acknowledged and what failed, below it what waited, the epoch and
 * the state of each region. Invariant: pure, and bounded in size however long the drill was.
 */
import { regions } from '@understudy/core';
import type { Course } from '../drill.ts';
import type { Look } from '../watch.ts';
import { escape } from './escape.ts';

const WIDTH = 960;
const LEFT = 110;
const LANE = 64;
const GAP = 22;
const BINS_MAX = 240;
/** Room for the numbers above the drawing. */
const FLAGS = 14;
const FLAG_WIDTH = 13;

interface Bins {
  readonly widthMs: number;
  readonly count: number;
}

export function binsOf({ from, to }: Pick<Course, 'from' | 'to'>): Bins {
  const duration = Math.max(1_000, to - from);
  const widthMs = Math.max(1_000, Math.ceil(duration / BINS_MAX / 1_000) * 1_000);
  return { widthMs, count: Math.ceil(duration / widthMs) };
}

/** How many of `times` fall into each bin; what lies outside is in none. */
export function counted(times: readonly number[], from: number, { widthMs, count }: Bins): readonly number[] {
  const counts = Array.from({ length: count }, () => 0);
  for (const at of times) {
    const bin = Math.floor((at - from) / widthMs);
    if (bin >= 0 && bin < count) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** The largest seen in each bin. */
function largest(looks: readonly Look[], from: number, { widthMs, count }: Bins): readonly number[] {
  const most = Array.from({ length: count }, () => 0);
  for (const { at, waiting } of looks) {
    const bin = Math.floor((at - from) / widthMs);
    if (bin >= 0 && bin < count) most[bin] = Math.max(most[bin] ?? 0, waiting);
  }
  return most;
}

/** Stretches of looks that are alike in what `keyOf` says. */
export function stretches(looks: readonly Look[], keyOf: (look: Look) => string): readonly { readonly key: string; readonly from: number; readonly to: number }[] {
  const found: { key: string; from: number; to: number }[] = [];
  for (const look of looks) {
    const key = keyOf(look);
    const last = found.at(-1);
    if (last) last.to = look.at;
    if (last?.key !== key) found.push({ key, from: look.at, to: look.at });
  }
  return found;
}

export function timeline(course: Course): string {
  const bins = binsOf(course);
  const span = bins.widthMs * bins.count;
  const x = (at: number): number => LEFT + (Math.min(Math.max(at - course.from, 0), span) / span) * (WIDTH - LEFT);
  const bars = [
    ...regions.map((region) => ({ name: `acks ${region}`, style: `ack-${region}`, values: counted(course.acks.filter((ack) => ack.region === region).map(({ at }) => at), course.from, bins) })),
    { name: 'failed calls', style: 'failed', values: counted(course.failedAt, course.from, bins) },
    { name: 'waiting', style: 'waiting', values: largest(course.looks, course.from, bins) },
  ];
  const bands = [
    { name: 'epoch', keyOf: (look: Look) => `${look.epoch} ${look.active}${phaseOf(look)}`, style: (look: string) => (look.includes('moving') ? 'moving' : look.includes('healing') ? 'healing' : 'open') },
    ...regions.map((region) => ({ name: region, keyOf: (look: Look) => look.regions[region], style: (key: string) => `region-${key}` })),
  ];
  const drawn = [
    ...bars.map((lane, n) => barLane({ ...lane, top: n * (LANE + GAP), x, from: course.from, bins })),
    ...bands.map((band, n) => {
      const top = bars.length * (LANE + GAP) + n * 30;
      return `${label(band.name, top + 15)}${stretches(course.looks, band.keyOf).map((part) => stretch({ ...part, x, top, style: band.style(part.key) })).join('')}`;
    }),
  ];
  const height = bars.length * (LANE + GAP) + bands.length * 30 + 24;
  const marks = markLines(course, x, height);
  return `<svg viewBox="0 ${-FLAGS} ${WIDTH} ${height + FLAGS}" role="img" aria-label="Timeline: acknowledgements, failed calls, waiting payments, epochs and the state of both regions">${marks.join('')}${drawn.join('')}${axis({ span, x, from: course.from, height })}</svg>`;
}

/** What was done, numbered as in the table below the drawing. A number that would lie on another is left out; its line is there. */
function markLines(course: Course, x: (at: number) => number, height: number): readonly string[] {
  let free = -Infinity;
  return course.said.filter(({ at }) => at >= course.from).map(({ at, sentence }, n) => {
    const left = x(at);
    const isShown = left >= free;
    if (isShown) free = left + FLAG_WIDTH;
    const flag = isShown ? `<text class="flag" x="${px(left)}" y="-3" text-anchor="middle">${n + 1}</text>` : '';
    return `<g><title>${escape(`${n + 1}: ${sentence}`)}</title><line class="mark" x1="${px(left)}" x2="${px(left)}" y1="0" y2="${height - 24}"/>${flag}</g>`;
  });
}

const phaseOf = ({ phase, healed }: Look): string => {
  if (phase === 'moving') return ', moving';
  return healed ? '' : ', healing';
};

const px = (value: number): string => value.toFixed(1);
const label = (name: string, y: number): string => `<text class="label" x="0" y="${y}">${escape(name)}</text>`;

interface BarLane {
  readonly name: string;
  readonly style: string;
  readonly values: readonly number[];
  readonly top: number;
  readonly x: (at: number) => number;
  readonly from: number;
  readonly bins: Bins;
}

function barLane({ name, style, values, top, x, from, bins }: BarLane): string {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const rects = values.map((value, n) => {
    if (value === 0) return '';
    const [left, height] = [x(from + n * bins.widthMs), (value / most) * LANE];
    const width = Math.max(0.5, x(from + (n + 1) * bins.widthMs) - left - 0.5);
    return `<rect class="${style}" x="${px(left)}" y="${px(top + LANE - height)}" width="${px(width)}" height="${px(height)}"/>`;
  });
  return `${label(name, top + LANE / 2)}<text class="scale" x="0" y="${top + LANE / 2 + 15}">most: ${most}</text><line class="base" x1="${LEFT}" x2="${WIDTH}" y1="${top + LANE}" y2="${top + LANE}"/>${rects.join('')}`;
}

interface StretchDrawing {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly x: (at: number) => number;
  readonly top: number;
  readonly style: string;
}

/** Some 6 units for a letter: a name that does not fit is in the title only. */
const LETTER = 6.5;

function stretch({ key, from, to, x, top, style }: StretchDrawing): string {
  const [left, width] = [x(from), Math.max(1, x(to) - x(from))];
  const text = key.length * LETTER < width ? `<text class="inside" x="${px(left + 4)}" y="${top + 15}">${escape(key)}</text>` : '';
  return `<rect class="${style}" x="${px(left)}" y="${top}" width="${px(width)}" height="22"><title>${escape(key)}</title></rect>${text}`;
}

interface Axis {
  readonly span: number;
  readonly x: (at: number) => number;
  readonly from: number;
  readonly height: number;
}

function axis({ span, x, from, height }: Axis): string {
  const stepMs = [5_000, 10_000, 30_000, 60_000, 300_000, 600_000].find((step) => span / step <= 12) ?? 3_600_000;
  return Array.from({ length: Math.floor(span / stepMs) + 1 }, (_, n) => n * stepMs)
    .map((at) => `<text class="tick" x="${px(x(from + at))}" y="${height - 4}"${at > span * 0.97 ? ' text-anchor="end"' : ''}>${at / 1_000} s</text>`).join('');
}
