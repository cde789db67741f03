// One region's topics and queues. Queues hold hints and topics tell people: losing either costs time and no payment.
// Invariant: what is raised in one region is heard in the other. Each subscription stands in its topic's own region and
// names the other region's queue, so that neither region has to be there for the other to be deployed.
import { CfnOutput, aws_iam as iam, aws_sns as sns, aws_sqs as sqs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { queues, regions, witnessRegion } from '@understudy/functions/manifest';
import type { Region, Vantage } from '@understudy/functions/manifest';
import { queueOf } from '../queues.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';
import type { KeyStack } from './key.stack.ts';

const DAY_S = 86_400;
const QUEUE_DAYS = 4;
const DEAD_LETTER_DAYS = 14;
/** Everything that operators were told, in both regions, for whoever reads it by machine. */
const INBOX = 'alerts-inbox';

export class MessagingStack extends RegionStack {
  readonly #keyArn: string;

  constructor(scope: Construct, place: Place, keys: KeyStack) {
    super(scope, 'messaging', place);
    this.#keyArn = keys.keyArn;
    const { region } = place;
    const alerts = this.#topic('alerts');
    for (const [i, email] of this.deployment.alertEmails.entries()) new sns.CfnSubscription(this, `Email${i}`, { topicArn: alerts.ref, protocol: 'email', endpoint: email });
    const vantages: readonly Vantage[] = [...regions, witnessRegion];
    if (region !== witnessRegion) this.#queue(INBOX, { region, from: vantages.map((vantage) => this.names.topic('alerts', vantage)) });
    for (const to of regions) this.#subscribe(alerts, INBOX, to);
    if (region === witnessRegion) return;
    const transactions = this.#topic('transactions');
    for (const [name, settings] of Object.entries(queues)) {
      const { queue, subscribes } = queueOf(name);
      this.#queue(queue, { region, ...settings, from: subscribes === undefined ? [] : [this.names.topic(subscribes, region)] });
      if (subscribes === 'transactions') this.#subscribe(transactions, queue, region);
    }
    new CfnOutput(this, 'PaymentsQueueUrl', { value: this.names.queueUrl('payments', region) });
  }

  #topic(thing: string): sns.CfnTopic {
    const topic = new sns.CfnTopic(this, `${thing}-topic`, { topicName: this.names.of(thing), kmsMasterKeyId: this.#keyArn });
    const arn = this.names.topic(thing, this.place.region);
    new sns.CfnTopicPolicy(this, `${thing}-policy`, {
      topics: [topic.ref],
      policyDocument: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({ sid: 'OfThisAccount', principals: [new iam.AccountRootPrincipal()], actions: ['sns:Publish', 'sns:Subscribe', 'sns:GetTopicAttributes'], resources: [arn] }),
          new iam.PolicyStatement({
            sid: 'AlarmsAndDatabaseEvents', principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com'), new iam.ServicePrincipal('events.rds.amazonaws.com')], actions: ['sns:Publish'], resources: [arn],
            conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
          }),
          new iam.PolicyStatement({ sid: 'TlsOnly', effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['sns:Publish'], resources: [arn], conditions: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      }),
    });
    return topic;
  }

  /** What the queue does not take for an hour is laid aside in this region. The witness region has nowhere to lay it. */
  #subscribe(topic: sns.CfnTopic, queue: string, to: Region): void {
    const { region } = this.place;
    const subscription = new sns.CfnSubscription(this, `${queue}-${to}`, {
      topicArn: topic.ref, protocol: 'sqs', endpoint: this.names.queue(queue, to), rawMessageDelivery: true,
      ...(region === witnessRegion ? {} : { redrivePolicy: { deadLetterTargetArn: this.names.queue(`${queue}-dead`, region) } }),
    });
    if (region !== witnessRegion) subscription.node.addDependency(this.node.findChild(`${queue}-dead-policy`));
  }

  #queue(thing: string, { region, from, visibilityTimeoutMs = 30_000, receiveCountMax = 3 }: { readonly region: Region; readonly from: readonly string[]; readonly visibilityTimeoutMs?: number; readonly receiveCountMax?: number }): void {
    const name = this.names.of(thing);
    const deadName = this.names.of(`${thing}-dead`);
    const common = { kmsMasterKeyId: this.#keyArn };
    new sqs.CfnQueue(this, `${thing}-dead`, {
      ...common, queueName: deadName, messageRetentionPeriod: DEAD_LETTER_DAYS * DAY_S,
      redriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: [this.names.queue(thing, region)] },
    });
    const queue = new sqs.CfnQueue(this, thing, {
      ...common, queueName: name, messageRetentionPeriod: QUEUE_DAYS * DAY_S, visibilityTimeout: visibilityTimeoutMs / 1000,
      redrivePolicy: { deadLetterTargetArn: this.names.queue(`${thing}-dead`, region), maxReceiveCount: receiveCountMax },
    });
    queue.node.addDependency(this.node.findChild(`${thing}-dead`));
    for (const one of [thing, `${thing}-dead`]) this.#queuePolicy(one, region, from);
  }

  #queuePolicy(thing: string, region: Region, from: readonly string[]): void {
    const resources = [this.names.queue(thing, region)];
    new sqs.CfnQueuePolicy(this, `${thing}-policy`, {
      queues: [this.names.queueUrl(thing, region)],
      policyDocument: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({ sid: 'TlsOnly', effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['sqs:*'], resources, conditions: { Bool: { 'aws:SecureTransport': 'false' } } }),
          ...(from.length === 0 ? [] : [new iam.PolicyStatement({ sid: 'Topics', principals: [new iam.ServicePrincipal('sns.amazonaws.com')], actions: ['sqs:SendMessage'], resources, conditions: { ArnEquals: { 'aws:SourceArn': [...from] } } })]),
        ],
      }),
    }).node.addDependency(this.node.findChild(thing));
  }
}
