/** The page of one or more drills: one file that needs nothing else. Invariant: every text from outside is escaped. */
import type { DrillReport, Unplayed } from '../drill.ts';
import { escape } from './escape.ts';
import { formatSeconds, loadHead, loadRows, moveHead, moveRows, passed } from './figures.ts';
import type { Row } from './figures.ts';
import { timeline } from './timeline.ts';

/** Who ran it, when, and with what: for whoever reads the page later. */
export interface Circumstances {
  readonly by: string;
  readonly at: string;
  readonly version: string;
  readonly platform: string;
  readonly configuration: string;
  readonly unplayed: readonly Unplayed[];
  /** Where the page of a drill is, when each has its own: this one then only leads to them. */
  readonly pageOf?: (scenario: string) => string;
}

/** Of the timeline and its legend; each can be told from the page, light or dark, and bears white text. */
const colours: Readonly<Record<string, string>> = {
  'ack-us-east-1': '#2f6fdb', 'ack-us-east-2': '#0d9488', failed: '#d64545', waiting: '#b7791f',
  open: '#3b6ea5', moving: '#c0392b', healing: '#a8690f', 'region-up': '#2f855a', 'region-isolated': '#a8690f', 'region-down': '#8c3a3a',
};

const style = `
:root{color-scheme:light dark;--text:#1c2330;--dim:#5b6575;--line:#d5dae2;--back:#fff;--raised:#f5f7fa;--good:#1a7f4b;--bad:#c0392b}
@media(prefers-color-scheme:dark){:root{--text:#e6e9ef;--dim:#9aa4b5;--line:#39424f;--back:#14181f;--raised:#1d232c;--good:#4cc38a;--bad:#ff7b6b}}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:70rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.25rem;margin:0 0 .25rem}h3{font-size:1rem;margin:1.75rem 0 .5rem}section{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1.5rem}p{margin:.25rem 0}a{color:inherit}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.87rem}th,td{text-align:left;vertical-align:top;padding:.35rem 1rem .35rem 0;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--dim);font-weight:500}
td{font-variant-numeric:tabular-nums}td.wrap{white-space:normal;min-width:18rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.9rem;margin:.5rem 0}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.verdict{font-weight:600;border-left:4px solid;padding:.5rem .75rem;margin:1rem 0;background:var(--raised)}.kept{color:var(--good)}.broken{color:var(--bad)}li,pre{overflow-wrap:anywhere}pre{font-size:.8rem;white-space:pre-wrap}
.keys{display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.8rem;color:var(--dim);margin:.25rem 0 0}.keys i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
summary{cursor:pointer}svg{width:100%;min-width:44rem;height:auto;font-size:11px}
svg text{fill:var(--text)}svg .scale,svg .tick{fill:var(--dim)}svg .inside{fill:#fff}.base{stroke:var(--line)}.mark{stroke:var(--dim);stroke-dasharray:2 3}svg .flag{fill:var(--dim);font-weight:600}
${Object.entries(colours).map(([name, colour]) => `.${name}{fill:${colour};background:${colour}}`).join('')}
@media print{details{display:block}.scroll{overflow:visible}}`;

/** Columns of sentences, which may be wrapped. */
type Wrapped = readonly number[];

const table = (head: Row, rows: readonly Row[], wrapped: Wrapped = []): string =>
  `<div class="scroll"><table><thead><tr>${head.map((cell) => `<th scope="col">${escape(cell)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell, n) => `<td${wrapped.includes(n) ? ' class="wrap"' : ''}>${escape(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`;

const facts = (entries: readonly (readonly [string, string])[]): string => `<dl>${entries.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>`;

const verdictOf = (report: DrillReport): string =>
  verdictLine(passed(report), passed(report) ? `Every promise kept: ${report.verdict.acknowledged} payments acknowledged, ${report.lost} lost, ${report.chargedTwice} charged twice` : `Broken: ${report.verdict.broken[0] ?? ''}`);

const verdictLine = (kept: boolean, sentence: string): string => `<p class="verdict ${kept ? 'kept' : 'broken'}">${escape(sentence)}</p>`;

const promises = ({ promises: all }: DrillReport): string =>
  `<div class="scroll"><table><thead><tr><th scope="col">verdict</th><th scope="col">promise</th><th scope="col">what was compared</th></tr></thead><tbody>${all.map(({ promise, seen, broken }) => `<tr><td class="${broken.length === 0 ? 'kept' : 'broken'}">${broken.length === 0 ? 'kept' : 'broken'}</td><td class="wrap">${escape(promise)}</td><td class="wrap">${escape(seen)}</td></tr>`).join('')}</tbody></table></div>`;

const keys = [
  ['ack-us-east-1', 'acknowledged by us-east-1'], ['ack-us-east-2', 'acknowledged by us-east-2'], ['failed', 'failed calls'], ['waiting', 'waiting in the queues'],
  ['open', 'healed'], ['moving', 'moving: nobody settles'], ['healing', 'settles, and is healing'], ['region-up', 'up'], ['region-isolated', 'cut off'], ['region-down', 'down'],
] as const;
const legend = `<p class="keys">${keys.map(([key, name]) => `<span><i class="${key}"></i>${name}</span>`).join('')}</p>`;

