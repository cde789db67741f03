// What people see of one region: its alarms and its dashboard; and in us-east-2 one dashboard over both regions, so
// that the view of a lost us-east-1 does not go with it.
// Invariant: nothing here moves anything. The detectors decide by votes, and an alarm is not one of them.
import { Duration, aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { everyMs, functions, peerOf, primaryRegion, queues, regions, witnessRegion } from '@understudy/functions/manifest';
import type { Vantage } from '@understudy/functions/manifest';
import { raise } from '../constructs/alarm.ts';
import type { AlarmProps } from '../constructs/alarm.ts';
import { Metrics } from '../constructs/metrics.ts';
import { queueOf } from '../queues.ts';
import { detectors } from './failover.stack.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';

/** Below as many a minute a percentage says nothing. */
const CALLS_LEAST = 20;
/** Of the largest size, in percent. */
const LEDGER_FULL_PERCENT = 90;
/** It is called six times a minute: in five minutes fewer than this is silence. */
const TICKS_LEAST = 1;
const SILENT_MINUTES = 5;
/** A pass may fail, and the next one goes on where it ended. Three in a row go nowhere. */
const FAILED_PASSES = 3;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

type Raise = (alarm: Omit<AlarmProps, 'names' | 'topicArn'>) => void;

export class WatchStack extends RegionStack {
  readonly #metrics: Metrics;

  constructor(scope: Construct, place: Place) {
    super(scope, 'watch', place);
    this.#metrics = new Metrics(this.names, place.region);
    const topicArn = this.names.topic('alerts', place.region);
    const raiseHere: Raise = (alarm) => void raise(this, { ...alarm, names: this.names, topicArn });
    for (const name of detectors) raiseHere({ kind: 'detector-silent', of: name, metric: this.#metrics.function(name, 'Invocations'), above: TICKS_LEAST, periods: SILENT_MINUTES, below: true });
    if (place.region === witnessRegion) return;
    this.#moneyAlarms(raiseHere);
    this.#apiAlarms(raiseHere);
    this.#passAlarms(raiseHere);
    this.#storeAlarms(raiseHere);
    this.#dashboard(this.names.inAccount('region', place.region), [place.region]);
    if (place.region === peerOf(primaryRegion)) this.#dashboard(this.names.inAccount('both', place.region), regions);
  }

  #moneyAlarms(raiseHere: Raise): void {
    const { alarms } = this.deployment;
    raiseHere({ kind: 'oldest-unposted', metric: this.#metrics.own('OldestUnpostedAge', 'Maximum'), above: alarms.oldestUnpostedS * 1000, periods: 2 });
    // Written where files are published, which is the active region; elsewhere there is nothing to be late.
    raiseHere({ kind: 'settlement-files-behind', metric: this.#metrics.own('OldestUnpublishedFileAge', 'Maximum'), above: alarms.settlementFilesBehindS * 1000, periods: 2 });
    raiseHere({ kind: 'move-started', metric: this.#metrics.own('FailoverTriggered', 'Sum'), above: 0 });
    raiseHere({ kind: 'move-failed', metric: this.#metrics.move('ExecutionsFailed'), above: 0 });
    for (const name of Object.keys(queues)) {
      const { queue } = queueOf(name);
      raiseHere({ kind: 'dead-letters', of: queue, metric: this.#metrics.queue(`${queue}-dead`, 'ApproximateNumberOfMessagesVisible'), above: alarms.deadLetters - 1 });
      raiseHere({ kind: 'queue-age', of: queue, metric: this.#metrics.queue(queue, 'ApproximateAgeOfOldestMessage'), above: alarms.queueAgeS, periods: 2 });
    }
  }

  #apiAlarms(raiseHere: Raise): void {
    const { alarms } = this.deployment;
    const errors = this.#metrics.api('5XXError', 'Sum');
    raiseHere({ kind: 'api-latency', metric: this.#metrics.api('Latency', 'Average'), above: alarms.apiLatencyMs, periods: 2 });
    raiseHere({ kind: 'api-errors', metric: errors, above: alarms.apiErrors });
    raiseHere({ kind: 'api-error-rate', metric: this.#metrics.percent(errors, this.#metrics.api('Count', 'Sum'), CALLS_LEAST), above: alarms.apiErrorPercent, periods: 2 });
    // An authorizer fails for each wrong key, as API Gateway wants it: no alarm. An install tells its deployment.
    for (const { name } of functions.filter(({ kind }) => kind !== 'authorizer' && kind !== 'deployment')) {
      const failed = this.#metrics.function(name, 'Errors');
      raiseHere({ kind: 'function-errors', of: name, metric: failed, above: alarms.functionErrors });
      raiseHere({ kind: 'function-error-rate', of: name, metric: this.#metrics.percent(failed, this.#metrics.function(name, 'Invocations'), CALLS_LEAST), above: alarms.functionErrorPercent, periods: 2 });
    }
  }

  /** A function of one pass a minute never fails ten times a minute: counted by its passes instead. */
  #passAlarms(raiseHere: Raise): void {
    for (const { name } of functions.filter(({ kind }) => kind === 'schedule')) {
      const passMs = Math.max(everyMs[name] ?? MINUTE_MS, MINUTE_MS);
      const failed = this.#metrics.function(name, 'Errors').with({ period: Duration.millis(passMs) });
      // What CloudWatch looks back over is a day at most.
      raiseHere({ kind: 'passes-failing', of: name, metric: failed, above: 0, periods: Math.min(FAILED_PASSES, Math.floor(DAY_MS / passMs)) });
    }
  }

  #storeAlarms(raiseHere: Raise): void {
    const { alarms } = this.deployment;
    raiseHere({ kind: 'table-throttles', metric: this.#metrics.sum(this.#metrics.table('ReadThrottleEvents'), this.#metrics.table('WriteThrottleEvents')), above: alarms.tableThrottles });
    raiseHere({ kind: 'ledger-lag', metric: this.#metrics.ledger('AuroraGlobalDBReplicationLag'), above: alarms.ledgerLagMs, periods: 2 });
    raiseHere({ kind: 'ledger-connections', metric: this.#metrics.ledger('DatabaseConnections'), above: alarms.ledgerConnections, periods: 2 });
    raiseHere({ kind: 'ledger-capacity', metric: this.#metrics.ledger('ACUUtilization'), above: LEDGER_FULL_PERCENT, periods: 5 });
    raiseHere({ kind: 'receipts-behind', metric: this.#metrics.replication('ReplicationLatency'), above: alarms.receiptsBehindS, periods: 2 });
  }

  #dashboard(dashboardName: string, of: readonly Vantage[]): void {
    const graph = (title: string, make: (metrics: Metrics) => readonly cloudwatch.IMetric[]): cloudwatch.GraphWidget =>
      new cloudwatch.GraphWidget({ title, width: 8, height: 6, left: of.flatMap((region) => [...make(new Metrics(this.names, region))]) });
    new cloudwatch.Dashboard(this, dashboardName, {
      dashboardName,
      widgets: [
        [
          graph('Oldest payment not yet in the books (ms)', (m) => [m.own('OldestUnpostedAge', 'Maximum')]),
          graph('Payments processed and failed', (m) => [m.own('PaymentProcessed', 'Sum'), m.own('ProcessingError', 'Sum')]),
          graph('Moves of the active role', (m) => [m.own('FailoverTriggered', 'Sum'), m.move('ExecutionsStarted'), m.move('ExecutionsFailed')]),
        ],
        [
          graph('API: requests and errors', (m) => [m.api('Count', 'Sum'), m.api('4XXError', 'Sum'), m.api('5XXError', 'Sum')]),
          graph('API: latency (ms)', (m) => [m.api('Latency', 'Average'), m.api('Latency', 'p99')]),
          graph('Functions: errors', (m) => functions.filter(({ kind }) => kind === 'http' || kind === 'queue').map(({ name }) => m.function(name, 'Errors'))),
        ],
        [
          graph('Journal: latency of writes and strong reads (ms)', (m) => ['PutItem', 'UpdateItem', 'GetItem'].map((operation) => m.table('SuccessfulRequestLatency', 'Average').with({ dimensionsMap: { TableName: this.names.of('journal'), Operation: operation }, label: operation }))),
          graph('Journal: throttles', (m) => [m.table('ReadThrottleEvents'), m.table('WriteThrottleEvents')]),
          graph('Queues: age of the oldest (s) and dead letters', (m) => Object.keys(queues).flatMap((name) => [m.queue(queueOf(name).queue, 'ApproximateAgeOfOldestMessage'), m.queue(`${queueOf(name).queue}-dead`, 'ApproximateNumberOfMessagesVisible')])),
        ],
        [
          graph('Ledger: how far the standby is behind (ms)', (m) => [m.ledger('AuroraGlobalDBReplicationLag'), m.ledger('AuroraGlobalDBRPOLag')]),
          graph('Ledger: connections and size', (m) => [m.ledger('DatabaseConnections'), m.ledger('ServerlessDatabaseCapacity')]),
          graph('Receipts: copies under way', (m) => [m.replication('ReplicationLatency'), m.replication('OperationsPendingReplication')]),
          graph('Receipts written; oldest settlement file not yet published (ms)', (m) => [m.own('ReceiptWritten', 'Sum'), m.own('OldestUnpublishedFileAge', 'Maximum')]),
        ],
      ],
    });
  }
}

