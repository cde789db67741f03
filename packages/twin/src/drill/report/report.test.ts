// The reports of drills, made from figures and not from a twin: what is hostile in them stays text, and what failed is said.
import { expect, test } from 'vitest';
import type { Course, DrillReport } from '../drill.ts';
import type { Look } from '../watch.ts';
import { escape } from './escape.ts';
import { page } from './html.ts';
import { junit } from './junit.ts';
import { binsOf, counted, stretches, timeline } from './timeline.ts';

const look = (at: number, change: Partial<Look> = {}): Look => ({
  at, epoch: 1, phase: 'open', healed: true, active: 'us-east-1', regions: { 'us-east-1': 'up', 'us-east-2': 'up' }, primaries: ['us-east-1'], waiting: 0, ...change,
});

const course: Course = {
  from: 10_000, to: 20_000, failedAt: [12_500], said: [{ at: 12_000, sentence: 'kill <us-east-1>' }],
  acks: [{ at: 10_100, region: 'us-east-1' }, { at: 10_900, region: 'us-east-1' }, { at: 15_000, region: 'us-east-2' }],
  looks: [look(10_000), look(12_000, { regions: { 'us-east-1': 'down', 'us-east-2': 'up' } }), look(14_000, { epoch: 2, phase: 'moving', active: 'us-east-2' }), look(16_000, { epoch: 2, healed: false, active: 'us-east-2', waiting: 7 }), look(19_000, { epoch: 2, active: 'us-east-2' })],
};

const report = (change: Partial<DrillReport> = {}): DrillReport => ({
  scenario: 'region-loss', about: 'it is killed', seed: 7, ratePerSecond: 60, scale: 1, startedAt: 10_000, durationMs: 10_000, startMs: 3_000,
  loads: [{ load: 1, client: 'library', sent: 3, acked: 3, calls: 3, failedCalls: 0, longestGapMs: 4_100, ackLatencyMs: { p50: 5, p99: 9 }, refused: 0, sessionsOpened: 0, refundsAsked: 0, refundsAcked: 0 }],
  moves: [], settleTailMs: 10, lost: 0, chargedTwice: 0, memoryMegabytes: { total: 1 }, course,
  promises: [{ promise: 'What is promised', seen: '3 compared', broken: [] }],
  verdict: { broken: [], acknowledged: 3, processed: 3, failed: 0, cancelled: 0, unacknowledgedButDone: 0 }, ...change,
});

const hostile = '<script>alert("1")</script>\'&';
const broken = report({ scenario: hostile, about: hostile, source: hostile, verdict: { ...report().verdict, broken: [hostile] } });
const run = { by: hostile, at: 'now', version: '1', platform: 'p', configuration: hostile, unplayed: [] };

test('report: text for HTML and XML -> no character of theirs is left, nor one that XML forbids', () => {
  expect(escape(hostile)).toBe('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;');
  expect(escape('a\u0000b\u001bc\n')).toBe('a\ufffdb\ufffdc\n');
});

test('report: hostile text in every place -> none of it becomes markup', () => {
  for (const text of [page([broken, report()], run), junit([broken])]) {
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;');
  }
  expect(page([report()], run)).toContain('kill &lt;us-east-1&gt;');
});

test('report: the page -> needs nothing else, and says who, when, with what, and the verdict', () => {
  const html = page([report()], { ...run, by: 'an auditor' });
  expect(html).not.toMatch(/(?:src|<link|@import|url\()/);
  for (const text of ['an auditor', 'Every promise kept', '4.1 s', '>7, 60 payments/s, 1<', 'Nothing moved.']) expect(html).toContain(text);
  expect(page([broken], run)).toContain('>Broken: &lt;script');
  expect(page([broken, report()], run)).toContain('Every promise kept in 1 of 2 drills');
  const overview = page([broken, report()], { ...run, pageOf: (scenario) => `${scenario}.html` });
  expect(overview).toContain('href="region-loss.html"');
  expect(overview).not.toContain('<svg');
});

test('report: JUnit -> one case per drill, and a failure for what is broken', () => {
  expect(junit([report(), report(), broken])).toContain('<testsuite name="drills" tests="3" failures="1" errors="0" time="30.000">');
  expect(junit([report()])).not.toContain('<failure');
});

test('report: a drill that stopped in the middle -> failed on the page and in JUnit, and escaped', () => {
  const unplayed = [{ scenario: 'slow-region', because: hostile }];
  expect(page([], { ...run, unplayed })).toMatch(/slow-region<\/h2>.*Not played to its end.*&lt;script/);
  expect(junit([report()], unplayed)).toMatch(/tests="2" failures="0" errors="1"[\s\S]*name="slow-region">\s*<error message="not played to its end">&lt;script/);
});

test('timeline: bins -> a second wide, wider when there would be too many', () => {
  expect(binsOf({ from: 0, to: 10_000 })).toEqual({ widthMs: 1_000, count: 10 });
  const long = binsOf({ from: 0, to: 3_600_000 });
  expect(long.count).toBeLessThanOrEqual(240);
  expect(long.widthMs * long.count).toBeGreaterThanOrEqual(3_600_000);
});

test('timeline: times -> counted where they lie, and nowhere when outside', () => {
  expect(counted([9_999, 10_000, 10_999, 11_000, 13_000], 10_000, { widthMs: 1_000, count: 3 })).toEqual([2, 1, 0]);
});

test('timeline: looks that are alike -> one stretch, up to the look that differs', () => {
  expect(stretches(course.looks, (seen) => seen.regions['us-east-1'])).toEqual([{ key: 'up', from: 10_000, to: 12_000 }, { key: 'down', from: 12_000, to: 14_000 }, { key: 'up', from: 14_000, to: 19_000 }]);
});

test('timeline: a drill that moved -> each region, the failures, what waited and the phases are drawn', () => {
  const svg = timeline(course);
  for (const text of ['class="ack-us-east-1"', 'class="ack-us-east-2"', 'class="failed"', 'class="waiting"', 'most: 7', 'class="moving"', 'class="healing"', 'class="region-down"']) expect(svg).toContain(text);
});

test('timeline: nothing happened at all -> still a drawing, without a number that is none', () => {
  expect(timeline({ ...course, acks: [], failedAt: [], looks: [], to: course.from })).not.toMatch(/NaN|Infinity/);
});
