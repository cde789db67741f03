/** The verdicts as JUnit XML, one case per drill, for whatever shows tests. */
import type { DrillReport, Unplayed } from '../drill.ts';
import { escape } from './escape.ts';
import { passed } from './figures.ts';

export function junit(reports: readonly DrillReport[], unplayed: readonly Unplayed[] = []): string {
  const time = (ms: number): string => (ms / 1000).toFixed(3);
  const cases = reports.map((report) => {
    const open = `  <testcase classname="drill" name="${escape(report.scenario)}" time="${time(report.durationMs)}"`;
    return passed(report) ? `${open}/>` : `${open}>\n    <failure message="${escape(report.verdict.broken[0] ?? '')}">${escape(report.verdict.broken.join('\n'))}</failure>\n  </testcase>`;
  });
  cases.push(...unplayed.map(({ scenario, because }) => `  <testcase classname="drill" name="${escape(scenario)}">\n    <error message="not played to its end">${escape(because)}</error>\n  </testcase>`));
  const total = reports.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="drills" tests="${cases.length}" failures="${reports.filter((report) => !passed(report)).length}" errors="${unplayed.length}" time="${time(total)}">
${cases.join('\n')}
</testsuite>
`;
}
