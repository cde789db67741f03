/**
 * A flame graph from a CPU profile of V8: each function as wide as the time that was spent in it and in what it called,
 * callers below. Pure. Functions of a bundle are named by the source they were bundled from.
 */
import type { SourceMap } from 'node:module';
import { basename } from 'node:path';
import { escape, picture } from './svg.ts';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Both from 0. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** As V8 writes it; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame; readonly children?: readonly number[] }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface Frame {
  readonly label: string;
  readonly from: 'ours' | 'library' | 'node';
  us: number;
  readonly callees: Map<string, Frame>;
}

const WIDTH = 1200;
const ROW = 17;
const TOP = 30;
/** Thinner than that nobody sees it, and there are thousands. */
const SHARE_MIN = 0.003;
const CHARACTER = 6.2;

/** V8's words for time in which nothing of the program ran, and the profiler's own work. */
const isWork = ({ functionName, url }: CallFrame): boolean => functionName !== '(idle)' && functionName !== '(program)' && !url.startsWith('node:inspector');

const nowhere: CallFrame = { functionName: '', url: '', lineNumber: 0, columnNumber: 0 };

export type FindSource = (frame: CallFrame) => ReturnType<SourceMap['findEntry']> | undefined;

function described({ functionName, url, ...place }: CallFrame, find: FindSource): Pick<Frame, 'label' | 'from'> {
  const name = functionName === '' ? 'anonymous' : functionName;
  if (url === '' || url.startsWith('node:')) return { label: url === '' ? name : `${name} ${url}`, from: 'node' };
  const entry = find({ functionName, url, ...place });
  if (!entry || !('originalSource' in entry)) return { label: `${name} ${basename(url)}`, from: 'node' };
  const parts = entry.originalSource.split('node_modules/');
  const source = parts.length > 1 ? (parts.at(-1) ?? '').split('/').slice(0, 2).join('/') : basename(entry.originalSource);
  return { label: `${source}:${entry.originalLine + 1}`, from: parts.length > 1 ? 'library' : 'ours' };
}

function framesOf({ nodes, samples, timeDeltas }: CpuProfile, find: FindSource): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child): [number, number] => [child, id])));
  const descriptions = new Map(nodes.map(({ id, callFrame }) => [id, described(callFrame, find)]));
  const root: Frame = { label: 'all', from: 'node', us: 0, callees: new Map() };
  for (const [i, sample] of samples.entries()) {
    const stack: number[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = callers.get(id)) stack.push(id);
    if (!stack.every((id) => isWork(byId.get(id)?.callFrame ?? nowhere))) continue;
    const us = timeDeltas[i] ?? 0;
    let frame = root;
    frame.us += us;
    // Without V8's own root, which is every stack's.
    for (const id of stack.reverse().slice(1)) {
      const description = descriptions.get(id) ?? { label: 'unknown', from: 'node' as const };
      let callee = frame.callees.get(description.label);
      if (!callee) frame.callees.set(description.label, (callee = { ...description, us: 0, callees: new Map() }));
      callee.us += us;
      frame = callee;
    }
  }
  return root;
}

const STYLE = '<style>text{font:11px system-ui,sans-serif;fill:#222}.title{font-size:13px;font-weight:600;fill:#888}rect{stroke:#fff;stroke-width:.5}.ours{fill:#7fb2ef}.library{fill:#f0b27a}.node{fill:#d3d8de}</style>';

/** `calls`: how often the profiled thing was done, so that each function's part of one is told. */
export function flameGraph(profile: CpuProfile, { title, calls, find = () => undefined }: { readonly title: string; readonly calls: number; readonly find?: FindSource }): string {
  const root = framesOf(profile, find);
  const drawn: { readonly frame: Frame; readonly x: number; readonly depth: number }[] = [];
  const place = (frame: Frame, x: number, depth: number): void => {
    let at = x;
    for (const callee of [...frame.callees.values()].sort((a, b) => b.us - a.us)) {
      if (callee.us < root.us * SHARE_MIN) break;
      drawn.push({ frame: callee, x: at, depth });
      place(callee, at, depth + 1);
      at += callee.us / root.us;
    }
  };
  place(root, 0, 0);
  const deepest = Math.max(0, ...drawn.map(({ depth }) => depth));
  const rects = drawn.map(({ frame, x, depth }) => {
    const [left, width, top] = [x * WIDTH, (frame.us / root.us) * WIDTH, TOP + (deepest - depth) * ROW];
    const shown = frame.label.slice(0, Math.max(0, Math.floor(width / CHARACTER) - 1));
    const told = `${frame.label}: ${((frame.us / root.us) * 100).toFixed(1)} %, ${(frame.us / calls).toFixed(1)} µs a call`;
    return `<g><title>${escape(told)}</title><rect class="${frame.from}" x="${left.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${ROW - 1}"/>${shown.length > 2 ? `<text x="${(left + 3).toFixed(1)}" y="${top + 12}">${escape(shown)}</text>` : ''}</g>`;
  });
  const heading = `${title}: ${(root.us / calls).toFixed(0)} µs a call (blue: the project's own, orange: libraries, grey: Node)`;
  return picture({ width: WIDTH, height: TOP + (deepest + 1) * ROW + 4, style: STYLE, title: heading }, rects.join('\n'));
}
