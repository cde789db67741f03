// The one key under which everything is encrypted: a multi-region key, owned by a stack in us-east-2 and replicated to
// the other regions, so that what replicates between regions can be read in each without asking another.
// Invariant: no region needs another one to decrypt.
import { CfnOutput, aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Vantage } from '@understudy/functions/manifest';
import { keepInProduction } from './keep.ts';
import { outputOf, RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';

/** As long as AWS allows: a key deleted by mistake can be kept. Seven days is the least. */
const PENDING_DAYS = { production: 30, disposable: 7 } as const;
const OUTPUT = 'KeyArn';

interface KeyPolicy {
  readonly account: string;
  readonly region: Vantage;
}

const keyPolicy = ({ account, region }: KeyPolicy): object => {
  const forService = (sid: string, service: string, condition: object): object => ({
    Sid: sid, Effect: 'Allow', Principal: { Service: service }, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*', Condition: condition,
  });
  const fromHere = { StringEquals: { 'aws:SourceAccount': account } };
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'AccountDecidesByIam', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
      {
        Sid: 'LogsOfThisAccount', Effect: 'Allow', Principal: { Service: `logs.${region}.amazonaws.com` }, Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'], Resource: '*',
        Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${account}:*` } },
      },
      forService('AlarmsToTopics', 'cloudwatch.amazonaws.com', fromHere),
      forService('TopicsToQueues', 'sns.amazonaws.com', fromHere),
      forService('DatabaseEventsToTopics', 'events.rds.amazonaws.com', fromHere),
    ],
  };
};

export class KeyStack extends RegionStack {
  readonly keyArn: string;
  readonly keyId: string;
  readonly key: kms.IKey;

  /** `original`: the stack that owns the key; this one then holds a replica of it. */
  constructor(scope: Construct, place: Place, original?: KeyStack) {
    super(scope, 'key', place);
    const { account, production } = this.deployment;
    const common = {
      description: `Understudy ${this.names.suffix}: everything stored`,
      keyPolicy: keyPolicy({ account, region: place.region }),
      pendingWindowInDays: production ? PENDING_DAYS.production : PENDING_DAYS.disposable,
    };
    const key = original === undefined
      ? new kms.CfnKey(this, 'Key', { ...common, multiRegion: true, enableKeyRotation: true })
      : new kms.CfnReplicaKey(this, 'Key', { ...common, primaryKeyArn: outputOf(original, OUTPUT) });
    keepInProduction(key, production);
    new kms.CfnAlias(this, 'Alias', { aliasName: `alias/${this.names.of('data')}`, targetKeyId: key.attrKeyId });
    new CfnOutput(this, OUTPUT, { value: key.attrArn });
    this.keyArn = key.attrArn;
    this.keyId = key.attrKeyId;
    this.key = kms.Key.fromKeyArn(this, 'ByArn', key.attrArn);
  }
}
