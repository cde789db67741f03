// The gate bites. That every shape passes it is a step of `npm run check`, which takes a minute.
import { aws_dynamodb as dynamodb, aws_iam as iam, aws_route53 as route53, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { beforeAll, expect, test } from 'vitest';
import { base } from '../test-support.ts';
import { accepted } from './accepted.ts';
import { acceptanceOf, findingsOf } from './gate.ts';
import type { Finding } from './gate.ts';

/** As the packs of cdk-nag name themselves: they find what is accepted by name, place and reason. */
const packs: readonly string[] = ['AwsSolutions', 'NIST.800.53.R5', 'PCI.DSS.321'];

/** One synthesis, which takes seconds, with everything planted in it. */
const plant = (app: App): void => {
  const stack = new Stack(app, 'planted', { env: { account: base.account, region: 'us-east-2' } });
  new dynamodb.CfnGlobalTable(stack, 'Table', {
    multiRegionConsistency: 'STRONG', replicas: [{ region: 'us-east-1' }, { region: 'us-east-2' }], attributeDefinitions: [{ attributeName: 'pk', attributeType: 'S' }], keySchema: [{ attributeName: 'pk', keyType: 'HASH' }],
    billingMode: 'FREE', timeToLiveSpecification: { enabled: true, attributeName: 'ttl' },
  });
  new route53.CfnRecordSet(stack, 'Record', { hostedZoneId: 'Z0123456789ABC', name: 'api.example.com', type: 'CNAME', ttl: '10', failover: 'PRIMARY', setIdentifier: 'a', resourceRecords: ['b.example.com'] });
  new s3.CfnBucket(stack, 'Bucket', { bucketName: 'understudy-planted-dev' });
  new iam.Role(stack, 'Anything', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { All: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['*'], resources: ['*'] })] }) } });
};

let found: readonly Finding[];
beforeAll(() => {
  found = findingsOf(base, { packs: true, plant });
}, 240_000);

const at = (...ids: readonly string[]): readonly Finding[] => found.filter(({ path }) => ids.some((id) => path.startsWith(`planted/${id}`)));

test('gate: a strong table with a time to live, a record without a check, a value that no enumeration holds, planted -> each is found', () => {
  const rules = at('Table', 'Record').map(({ rule }) => rule).join(' ');
  for (const rule of ['STRONG_TABLE_HAS_NO_TTL', 'STRONG_TABLE_HAS_A_WITNESS', 'FAILOVER_RECORD_IS_CHECKED', 'W3030']) expect(rules).toContain(rule);
});

test('gate: a bucket open to plain HTTP and a role that may do anything, planted -> found by the packs, and not accepted', () => {
  const open = at('Bucket', 'Anything').filter((finding) => !acceptanceOf(finding));
  expect(open.length).toBeGreaterThan(2);
});

test('gate: beside what was planted -> no finding that is not accepted, and of CloudFormation\'s rules and ours none at all', () => {
  const others = found.filter(({ path }) => !path.startsWith('planted/'));
  expect(others.filter((finding) => !acceptanceOf(finding))).toEqual([]);
  expect(others.filter(({ pack }) => !packs.includes(pack))).toEqual([]);
});

test('gate: every acceptance -> says why', () => {
  for (const { because } of accepted) expect(because.length).toBeGreaterThan(15);
});
