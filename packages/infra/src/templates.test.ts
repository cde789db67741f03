// What must hold of every template, whatever it is for.
import { expect, test } from 'vitest';
import { assemblyOf, configurations, resourcesOf } from './test-support.ts';
import type { Found, Resource } from './test-support.ts';

const standard = assemblyOf(configurations['default'] ?? {});
const production = assemblyOf(configurations['production'] ?? {});
const text = (value: unknown): string => JSON.stringify(value);

/** Named within something that carries the suffix: an alias within its function. */
const namedWithin: ReadonlySet<string> = new Set(['AWS::Lambda::Alias']);
const naming = /^(Name|\w*(Function|Table|Queue|Topic|Bucket|Role|Machine|Alarm|Dashboard|Group|Plan|Secret|Schedule|Parameter|Vpc|Restapi)Name|\w*(Cluster|Instance)Identifier)$/i;

const withoutSuffix = (found: readonly Found[]): readonly string[] =>
  found.filter(({ Type }) => !namedWithin.has(Type)).flatMap(({ stack, id, Type, Properties = {} }) =>
    Object.entries(Properties).filter(([key, value]) => naming.test(key) && typeof value === 'string' && !/(^|[-/])dev($|[-/])/.test(value)).map(([key, value]) => `${stack} ${id} ${Type}.${key} = ${String(value)}`));

test('R8: every property that names something -> carries the environment\'s suffix', () => {
  expect(withoutSuffix(resourcesOf(standard))).toEqual([]);
});

test('R8: a name without the suffix, planted -> found', () => {
  expect(withoutSuffix([{ stack: 's', id: 'i', Type: 'AWS::SQS::Queue', Properties: { QueueName: 'payments' } }])).toHaveLength(1);
});

test('R8: functions, tables, queues, topics, roles and workflows -> have names, and end in the suffix', () => {
  const names = { 'AWS::Lambda::Function': 'FunctionName', 'AWS::DynamoDB::GlobalTable': 'TableName', 'AWS::SQS::Queue': 'QueueName', 'AWS::SNS::Topic': 'TopicName', 'AWS::StepFunctions::StateMachine': 'StateMachineName', 'AWS::CloudWatch::Alarm': 'AlarmName', 'AWS::S3::Bucket': 'BucketName' } as const;
  for (const [type, key] of Object.entries(names)) {
    const found = resourcesOf(standard, type).filter(({ id }) => !isHelper(id));
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ Properties }) => !String(Properties?.[key]).endsWith('-dev')).map(({ id }) => id)).toEqual([]);
  }
});

/** What the CDK brings for its own custom resources. */
const isHelper = (id: string): boolean => /^(AWS679|AWSCDKTrigger|CustomVpcRestrict|CustomS3AutoDelete)/.test(id);

test('R8: every resource that takes tags -> carries Environment, Region and Purpose', () => {
  const taggable = ['AWS::Lambda::Function', 'AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::S3::Bucket', 'AWS::RDS::DBCluster', 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey', 'AWS::EC2::VPC', 'AWS::StepFunctions::StateMachine', 'AWS::ApiGateway::RestApi', 'AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'];
  const bare = resourcesOf(standard).filter(({ Type, id }) => taggable.includes(Type) && !isHelper(id)).filter(({ Properties = {} }) => {
    const tags = Properties['Tags'] as readonly { readonly Key: string }[] | undefined;
    return !['Environment', 'Region', 'Purpose'].every((key) => tags?.some((tag) => tag.Key === key) === true);
  });
  expect(bare.map(({ stack, id }) => `${stack} ${id}`)).toEqual([]);
});

const encryption: Readonly<Record<string, (properties: NonNullable<Resource['Properties']>) => unknown>> = {
  'AWS::SQS::Queue': (p) => p['KmsMasterKeyId'],
  'AWS::SNS::Topic': (p) => p['KmsMasterKeyId'],
  'AWS::Logs::LogGroup': (p) => p['KmsKeyId'],
  'AWS::Lambda::Function': (p) => p['KmsKeyArn'],
  'AWS::RDS::DBCluster': (p) => p['StorageEncrypted'] === true && p['KmsKeyId'],
  'AWS::RDS::GlobalCluster': (p) => p['StorageEncrypted'],
  'AWS::SecretsManager::Secret': (p) => p['KmsKeyId'],
  'AWS::S3::Bucket': (p) => p['BucketEncryption'],
  'AWS::DynamoDB::GlobalTable': (p) => text(p['SSESpecification']).includes('true') && text(p['Replicas']).split('KMSMasterKeyId').length === 3,
  'AWS::Scheduler::Schedule': (p) => p['KmsKeyArn'],
};

test.each(Object.keys(encryption))('R5: every %s -> encrypted under the environment\'s key', (type) => {
  const found = resourcesOf(standard, type).filter(({ id }) => !isHelper(id));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter(({ Properties = {} }) => !encryption[type]?.(Properties)).map(({ stack, id }) => `${stack} ${id}`)).toEqual([]);
});

test('R5: what is asked over the network -> TLS only', () => {
  for (const type of ['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy']) {
    expect(resourcesOf(standard, type).filter(({ Properties }) => !text(Properties).includes('"aws:SecureTransport":"false"'))).toEqual([]);
  }
  const parameters = resourcesOf(standard, 'AWS::RDS::DBClusterParameterGroup');
  expect(parameters.map(({ Properties }) => text(Properties).includes('"rds.force_ssl":"1"'))).toEqual([true, true]);
});

