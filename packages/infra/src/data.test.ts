// What is stored, where, and under which promises.
import { expect, test } from 'vitest';
import { journalTable, regions } from '@understudy/functions/manifest';
import { Names } from './names.ts';
import { assemblyOf, base, configurations, resourcesOf } from './test-support.ts';
import type { Resource } from './test-support.ts';

const standard = assemblyOf(configurations['default'] ?? {});
const names = new Names(base);
const tableOf = (assembly: typeof standard, thing: string): NonNullable<Resource['Properties']> =>
  resourcesOf(assembly, 'AWS::DynamoDB::GlobalTable').find(({ Properties }) => Properties?.['TableName'] === names.of(thing))?.Properties ?? {};

test('R1: the journal -> strongly consistent over two replicas and a witness, with the very keys and indexes of the adapters', () => {
  const journal = tableOf(standard, 'journal');
  expect(journal).toMatchObject({
    MultiRegionConsistency: 'STRONG', GlobalTableWitnesses: [{ Region: 'us-west-2' }], BillingMode: 'PAY_PER_REQUEST', StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    KeySchema: journalTable.KeySchema, GlobalSecondaryIndexes: (journalTable.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })),
  });
  expect((journal['Replicas'] as readonly { readonly Region: string; readonly PointInTimeRecoverySpecification: object }[]).map(({ Region, PointInTimeRecoverySpecification }) => [Region, PointInTimeRecoverySpecification])).toEqual(
    expect.arrayContaining(regions.map((region) => [region, expect.objectContaining({ PointInTimeRecoveryEnabled: true }) as unknown])),
  );
  expect(journal['AttributeDefinitions']).toHaveLength(journalTable.AttributeDefinitions?.length ?? 0);
  expect(journal).not.toHaveProperty('TimeToLiveSpecification');
});

test('R1: consistency eventual -> no witness', () => {
  const journal = tableOf(assemblyOf(configurations['eventual'] ?? {}), 'journal');
  expect(journal).not.toHaveProperty('GlobalTableWitnesses');
  expect(journal['MultiRegionConsistency']).not.toBe('STRONG');
});

test('P10: sessions -> a replicated table that forgets by itself', () => {
  const sessions = tableOf(standard, 'sessions');
  expect(sessions['TimeToLiveSpecification']).toMatchObject({ Enabled: true });
  expect(sessions['Replicas']).toHaveLength(2);
});

test('global data -> owned by a stack of us-east-2, so that it can be changed while us-east-1 is away', () => {
  const owned = resourcesOf(standard).filter(({ Type }) => /GlobalTable$|SecretsManager::Secret$|KMS::Key$/.test(Type));
  expect(new Set(owned.map(({ stack }) => stack))).toEqual(new Set(['key-us-east-2', 'data-us-east-2']));
});

test('R2: the ledger -> one global database, two clusters alike; the second has no owner of its own', () => {
  const clusters = resourcesOf(standard, 'AWS::RDS::DBCluster');
  expect(clusters.map(({ stack }) => stack)).toEqual(['ledger-us-east-1', 'ledger-us-east-2']);
  const own = ['DatabaseName', 'MasterUsername', 'MasterUserPassword'];
  expect(own.map((key) => clusters.map(({ Properties = {} }) => key in Properties))).toEqual([[true, false], [true, false], [true, false]]);
  for (const { Properties } of clusters) {
    expect(Properties).toMatchObject({ Engine: 'aurora-postgresql', EngineVersion: '17.9', EnableIAMDatabaseAuthentication: true, GlobalClusterIdentifier: names.of('ledger'), ServerlessV2ScalingConfiguration: { MinCapacity: 1, MaxCapacity: 32 } });
    expect(JSON.stringify(Properties)).not.toMatch(/"ManageMasterUserPassword"/);
  }
  expect(resourcesOf(standard, 'AWS::RDS::DBInstance').every(({ Properties }) => Properties?.['PubliclyAccessible'] === false && Properties['MonitoringInterval'] === 60)).toBe(true);
});

test('R2: another engine -> the same in both clusters, their parameters and the global database', () => {
  const assembly = assemblyOf(configurations['engine 14'] ?? {});
  expect([...resourcesOf(assembly, 'AWS::RDS::DBCluster'), ...resourcesOf(assembly, 'AWS::RDS::GlobalCluster')].map(({ Properties }) => Properties?.['EngineVersion'])).toEqual(['14.22', '14.22', '14.22']);
  expect(resourcesOf(assembly, 'AWS::RDS::DBClusterParameterGroup').map(({ Properties }) => Properties?.['Family'])).toEqual(['aurora-postgresql14', 'aurora-postgresql14']);
});

