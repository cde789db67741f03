// The measurements of one region, by what they are of. Alarms and dashboards read them from here, so that both mean the
// same by a name.
import { Duration, aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { peerOf } from '@understudy/functions/manifest';
import type { Region, Vantage } from '@understudy/functions/manifest';
import type { Names } from '../names.ts';

const MINUTE: Duration = Duration.minutes(1);

export class Metrics {
  readonly #names: Names;
  readonly #region: Vantage;

  constructor(names: Names, region: Vantage) {
    this.#names = names;
    this.#region = region;
  }

  /** The service's own, as its functions write them. */
  own(metricName: string, statistic: 'Sum' | 'Maximum'): cloudwatch.Metric {
    return this.#metric(['PaymentProcessing', metricName], { Region: this.#region }, statistic);
  }

  api(metricName: string, statistic: string): cloudwatch.Metric {
    return this.#metric(['AWS/ApiGateway', metricName], { ApiName: this.#names.of('api'), Stage: 'prod' }, statistic);
  }

  function(name: string, metricName: string, statistic: 'Sum' | 'Maximum' = 'Sum'): cloudwatch.Metric {
    return this.#metric(['AWS/Lambda', metricName], { FunctionName: this.#names.of(name) }, statistic);
  }

  table(metricName: string, statistic = 'Sum'): cloudwatch.Metric {
    return this.#metric(['AWS/DynamoDB', metricName], { TableName: this.#names.of('journal') }, statistic);
  }

  queue(thing: string, metricName: string): cloudwatch.Metric {
    return this.#metric(['AWS/SQS', metricName], { QueueName: this.#names.of(thing) }, 'Maximum');
  }

  ledger(metricName: string): cloudwatch.Metric {
    return this.#metric(['AWS/RDS', metricName], { DBClusterIdentifier: this.#names.clusterId(this.#region as Region) }, 'Maximum');
  }

  move(metricName: string): cloudwatch.Metric {
    return this.#metric(['AWS/States', metricName], { StateMachineArn: this.#names.stateMachine('move', this.#region) }, 'Sum');
  }

  /** Of this region's bucket into the other's. */
  replication(metricName: string): cloudwatch.Metric {
    const region = this.#region as Region;
    return this.#metric(['AWS/S3', metricName], { SourceBucket: this.#names.bucket('receipts', region), DestinationBucket: this.#names.bucket('receipts', peerOf(region)), RuleId: 'everything' }, 'Maximum');
  }

  /** A part of a whole in percent, once the whole says something. */
  percent(part: cloudwatch.Metric, whole: cloudwatch.Metric, least: number): cloudwatch.MathExpression {
    return new cloudwatch.MathExpression({ expression: `IF(whole >= ${least}, 100 * part / whole, 0)`, usingMetrics: { part, whole }, period: MINUTE, label: `${part.metricName} in percent` });
  }

  sum(...metrics: readonly [cloudwatch.Metric, cloudwatch.Metric]): cloudwatch.MathExpression {
    return new cloudwatch.MathExpression({ expression: 'FILL(a, 0) + FILL(b, 0)', usingMetrics: { a: metrics[0], b: metrics[1] }, period: MINUTE, label: `${metrics[0].metricName} and ${metrics[1].metricName}` });
  }

  #metric([namespace, metricName]: readonly [string, string], dimensionsMap: Record<string, string>, statistic: string): cloudwatch.Metric {
    return new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic, period: MINUTE, region: this.#region, label: `${metricName} ${this.#region}` });
  }
}
