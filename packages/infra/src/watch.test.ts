// Alarms, dashboards and the runbook, which must know the same things.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functions, regions } from '@understudy/functions/manifest';
import { alarmKinds } from './constructs/alarm.ts';
import { Names } from './names.ts';
import { assemblyOf, base, configurations, resourcesOf } from './test-support.ts';

const standard = assemblyOf(configurations['default'] ?? {});
const production = assemblyOf(configurations['production'] ?? {});
const names = new Names(base);
const runbook = readFileSync('RUNBOOK.md', 'utf8');

/** The headings of one part of the runbook. */
const headings = (part: string): readonly string[] => [...(runbook.split(/^## /m).find((text) => text.startsWith(part)) ?? '').matchAll(/^### (.+)$/gm)].map((match) => match[1] ?? '');

const kindsIn = (assembly: typeof standard): readonly string[] =>
  [...new Set(resourcesOf(assembly, 'AWS::CloudWatch::Alarm').map(({ Properties }) => /RUNBOOK\.md#([\w-]+)$/.exec(String(Properties?.['AlarmDescription']))?.[1] ?? `${String(Properties?.['AlarmName'])} names no heading`))];

test('F8: every kind of alarm -> a heading of its name, and every heading an alarm', () => {
  expect([...kindsIn(production)].sort()).toEqual([...headings('Alarms')].sort());
  expect(Object.keys(alarmKinds).sort()).toEqual([...kindsIn(production)].sort());
});

test.each(headings('Alarms'))('runbook: %s -> says what it means, what to look at, what to do, what not to, and how to see that it is over', (kind) => {
  const text = runbook.split(/^### /m).find((part) => part.startsWith(`${kind}\n`)) ?? '';
  for (const word of ['**Means**', '**Money at risk**', '**Look at**', '**Do**', '**Do not**', '**Over when**']) expect(text).toContain(word);
});

/** What the code can tell, from the port's own list. */
const alertKinds = [...(/export type AlertKind =([^;]+);/.exec(readFileSync('packages/core/src/ports/alerts.ts', 'utf8'))?.[1] ?? '').matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');

const apart = (some: readonly string[], others: readonly string[]): readonly string[] => [...some.filter((one) => !others.includes(one)), ...others.filter((one) => !some.includes(one))];

test('F8: every alert that the code can tell -> a heading of its name, and every heading an alert', () => {
  expect(alertKinds.length).toBeGreaterThan(15);
  expect(apart(alertKinds, headings('Alerts'))).toEqual([]);
});

test('F8: an alert without a heading, a heading without an alert, planted -> both are found', () => {
  expect(apart([...alertKinds, 'coffee_is_out'], headings('Alerts'))).toEqual(['coffee_is_out']);
  expect(apart(alertKinds, [...headings('Alerts'), 'tea_is_out'])).toEqual(['tea_is_out']);
});

test.each(headings('Alerts'))('runbook: the alert %s -> says what it means, what is at risk, and what to do', (kind) => {
  const text = runbook.split(/^### /m).find((part) => part.startsWith(`${kind}\n`)) ?? '';
  for (const word of ['**Means**', '**Money at risk**', '**Do**']) expect(text).toContain(word);
});

test('runbook: every link within it -> leads to a heading', () => {
  const anchors = new Set([...runbook.matchAll(/^#{2,3} (.+)$/gm)].map((match) => (match[1] ?? '').toLowerCase().replaceAll(' ', '-')));
  expect([...runbook.matchAll(/\]\(#([\w-]+)\)/g)].map((match) => match[1] ?? '').filter((anchor) => !anchors.has(anchor))).toEqual([]);
});

test('O1: a scheduled function that fails at every pass -> an alarm, although it never fails ten times a minute', () => {
  const failing = resourcesOf(standard, 'AWS::CloudWatch::Alarm').filter(({ stack, Properties }) => stack === 'watch-us-east-2' && String(Properties?.['AlarmName']).startsWith('understudy-passes-failing'));
  expect(failing.map(({ Properties }) => Properties?.['AlarmName'])).toEqual(functions.filter(({ kind }) => kind === 'schedule').map(({ name }) => names.of(`passes-failing-${name}`)));
  expect(failing.find(({ Properties }) => Properties?.['AlarmName'] === names.of('passes-failing-publish'))?.Properties).toMatchObject({ Threshold: 0, EvaluationPeriods: 3 });
  // CloudWatch looks back over one day at most.
  for (const { Properties = {} } of failing) expect(Number(Properties['EvaluationPeriods']) * Number(Properties['Period'] ?? 60)).toBeLessThanOrEqual(86_400);
});

test('O1: every alarm -> tells its own region\'s topic when it is raised and when it is over', () => {
  for (const { stack, Properties } of resourcesOf(standard, 'AWS::CloudWatch::Alarm')) {
    const region = /us-\w+-\d$/.exec(stack)?.[0] as 'us-east-1';
    expect([Properties?.['AlarmActions'], Properties?.['OKActions']]).toEqual([[names.topic('alerts', region)], [names.topic('alerts', region)]]);
  }
});

test('O1: the thresholds that were specified -> the defaults', () => {
  const of = (name: string) => resourcesOf(standard, 'AWS::CloudWatch::Alarm').find(({ Properties }) => Properties?.['AlarmName'] === names.of(name))?.Properties;
  expect(of('api-latency')).toMatchObject({ Threshold: 1000, EvaluationPeriods: 2 });
  expect(JSON.stringify(of('api-latency'))).toContain('"Stat":"Average"');
  expect(of('api-errors')).toMatchObject({ Threshold: 10 });
  expect(of('api-error-rate')).toMatchObject({ Threshold: 1 });
  expect(of('function-errors-settle')).toMatchObject({ Threshold: 10 });
  expect(of('function-error-rate-settle')).toMatchObject({ Threshold: 5 });
  expect(of('table-throttles')).toMatchObject({ Threshold: 5 });
  expect(of('dead-letters-payments')).toMatchObject({ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' });
  expect(of('ledger-lag')).toMatchObject({ Threshold: 10_000 });
  expect(of('ledger-connections')).toMatchObject({ Threshold: 100 });
  expect(of('oldest-unposted')).toMatchObject({ Threshold: 60_000 });
  expect(JSON.stringify(of('oldest-unposted'))).toContain('"MetricName":"OldestUnpostedAge","Namespace":"PaymentProcessing"');
});

test('O1: a detector that stops -> an alarm by silence, in all three regions', () => {
  const silent = resourcesOf(standard, 'AWS::CloudWatch::Alarm').filter(({ Properties }) => String(Properties?.['AlarmName']).startsWith('understudy-detector-silent'));
  expect(silent.map(({ stack, Properties }) => [stack, Properties?.['TreatMissingData']])).toEqual([['watch-us-east-2', 'breaching'], ['watch-us-east-1', 'breaching'], ['watch-us-west-2', 'breaching']]);
});

test('O2: dashboards -> one for each region, and one for both outside us-east-1', () => {
  expect(resourcesOf(standard, 'AWS::CloudWatch::Dashboard').map(({ stack, Properties }) => [stack, Properties?.['DashboardName']])).toEqual([
    ['watch-us-east-2', names.inAccount('region', 'us-east-2')], ['watch-us-east-2', names.inAccount('both', 'us-east-2')], ['watch-us-east-1', names.inAccount('region', 'us-east-1')],
  ]);
});

test('O3: logs -> kept for the days that are configured, by every function and workflow', () => {
  const groups = resourcesOf(standard, 'AWS::Logs::LogGroup');
  expect(groups.filter(({ Properties }) => Properties?.['RetentionInDays'] !== 30).map(({ id }) => id)).toEqual([]);
  for (const region of regions) for (const { name } of functions) expect(groups.some(({ stack, Properties }) => stack.endsWith(region) && Properties?.['LogGroupName'] === `/aws/lambda/${names.of(name)}`)).toBe(true);
});

test('O4: production -> requests get new code bit by bit; opentelemetry and provisioned concurrency by configuration', () => {
  const groups = resourcesOf(production, 'AWS::CodeDeploy::DeploymentGroup');
  expect(groups).toHaveLength(2 * functions.filter(({ kind }) => ['http', 'authorizer', 'queue'].includes(kind)).length);
  expect(groups.every(({ Properties }) => JSON.stringify(Properties).includes('LambdaCanary10Percent5Minutes'))).toBe(true);
  const traced = assemblyOf(configurations['approval'] ?? {});
  expect(resourcesOf(traced, 'AWS::Lambda::Function').filter(({ Properties }) => JSON.stringify(Properties?.['Layers'] ?? '').includes('aws-otel-nodejs')).length).toBeGreaterThan(functions.length);
  const warm = assemblyOf({ ...base, concurrency: { provisioned: { accept: 5 } } });
  expect(resourcesOf(warm, 'AWS::Lambda::Alias').filter(({ Properties }) => Properties?.['ProvisionedConcurrencyConfig'] !== undefined)).toHaveLength(2);
});
