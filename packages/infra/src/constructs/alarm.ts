// Alarms: each has a kind, and each kind has a heading of the same name in RUNBOOK.md, which its description names.
// Invariant: an alarm tells this region's topic, and what it says can be acted on from this region alone.
import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Names } from '../names.ts';

/** What each kind means, in one sentence; the runbook says the rest. */
export const alarmKinds = {
  'oldest-unposted': 'accepted payments wait too long for the books',
  'detector-silent': 'this region\'s detector does not run, so a lost region may go unnoticed',
  'move-failed': 'the workflow of a move ended by a fault',
  'move-started': 'the active role has begun to move',
  'api-latency': 'the API answers slowly',
  'api-errors': 'the API answers with 5xx',
  'api-error-rate': 'too large a part of the API\'s answers is 5xx',
  'function-errors': 'a function fails often',
  'function-error-rate': 'too large a part of a function\'s calls fails',
  'passes-failing': 'a function that runs by itself fails pass after pass',
  'table-throttles': 'the journal refuses requests because they are too many',
  'dead-letters': 'messages were given up',
  'queue-age': 'a queue is not taken from fast enough',
  'ledger-lag': 'the standby ledger is far behind',
  'ledger-connections': 'the ledger has many connections',
  'ledger-capacity': 'the ledger is close to the largest size it may grow to',
  'receipts-behind': 'copies of receipts arrive late in the other region',
  'settlement-files-behind': 'a settlement file waits too long for its publication',
  canary: 'new code fails and is being taken back',
} as const;

export type AlarmKind = keyof typeof alarmKinds;

export interface AlarmProps {
  readonly kind: AlarmKind;
  /** Which of several, such as a function's name. */
  readonly of?: string;
  readonly names: Names;
  readonly topicArn: string;
  readonly metric: cloudwatch.IMetric;
  readonly above: number;
  readonly periods?: number;
  /** The alarm is raised below the figure, and by silence. */
  readonly below?: true;
}

const nameOf = (names: Names, kind: AlarmKind, of?: string): string => names.of(of === undefined ? kind : `${kind}-${of}`);

export const alarmText = (kind: AlarmKind): string => `${alarmKinds[kind]}. RUNBOOK.md#${kind}`;

export function raise(scope: Construct, { kind, of, names, topicArn, metric, above, periods = 1, below }: AlarmProps): cloudwatch.Alarm {
  const name = nameOf(names, kind, of);
  const alarm = new cloudwatch.Alarm(scope, name, {
    alarmName: name, alarmDescription: alarmText(kind), metric, threshold: above, evaluationPeriods: periods,
    comparisonOperator: below ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD : cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: below ? cloudwatch.TreatMissingData.BREACHING : cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  const action = { bind: () => ({ alarmActionArn: topicArn }) };
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
}