test('R3: networks -> three zones, ranges that do not overlap, the ledger without a way out, and a peering with its routes', () => {
  expect(resourcesOf(standard, 'AWS::EC2::VPC').map(({ Properties }) => String(Properties?.['CidrBlock'])).sort()).toEqual(['10.0.0.0/16', '10.1.0.0/16']);
  for (const region of regions) expect(resourcesOf(standard, 'AWS::EC2::Subnet').filter(({ stack }) => stack === `network-${region}`)).toHaveLength(9);
  expect(resourcesOf(standard, 'AWS::EC2::Subnet').some(({ Properties }) => Properties?.['MapPublicIpOnLaunch'] === true)).toBe(false);
  const nat = resourcesOf(standard, 'AWS::EC2::Route').filter(({ Properties }) => Properties?.['NatGatewayId'] !== undefined);
  expect(nat.every(({ id }) => id.includes('functions'))).toBe(true);
  expect(resourcesOf(standard, 'AWS::EC2::VPCPeeringConnection')).toHaveLength(1);
  for (const region of regions) expect(resourcesOf(standard, 'AWS::EC2::Route').filter(({ stack }) => stack === `links-${region}`)).toHaveLength(6);
});

test('R3: the ledger\'s port -> open to functions that list it among their rights, and to the other region\'s network', () => {
  const into = resourcesOf(standard, 'AWS::EC2::SecurityGroupIngress');
  expect(into.every(({ Properties }) => Properties?.['FromPort'] === 5432 && Properties['ToPort'] === 5432)).toBe(true);
  expect(into.filter(({ Properties }) => Properties?.['CidrIp'] !== undefined).map(({ stack, Properties }) => [stack, Properties?.['CidrIp']])).toEqual([['links-us-east-1', '10.1.0.0/16'], ['links-us-east-2', '10.0.0.0/16']]);
});

test('R4: alerts -> heard in both regions, wherever they are raised', () => {
  const heard = resourcesOf(standard, 'AWS::SNS::Subscription').filter(({ Properties }) => String(Properties?.['Endpoint']).includes('alerts-inbox')).map(({ stack, Properties }) => `${stack} -> ${String(Properties?.['Endpoint']).split(':')[3]}`);
  expect(heard.sort()).toEqual(['us-east-1', 'us-east-2', 'us-west-2'].flatMap((from) => regions.map((to) => `messaging-${from} -> ${to}`)).sort());
});

test('P11: receipts -> kept in versions, copied both ways within a quarter of an hour', () => {
  const [copying, ...others] = resourcesOf(standard, 'AWS::S3::Bucket').filter(({ Properties }) => Properties?.['ReplicationConfiguration'] !== undefined);
  expect(others).toEqual([]);
  expect(copying?.stack).toBe('storage-us-east-1');
  expect(JSON.stringify(copying?.Properties)).toContain('"ReplicationTime":{"Status":"Enabled","Time":{"Minutes":15}}');
  expect(resourcesOf(standard, 'Custom::CopyBack').map(({ stack }) => stack)).toEqual(['links-us-east-2']);
  expect(resourcesOf(standard, 'AWS::S3::Bucket').every(({ Properties }) => JSON.stringify(Properties?.['VersioningConfiguration']) === '{"Status":"Enabled"}')).toBe(true);
});

test('R6: secrets -> replicated, and no template holds one', () => {
  const secrets = resourcesOf(standard, 'AWS::SecretsManager::Secret');
  expect(secrets).toHaveLength(3);
  expect(secrets.every(({ Properties }) => JSON.stringify(Properties?.['ReplicaRegions']).includes('us-east-1'))).toBe(true);
  expect(resourcesOf(standard, 'AWS::RDS::DBCluster')[0]?.Properties?.['MasterUserPassword']).toBe(`{{resolve:secretsmanager:${names.of('ledger-owner')}:SecretString:password::}}`);
});

test('O5: outputs -> the API, the tables, the queue, the bucket and the workflow', () => {
  const outputs = [...standard.templates.values()].flatMap(({ Outputs = {} }) => Object.keys(Outputs));
  expect(outputs).toEqual(expect.arrayContaining(['ApiUrl', 'JournalTable', 'SessionsTable', 'PaymentsQueueUrl', 'ReceiptsBucket', 'MoveStateMachine', 'HealthCheckId']));
});
