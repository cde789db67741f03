/**
 * Tells operators over an SNS topic of this region: a short subject for a pager, JSON for everything else.
 * Invariant: an alert never holds its caller for more than two seconds; and alerts that come one a payment, in
 * their thousands when a backlog expires, wait for a topic that does not answer once in three seconds, all together.
 * It does not repeat or remember alerts; whoever raises one notes a fault and goes on.
 */
import { randomUUID } from 'node:crypto';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { PortFault } from '@understudy/core';
import type { Alert, AlertKind, Alerts, Clock, Vantage } from '@understudy/core';
import { awsClientConfig, callWithin } from '../system/aws-client.ts';
import { awsFault } from '../system/aws-fault.ts';
import type { AwsCredentials } from '../system/aws-client.ts';
import { Breaker } from '../system/breaker.ts';
import { systemClock } from '../system/system-clock.ts';

const limits = { connectMs: 300, totalMs: 2000 };

/** How long a topic that failed is spared the alerts of single payments. */
const REST_MS = 3000;

/** One a payment; all others are few, and always tried. */
const manyAtOnce: ReadonlySet<AlertKind> = new Set(['payment_failed', 'high_value']);

/** SNS wants fewer than 100 characters. */
const SUBJECT_CHARACTERS_MAX = 99;

/** One line of printable ASCII that begins with a letter, as SNS demands of a subject. */
export const subjectOf = (region: string, alert: Alert): string => {
  const line = `${alert.kind} ${region}: ${alert.sentence}`.replace(/\s+/g, ' ').replace(/[^\x20-\x7e]/gu, '?');
  return line.length <= SUBJECT_CHARACTERS_MAX ? line : `${line.slice(0, SUBJECT_CHARACTERS_MAX - 3)}...`;
};

export interface SnsAlertsOptions {
  readonly topicArn: string;
  readonly endpoint?: string;
  /** Where this runs; it stands in every message. */
  readonly region: Vantage;
  readonly credentials?: AwsCredentials;
  readonly clock?: Pick<Clock, 'now'>;
}

export function createSnsAlerts(options: SnsAlertsOptions): Alerts {
  const clock = options.clock ?? systemClock;
  const client = new SNSClient(awsClientConfig(options, limits));
  const breaker = new Breaker(clock, REST_MS);
  /** A raised alert that is raised again, because its answer was lost, is the same alert. */
  const ids = new WeakMap<Alert, string>();
  const idOf = (alert: Alert): string => {
    const id = alert.id ?? ids.get(alert) ?? randomUUID();
    ids.set(alert, id);
    return id;
  };
  return {
    async raise(alert) {
      if (manyAtOnce.has(alert.kind) && !breaker.mayTry()) throw new PortFault({ port: 'alerts', retryable: true, message: 'did not answer a moment ago, not tried again yet' });
      const message = { id: idOf(alert), kind: alert.kind, sentence: alert.sentence, detail: alert.detail, region: options.region, at: new Date(clock.now()).toISOString() };
      const command = new PublishCommand({ TopicArn: options.topicArn, Subject: subjectOf(options.region, alert), Message: JSON.stringify(message) });
      try {
        const answer = await client.send(command, callWithin(limits));
        // SNS names what it took; an answer without a name is not its own.
        if (answer.MessageId === undefined) throw new Error('the answer names no message');
        breaker.succeeded();
      } catch (error) {
        const fault = awsFault('alerts', error);
        if (fault.retryable) breaker.failed();
        throw fault;
      }
    },
  };
}
