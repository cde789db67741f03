// What each right of a function means on AWS: the actions it is allowed on which resources, and what it may reach over
// the network. Invariant: nothing is allowed that no right names, and a right that is not known here stops the synthesis.
import { aws_iam as iam } from 'aws-cdk-lib';
import { regions, tableGrants, witnessRegion } from '@understudy/functions/manifest';
import type { Region, TableGrant, Vantage } from '@understudy/functions/manifest';
import { Names } from '../names.ts';
import type { Place } from '../stacks/region-stack.ts';

export interface Allowed {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** What a security group lets out: anything on 443, this region's ledger, the other region's ledger. */
export type Reach = 'https' | 'own-ledger' | 'other-ledger';

export interface Grant {
  readonly allows: readonly Allowed[];
  readonly reaches: readonly Reach[];
  /** Services that encrypt or decrypt on its behalf. */
  readonly encryptedBy?: readonly string[];
  /** Reads a secret through the extension. */
  readonly readsSecrets?: true;
}

export interface RightsContext {
  readonly place: Place;
  readonly names: Names;
  /** The queue that the function takes from, if it does. */
  readonly queue?: string;
}

type GrantOf = (context: RightsContext) => Grant;

const inBoth = (arn: (region: Region) => string): readonly string[] => regions.map(arn);

/** Everything at a table may be done at either region's endpoint, because one of them may be lost. */
const atTable = ({ table, index, actions }: TableGrant): GrantOf => ({ names }) => ({
  allows: [{
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: inBoth((region) => names.arn('dynamodb', region, `table/${names.of(table)}${index === undefined ? '' : `/index/${index}`}`)),
  }],
  reaches: ['https'],
  encryptedBy: ['dynamodb'],
});

/** Any cluster of this environment: the role's name carries the suffix, and a cluster's own id is not known before it is made. */
const asService = (names: Names, region: Region): Allowed => ({ actions: ['rds-db:connect'], resources: [names.arn('rds-db', region, `dbuser:*/${names.ledgerRole()}`)] });

const publishTo = (topic: string): GrantOf => ({ names, place }) => ({
  allows: [{ actions: ['sns:Publish'], resources: [names.topic(topic, place.region)] }],
  reaches: ['https'],
  encryptedBy: ['sns'],
});

/** Secrets end in six characters of their own. */
const readSecret = (thing: string): GrantOf => ({ names, place }) => ({
  allows: [{ actions: ['secretsmanager:GetSecretValue'], resources: [names.arn('secretsmanager', place.region, `secret:${names.of(thing)}-??????`)] }],
  reaches: ['https'],
  encryptedBy: ['secretsmanager'],
  readsSecrets: true,
});

/** The other region's objects are read when this region's are not there yet; they are written here only. */
const inBuckets = (names: Names, region: Region): string => `arn:aws:s3:::${names.bucket('receipts', region)}`;

const ofPair = (region: Vantage): Region => {
  if (region === witnessRegion) throw new Error('the witness region holds no queue and no ledger');
  return region;
};

const leaves: GrantOf = () => ({ allows: [], reaches: ['https'] });

const grants: Readonly<Record<string, GrantOf>> = {
  ...Object.fromEntries(Object.entries(tableGrants).map(([right, grant]) => [right, atTable(grant)])),
  'queue:send': ({ names }) => ({ allows: [{ actions: ['sqs:SendMessage'], resources: inBoth((region) => names.queue('payments', region)) }], reaches: ['https'], encryptedBy: ['sqs'] }),
  'queue:receive': ({ names, place, queue }) => {
    if (queue === undefined) throw new Error('a function with the right queue:receive takes from a queue');
    return {
      allows: [{ actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], resources: [names.queue(queue, ofPair(place.region))] }],
      reaches: [], encryptedBy: ['sqs'],
    };
  },
  'ledger:own': ({ names, place }) => ({ allows: [asService(names, ofPair(place.region))], reaches: ['own-ledger'] }),
  'ledger:both': ({ names }) => ({ allows: regions.map((region) => asService(names, region)), reaches: ['own-ledger', 'other-ledger'] }),
  'ledger:install': readSecret('ledger-owner'),
  'signing-keys': readSecret('signing-keys'),
  acquirer: leaves,
  webhooks: leaves,
  'dead-deliveries:send': ({ names, place }) => ({ allows: [{ actions: ['sqs:SendMessage'], resources: [names.queue('notices-dead', ofPair(place.region))] }], reaches: ['https'], encryptedBy: ['sqs'] }),
  probe: leaves,
  'alerts:publish': publishTo('alerts'),
  'events:publish': publishTo('transactions'),
  'cluster:move': ({ names }) => ({
    allows: [{
      actions: ['rds:FailoverGlobalCluster', 'rds:SwitchoverGlobalCluster', 'rds:DescribeGlobalClusters'],
      resources: [names.globalCluster(), ...inBoth((region) => names.cluster(region))],
    }],
    reaches: ['https'],
  }),
  'bucket:read': ({ names }) => ({
    allows: [
      { actions: ['s3:GetObject'], resources: inBoth((region) => `${inBuckets(names, region)}/*`) },
      // Without it a missing object is "forbidden" rather than "not there".
      { actions: ['s3:ListBucket'], resources: inBoth((region) => inBuckets(names, region)) },
    ],
    reaches: ['https'], encryptedBy: ['s3'],
  }),
  'bucket:write': ({ names, place }) => ({ allows: [{ actions: ['s3:PutObject'], resources: [`${inBuckets(names, ofPair(place.region))}/*`] }], reaches: ['https'], encryptedBy: ['s3'] }),
  'workflow:start': ({ names, place }) => ({ allows: [{ actions: ['states:StartExecution'], resources: [names.stateMachine('move', place.region)] }], reaches: ['https'] }),
};

export const knownRights: readonly string[] = Object.keys(grants);

/** Throws when the right is not known here. */
export function grantOf(right: string, context: RightsContext): Grant {
  const grant = grants[right];
  if (!grant) throw new Error(`the right ${right} means nothing on AWS yet; say in rights.ts what it allows and reaches`);
  return grant(context);
}

/** The whole of what a function may do beside writing its log. */
export function policyOf(given: readonly Grant[], { names, place }: RightsContext, keyId: string): readonly iam.PolicyStatement[] {
  const statements = given.flatMap((grant) => grant.allows).map((allowed) => new iam.PolicyStatement({ actions: [...allowed.actions], resources: [...allowed.resources] }));
  const services = [...new Set(given.flatMap((grant) => grant.encryptedBy ?? []))];
  if (services.length === 0) return statements;
  // The table and the queues of both regions are used from everywhere, the rest only here.
  const used: readonly Vantage[] = [...new Set<Vantage>([place.region, ...regions])];
  return [
    ...statements,
    new iam.PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: used.map((region) => names.arn('kms', region, `key/${keyId}`)),
      // Through these services only: the key itself cannot be used by hand.
      conditions: { StringEquals: { 'kms:ViaService': services.flatMap((service) => used.map((region) => `${service}.${region}.amazonaws.com`)) } },
    }),
  ];
}