const holdsData = /^AWS::(DynamoDB::GlobalTable|RDS::(DBCluster|DBInstance|GlobalCluster)|S3::Bucket|KMS::(Key|ReplicaKey)|SecretsManager::Secret|Logs::LogGroup)$/;
const dataOf = (found: readonly Found[]): readonly Found[] => found.filter(({ Type, id }) => holdsData.test(Type) && !isHelper(id));

test('R9: by default -> everything goes with its stack, nothing is protected', () => {
  expect(dataOf(resourcesOf(standard)).filter(({ DeletionPolicy }) => DeletionPolicy !== 'Delete').map(({ stack, id }) => `${stack} ${id}`)).toEqual([]);
  expect(resourcesOf(standard, 'Custom::S3AutoDeleteObjects')).toHaveLength(resourcesOf(standard, 'AWS::S3::Bucket').length);
  expect(text([...standard.templates.values()])).not.toMatch(/"Deletion(ProtectionEnabled|Protection)":true/);
  expect(standard.stacks.some((stack) => stack.terminationProtection === true)).toBe(false);
});

test('R9: production -> the opposite, for all that holds data', () => {
  expect(dataOf(resourcesOf(production)).filter(({ DeletionPolicy, UpdateReplacePolicy }) => DeletionPolicy !== 'Retain' || UpdateReplacePolicy !== 'Retain').map(({ stack, id }) => `${stack} ${id}`)).toEqual([]);
  expect(resourcesOf(production, 'Custom::S3AutoDeleteObjects')).toEqual([]);
  for (const type of ['AWS::RDS::DBCluster', 'AWS::RDS::GlobalCluster']) expect(resourcesOf(production, type).every(({ Properties }) => Properties?.['DeletionProtection'] === true)).toBe(true);
  expect(text(resourcesOf(production, 'AWS::DynamoDB::GlobalTable')).match(/"DeletionProtectionEnabled":true/g)).toHaveLength(4);
  expect(production.stacks.every((stack) => stack.terminationProtection === true)).toBe(true);
});

test('R11: no detector of GuardDuty -> in no template', () => {
  expect(resourcesOf(standard).filter(({ Type }) => Type.startsWith('AWS::GuardDuty'))).toEqual([]);
});

/** Which other regions a template reads while it is deployed. */
const readsRegions = (region: string, template: unknown): readonly string[] =>
  [...text(template).matchAll(/"Fn::GetStackOutput":(\{[^{}]*\})/g)].map((match) => (JSON.parse(match[1] ?? '{}') as { readonly Region?: string }).Region ?? region).filter((one) => one !== region);

test('deployment: a template of the service, the failover, the data or the ledger -> reads no other region', () => {
  const reading = standard.stacks.filter((stack) => readsRegions(stack.region, standard.templates.get(stack.artifactId)).length > 0).map((stack) => stack.artifactId);
  expect(reading).toEqual(['key-us-east-1', 'key-us-west-2', 'links-us-east-1', 'links-us-east-2', 'addresses-us-east-2', 'addresses-us-east-1', 'addresses-us-west-2']);
  expect(text([...standard.templates.values()])).not.toContain('ExportsReader');
});

test('deployment: a reference into another region, planted -> found', () => {
  expect(readsRegions('us-east-2', { A: { 'Fn::GetStackOutput': { StackName: 's', OutputName: 'o', Region: 'us-east-1' } } })).toEqual(['us-east-1']);
});

test('deployment: the two regions -> the same but for their names', () => {
  for (const purpose of ['service', 'failover', 'usage', 'watch', 'drill', 'network', 'messaging', 'install']) {
    const shape = (region: string) => Object.values(standard.templates.get(`${purpose}-${region}`)?.Resources ?? {}).map(({ Type }) => Type).sort();
    const [east1, east2] = [shape('us-east-1'), shape('us-east-2')];
    if (purpose === 'watch') east1.push('AWS::CloudWatch::Dashboard');
    expect(east1.sort()).toEqual(east2);
  }
});

test('deployment: the order -> what both stand on, then us-east-2 before us-east-1; the ledger\'s primary before its copy', () => {
  const order = standard.stacks.map((stack) => stack.artifactId);
  const before = (first: string, second: string) => expect(order.indexOf(first)).toBeLessThan(order.indexOf(second));
  before('service-us-east-2', 'service-us-east-1');
  before('failover-us-east-2', 'failover-us-east-1');
  before('storage-us-east-2', 'storage-us-east-1');
  before('ledger-us-east-1', 'ledger-us-east-2');
  before('install-us-east-2', 'service-us-east-2');
  before('data-us-east-2', 'install-us-east-1');
});

test('deployment: every template -> within what CloudFormation takes', () => {
  for (const template of standard.templates.values()) {
    expect(Object.keys(template.Resources ?? {}).length).toBeLessThanOrEqual(500);
    expect(text(template).length).toBeLessThan(1_000_000);
  }
});

test('R8: the longest suffix -> every name within what its service takes', () => {
  const long = assemblyOf({ ...configurations['default'], environmentSuffix: 'a2345678-012' });
  const most = { RoleName: 64, FunctionName: 64, BucketName: 63, DBClusterIdentifier: 63, DBInstanceIdentifier: 63, QueueName: 80, StateMachineName: 80, SecurityGroupName: 255, AlarmName: 255 } as const;
  const tooLong = resourcesOf(long).flatMap(({ Properties = {} }) => Object.entries(most).map(([key, characters]) => ({ name: Properties[key], characters })))
    .filter(({ name, characters }) => typeof name === 'string' && name.length > characters);
  expect(tooLong).toEqual([]);
});
