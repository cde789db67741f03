// What of each resource that holds data would make CloudFormation replace it: another value, and the data would be in
// a resource that is deleted. Invariant: what stands in stateful.json is only added to; a test compares it with the
// templates, so that a renamed table is a failed test and not a lost one.
import { resourcesOf } from './test-support.ts';
import type { Assembly } from './test-support.ts';

/** By type, the properties that cannot be changed in place, as AWS documents them. */
const identity: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema', 'MultiRegionConsistency', 'GlobalTableWitnesses'],
  'AWS::RDS::GlobalCluster': ['GlobalClusterIdentifier', 'Engine', 'StorageEncrypted'],
  'AWS::RDS::DBCluster': ['DBClusterIdentifier', 'DatabaseName', 'DBSubnetGroupName', 'Engine', 'MasterUsername', 'StorageEncrypted'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SQS::Queue': ['QueueName'],
  'AWS::KMS::Key': ['MultiRegion'],
  'AWS::KMS::ReplicaKey': ['PrimaryKeyArn'],
  'AWS::Route53::HealthCheck': [],
};

export type Stateful = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export const statefulOf = (assembly: Assembly): Stateful =>
  Object.fromEntries(resourcesOf(assembly).flatMap(({ stack, id, Type, Properties = {} }) => {
    const keys = identity[Type];
    return keys === undefined ? [] : [[`${stack}/${id}`, { Type, ...Object.fromEntries(keys.filter((key) => key in Properties).map((key) => [key, Properties[key]])) }]];
  }));

/** What would be replaced or removed, by where it is. */
export const replaced = (before: Stateful, now: Stateful): readonly string[] =>
  Object.entries(before).filter(([place, was]) => JSON.stringify(now[place]) !== JSON.stringify(was)).map(([place]) => place);
