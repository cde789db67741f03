/** The page of one or more drills: one file that needs nothing else. Invariant: every text from outside is escaped. */
import type { DrillReport, Unplayed } from '../drill.ts';
import { escape } from './escape.ts';
import { loadHead, loadRows, moveHead, moveRows, passed, seconds } from './figures.ts';
import type { Row } from './figures.ts';
import { timeline } from './timeline.ts';

/** Who ran it, when, and with what: for whoever reads the page later. */
export interface Circumstances {
  readonly by: string;
  readonly at: string;
  readonly version: string;
  readonly platform: string;
  readonly unplayed: readonly Unplayed[];
}

const style = `
:root{color-scheme:light dark;--text:#1c2330;--dim:#5b6575;--line:#d5dae2;--back:#fff;--good:#1a7f4b;--bad:#c0392b}
@media(prefers-color-scheme:dark){:root{--text:#e6e9ef;--dim:#9aa4b5;--line:#39424f;--back:#14181f;--good:#4cc38a;--bad:#ff7b6b}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:60rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1.5rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0;font-size:.87rem}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.9rem}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.verdict{font-weight:600}.kept{color:var(--good)}.broken{color:var(--bad)}svg{width:100%;min-width:40rem;height:auto;font-size:11px}
svg text{fill:var(--text)}svg .scale,svg .tick{fill:var(--dim)}svg .inside{fill:#fff}.base{stroke:var(--line)}.mark{stroke:var(--dim);stroke-dasharray:2 3}
.ack-us-east-1{fill:#2f6fdb}.ack-us-east-2{fill:#0d9488}.failed{fill:#d64545}.waiting{fill:#b7791f}
.open{fill:#3b6ea5}.moving{fill:#c0392b}.healing{fill:#a8690f}.region-up{fill:#2f855a}.region-isolated{fill:#a8690f}.region-down{fill:#742a2a}`;

const table = (head: Row, rows: readonly Row[]): string =>
  `<div class="scroll"><table><thead><tr>${head.map((cell) => `<th scope="col">${escape(cell)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`;

const facts = (entries: readonly (readonly [string, string])[]): string => `<dl>${entries.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>`;

function section(report: DrillReport): string {
  const { verdict } = report;
  const kept = passed(report);
  return `<section><h2>${escape(report.scenario)}</h2>
<p>${escape(report.about)}${report.source === undefined ? '' : ` (<a href="${escape(report.source)}">source</a>)`}</p>
<p class="verdict ${kept ? 'kept' : 'broken'}">${kept ? 'Every promise kept' : 'Broken'}</p>
${kept ? '' : `<ul>${verdict.broken.map((sentence) => `<li>${escape(sentence)}</li>`).join('')}</ul>`}
${facts([
    ['acknowledged', `${verdict.acknowledged}, of which lost: ${report.lost}`],
    ['in the books', `${verdict.processed} processed, ${verdict.failed} failed, ${verdict.cancelled} cancelled`],
    ['done without an acknowledgement', String(verdict.unacknowledgedButDone)],
    ['charged twice', String(report.chargedTwice)],
    ['seed, rate, scale', `${report.seed}, ${report.ratePerSecond} payments/s, ${report.scale}`],
    ['started, lasted', `${new Date(report.startedAt).toISOString()}, ${seconds(report.durationMs)}`],
  ])}
<div class="scroll">${timeline(report.course)}</div>
${table(loadHead, loadRows(report))}
${report.moves.length === 0 ? '<p>Nothing moved.</p>' : table(moveHead, moveRows(report))}
<details><summary>What was done</summary>${facts(report.course.said.map(({ at, sentence }) => [seconds(at - report.course.from), sentence]))}</details></section>`;
}

export function page(reports: readonly DrillReport[], { by, at, version, platform, unplayed }: Circumstances): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Understudy drill</title><style>${style}</style></head>
<body><h1>Understudy drill</h1>
${facts([['run by', by], ['at', at], ['version', version], ['on', platform], ['configuration', 'two regions on one machine, fast timing, automatic failover']])}
${reports.length > 1 ? table(['scenario', 'verdict'], reports.map((report) => [report.scenario, passed(report) ? 'every promise kept' : 'broken'])) : ''}
${unplayed.map(({ scenario, because }) => `<section><h2>${escape(scenario)}</h2><p class="verdict broken">Not played to its end</p><pre class="scroll">${escape(because)}</pre></section>`).join('\n')}
${reports.map(section).join('\n')}
</body></html>
`;
}