/** Each numbered line of the drawing, and when it was. */
const steps = ({ course }: DrillReport): string =>
  table(['', 'at', 'what was done'], course.said.filter(({ at }) => at >= course.from).map(({ at, sentence }, n): Row => [String(n + 1), formatSeconds(at - course.from), sentence]), [2]);

function moveSteps({ moves }: DrillReport): string {
  return moves.map((move) => `<details><summary>${escape(`Steps of the ${move.kind} to ${move.to}, epoch ${move.epoch}, by ${move.by}: ${move.reason}`)}</summary>${table(['at', 'row', 'because'], move.steps.map((step): Row => [formatSeconds(step.at - (move.lostAt ?? move.startedAt)), step.row, step.because]), [2])}</details>`).join('');
}

function section(report: DrillReport): string {
  const { verdict, course } = report;
  return `<section id="${escape(report.scenario)}"><h2>${escape(report.scenario)}</h2>
<p>${escape(report.about)}${report.source === undefined ? '' : ` (<a href="${escape(report.source)}">source</a>)`}</p>
${verdictOf(report)}
${passed(report) ? '' : `<ul>${verdict.broken.map((sentence) => `<li>${escape(sentence)}</li>`).join('')}</ul>`}
${promises(report)}
<h3>Course</h3>
<div class="scroll">${timeline(course)}</div>${legend}
${steps(report)}
<h3>Moves of the active role</h3>
${report.moves.length === 0 ? '<p>Nothing moved.</p>' : `<p>Counted from the loss of the region, or from the claim when nothing was lost.</p>${table(moveHead, moveRows(report))}${moveSteps(report)}`}
<h3>What clients saw</h3>
${table(loadHead, loadRows(report))}
${facts([
    ['in the books', `${verdict.processed} processed, ${verdict.failed} failed, ${verdict.cancelled} cancelled`],
    ['done without an acknowledgement', `${verdict.unacknowledgedButDone}: their clients were told that the outcome is unknown`],
    ['seed, rate, scale', `${report.seed}, ${report.ratePerSecond} payments/s, ${report.scale}`],
    ['started, lasted', `${new Date(report.startedAt).toISOString()}, ${formatSeconds(report.durationMs)}`],
    ['twin ready after, memory', `${formatSeconds(report.startMs)}, ${report.memoryMegabytes['total'] ?? 0} MB`],
  ])}</section>`;
}

const unplayedSection = ({ scenario, because }: Unplayed): string =>
  `<section id="${escape(scenario)}"><h2>${escape(scenario)}</h2>${verdictLine(false, 'Not played to its end, so nothing is proved')}<pre>${escape(because)}</pre></section>`;

function overview(reports: readonly DrillReport[], { unplayed, pageOf = (scenario) => `#${scenario}` }: Circumstances): string {
  const link = (scenario: string, href: string) => `<td><a href="${escape(href)}">${escape(scenario)}</a></td>`;
  const rows = [
    ...reports.map((report) => `<tr>${link(report.scenario, pageOf(report.scenario))}<td class="${passed(report) ? 'kept' : 'broken'}">${passed(report) ? 'every promise kept' : 'broken'}</td>${[report.verdict.acknowledged, report.lost, report.chargedTwice].map((count) => `<td>${count}</td>`).join('')}<td>${formatSeconds(report.durationMs)}</td><td class="wrap">${escape(report.about)}</td></tr>`),
    ...unplayed.map(({ scenario }) => `<tr>${link(scenario, `#${scenario}`)}<td class="broken">not played to its end</td><td>-</td><td>-</td><td>-</td><td>-</td><td></td></tr>`),
  ];
  return `<div class="scroll"><table><thead><tr>${['scenario', 'verdict', 'acknowledged', 'lost', 'charged twice', 'took', 'what happens'].map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

export function page(reports: readonly DrillReport[], run: Circumstances): string {
  const { by, at, version, platform, configuration, unplayed } = run;
  const total = reports.length + unplayed.length;
  const kept = reports.filter(passed).length;
  const several = total > 1 || run.pageOf !== undefined;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Understudy ${several ? 'drills' : 'drill'}: ${kept} of ${total} kept</title><style>${style}</style></head>
<body><h1>Understudy ${several ? 'drills' : 'drill'}</h1>
${verdictLine(kept === total, `Every promise kept in ${kept} of ${total} ${total === 1 ? 'drill' : 'drills'}`)}
${facts([['run by', by], ['at', at], ['version', version], ['on', platform], ['configuration', configuration]])}
${several ? overview(reports, run) : ''}
${unplayed.map(unplayedSection).join('\n')}
${run.pageOf ? '' : reports.map(section).join('\n')}
</body></html>
`;
}
