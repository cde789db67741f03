// Plots as SVG: bars of a comparison, lines of what grows. Pure; no text in it but names and figures of the run.
import type { Series } from '../benchmark.ts';
import { shown } from '../measure/compare.ts';
import type { Comparison, Measured } from '../measure/compare.ts';
import { escape, picture } from './svg.ts';

const WIDTH = 720;
const LABEL = 250;
const FIGURE = 110;
const BAR = 26;
const TOP = 40;

const px = (value: number): string => value.toFixed(1);

/** Both on a light page and on a dark one. */
const STYLE = '<style>text{font:13px system-ui,sans-serif;fill:#555}.title{font-weight:600}.ours{fill:#2a78d6}.baseline{fill:#9aa4b2}.spread{stroke:#333;stroke-width:1.5}.grid{stroke:#ccc;stroke-width:1}.line{fill:none;stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#bbb}.spread{stroke:#eee}.grid{stroke:#444}}</style>';

const svg = (height: number, title: string, body: string): string => picture({ width: WIDTH, height, style: STYLE, title }, body);

/** There is room for a name, not for what follows its colon: that stands in the table. */
const label = (name: string): string => escape(name.split(':')[0] ?? name);

/** A bar for ours and each baseline, from zero to the median, with a line from the least to the most. */
export function barPlot({ what, unit, better, ours, baselines }: Comparison): string {
  const all = [ours, ...baselines];
  const most = Math.max(...all.map(({ max }) => max));
  const x = (value: number): number => LABEL + (value / most) * (WIDTH - LABEL - FIGURE);
  const bar = (measured: Measured, n: number): string => {
    const [top, middle] = [TOP + n * (BAR + 10), TOP + n * (BAR + 10) + BAR / 2];
    return [
      `<text x="0" y="${middle + 4}">${label(measured.name)}</text>`,
      `<rect class="${n === 0 ? 'ours' : 'baseline'}" x="${LABEL}" y="${top}" width="${px(x(measured.median) - LABEL)}" height="${BAR}"/>`,
      `<line class="spread" x1="${px(x(measured.min))}" x2="${px(x(measured.max))}" y1="${middle}" y2="${middle}"/>`,
      `<text x="${px(x(measured.max) + 8)}" y="${middle + 4}">${shown(measured.median)}</text>`,
    ].join('');
  };
  return svg(TOP + all.length * (BAR + 10), `${what}: ${unit}, ${better} is better`, all.map(bar).join('\n'));
}

const PLOT = { left: 60, right: 44, top: TOP, height: 200 } as const;
const COLOURS = ['#2a78d6', '#9aa4b2', '#c06b2d'] as const;
const ROOM = 1.15;

/** Over a logarithmic axis of sizes and a plain one of values, both from the least that there is. */
export function linePlot({ what, size, unit, lines }: Series): string {
  const points = lines.flatMap((line) => line.points);
  const [least, most] = [Math.min(...points.map(([at]) => at)), Math.max(...points.map(([at]) => at))];
  const top = Math.max(...points.map(([, value]) => value)) * ROOM;
  const span = Math.log(most / least) || 1;
  const x = (at: number): number => PLOT.left + (Math.log(at / least) / span) * (WIDTH - PLOT.left - PLOT.right);
  const y = (value: number): number => PLOT.top + PLOT.height * (1 - value / top);
  const sizes = [...new Set(points.map(([at]) => at))];
  const grid = [0, 0.5, 1].map((share) => `<line class="grid" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${px(y(top * share))}" y2="${px(y(top * share))}"/><text x="0" y="${px(y(top * share) + 4)}">${shown(top * share)}</text>`);
  const ticks = sizes.map((at) => `<text x="${px(x(at))}" y="${PLOT.top + PLOT.height + 18}" text-anchor="middle">${shown(at)}</text>`);
  const drawn = lines.map(({ points: of }, n) => {
    const colour = COLOURS[n % COLOURS.length];
    const dots = of.map(([at, value]) => `<circle cx="${px(x(at))}" cy="${px(y(value))}" r="4" fill="${colour}"/><text x="${px(x(at))}" y="${px(y(value) - 9)}" text-anchor="middle">${shown(value)}</text>`);
    return `<path class="line" stroke="${colour}" d="M${of.map(([at, value]) => `${px(x(at))} ${px(y(value))}`).join('L')}"/>${dots.join('')}`;
  });
  const axis = `<text x="${WIDTH / 2}" y="${PLOT.top + PLOT.height + 38}" text-anchor="middle">${escape(size)}</text>`;
  return svg(PLOT.top + PLOT.height + 48, `${what}: ${unit}`, [...grid, ...ticks, axis, ...drawn].join('\n'));
}
