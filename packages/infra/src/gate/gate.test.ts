// The gate bites. That every shape passes it is a step of `npm run check`, which takes a minute.
import { aws_dynamodb as dynamodb, aws_iam as iam, aws_route53 as route53, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { base } from '../test-support.ts';
import { accepted } from './accepted.ts';
import { acceptanceOf, findingsOf } from './gate.ts';
import type { Finding } from './gate.ts';

const stackIn = (app: App): Stack => new Stack(app, 'planted', { env: { account: base.account, region: 'us-east-2' } });

const planted = (findings: readonly Finding[]): readonly string[] => findings.filter(({ path }) => path.startsWith('planted/')).map(({ rule }) => rule);

test('gate: a strong table with a time to live, a record without a check, a value that no enumeration holds, planted -> each is found', { timeout: 120_000 }, () => {
  const found = findingsOf(base, {
    packs: false,
    plant: (app) => {
      const stack = stackIn(app);
      new dynamodb.CfnGlobalTable(stack, 'Table', {
        multiRegionConsistency: 'STRONG', replicas: [{ region: 'us-east-1' }, { region: 'us-east-2' }], attributeDefinitions: [{ attributeName: 'pk', attributeType: 'S' }], keySchema: [{ attributeName: 'pk', keyType: 'HASH' }],
        billingMode: 'FREE', timeToLiveSpecification: { enabled: true, attributeName: 'ttl' },
      });
      new route53.CfnRecordSet(stack, 'Record', { hostedZoneId: 'Z0123456789ABC', name: 'api.example.com', type: 'CNAME', ttl: '10', failover: 'PRIMARY', setIdentifier: 'a', resourceRecords: ['b.example.com'] });
    },
  });
  const rules = planted(found).join(' ');
  for (const rule of ['STRONG_TABLE_HAS_NO_TTL', 'STRONG_TABLE_HAS_A_WITNESS', 'FAILOVER_RECORD_IS_CHECKED', 'W3030']) expect(rules).toContain(rule);
  // Beside what was planted there is nothing: the default deployment has no finding.
  expect(found.filter(({ path }) => !path.startsWith('planted/'))).toEqual([]);
});

test('gate: a bucket open to plain HTTP and a role that may do anything, planted -> found by the packs, and not accepted', { timeout: 240_000 }, () => {
  const found = findingsOf(base, {
    packs: true,
    plant: (app) => {
      const stack = stackIn(app);
      new s3.CfnBucket(stack, 'Bucket', { bucketName: 'understudy-planted-dev' });
      new iam.Role(stack, 'Anything', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { All: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['*'], resources: ['*'] })] }) } });
    },
  });
  const open = found.filter((finding) => !acceptanceOf(finding));
  expect(open.length).toBeGreaterThan(2);
  expect(open.every(({ path }) => path.startsWith('planted/'))).toBe(true);
});

test('gate: every acceptance -> says why', () => {
  for (const { because } of accepted) expect(because.length).toBeGreaterThan(15);
});
