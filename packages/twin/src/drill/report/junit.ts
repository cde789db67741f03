/** The verdicts as JUnit XML, one case per drill, for whatever shows tests. */
import type { DrillReport } from '../drill.ts';
import { escape } from './escape.ts';
import { passed } from './figures.ts';

export function junit(reports: readonly DrillReport[]): string {
  const time = (ms: number): string => (ms / 1000).toFixed(3);
  const cases = reports.map((report) => {
    const open = `  <testcase classname="drill" name="${escape(report.scenario)}" time="${time(report.durationMs)}"`;
    return passed(report) ? `${open}/>` : `${open}>\n    <failure message="${escape(report.verdict.broken[0] ?? '')}">${escape(report.verdict.broken.join('\n'))}</failure>\n  </testcase>`;
  });
  const total = reports.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="drills" tests="${reports.length}" failures="${reports.filter((report) => !passed(report)).length}" time="${time(total)}">
${cases.join('\n')}
</testsuite>
`;
}
