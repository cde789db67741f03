// Least privilege, compared both ways: what a role allows with what the bundled code calls, and the resources that it
// allows with those that the function's own variables name.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bundleFunctions } from '@understudy/functions/bundle';
import { functions } from '@understudy/functions/manifest';
import { allowedOf, flat, roleOf, statementsOf } from './policies.test-support.ts';
import type { AllowedPair } from './policies.test-support.ts';
import { Names } from './names.ts';
import { assemblyOf, base, configurations, resourcesOf } from './test-support.ts';

const standard = assemblyOf(configurations['default'] ?? {});
const names = new Names(base);
const REGION = 'us-east-2';

const allowedTo = (name: string): readonly AllowedPair[] => allowedOf(roleOf(standard, names.inAccount(name, REGION)));

let bundles: Readonly<Record<string, string>>;
beforeAll(async () => {
  bundles = await bundleFunctions(resolve('.bundles'));
});

/** Operations of AWS that are left in a bundle once everything unused is shaken out of it: commands of the SDK's clients, and calls of those services that are asked without it. */
const operationsIn = (name: string): ReadonlySet<string> =>
  new Set([...readFileSync(bundles[name] ?? '', 'utf8').matchAll(/(?:class extends [\w$]+\([\w$]+,[\w$]+,|\.call\()"([A-Z]\w+)"/g)].map((match) => match[1] ?? ''));

/** What each operation needs. One that is not known here is an error. */
const actionOf: Readonly<Record<string, string>> = {
  GetItem: 'dynamodb:GetItem', PutItem: 'dynamodb:PutItem', UpdateItem: 'dynamodb:UpdateItem', DeleteItem: 'dynamodb:DeleteItem', Query: 'dynamodb:Query', Scan: 'dynamodb:Scan',
  GetObject: 's3:GetObject', HeadObject: 's3:GetObject', PutObject: 's3:PutObject', ListObjectsV2: 's3:ListBucket',
  SendMessage: 'sqs:SendMessage', Publish: 'sns:Publish', PublishBatch: 'sns:Publish', StartExecution: 'states:StartExecution',
  FailoverGlobalCluster: 'rds:FailoverGlobalCluster', SwitchoverGlobalCluster: 'rds:SwitchoverGlobalCluster', DescribeGlobalClusters: 'rds:DescribeGlobalClusters',
};

/** Done by Lambda, its extension or the ledger's own protocol, and not by a client of AWS in the bundle. */
const notByClient = /^(logs|xray|ec2|kms|rds-db|secretsmanager):|^sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/;

/**
 * Of the table an adapter's class holds more calls than one function makes, and a bundle holds classes whole: that a
 * function lacks none of those that it makes is seen where it runs. The twin's table denies what no right of the calling
 * function allows, by the very map that the roles are made from, and a denial fails the test or drill that caused it. Of
 * all other services it is seen here.
 */
const ofWholeClasses = /^dynamodb:/;

interface Apart {
  readonly unneeded: readonly string[];
  readonly missing: readonly string[];
}

const compare = (allowed: readonly string[], operations: Iterable<string>): Apart => {
  const may = new Set(allowed.filter((action) => !notByClient.test(action)));
  const does = new Set([...operations].map((operation) => actionOf[operation] ?? `an action for ${operation}`));
  return { unneeded: [...may].filter((action) => !does.has(action)), missing: [...does].filter((action) => !may.has(action) && !ofWholeClasses.test(action)) };
};

const same: Apart = { unneeded: [], missing: [] };

test.each(functions)('R7: $name -> may do what its code does, and nothing else', ({ name, kind }) => {
  const allowed = allowedTo(name).map(({ action }) => action);
  expect(compare(allowed, operationsIn(name))).toEqual(same);
  expect(allowed.some((action) => action.startsWith('sqs:Receive'))).toBe(kind === 'queue');
});

test.each(['dynamodb:Scan', 'dynamodb:DeleteTable', 'rds:FailoverGlobalCluster', 's3:PutObject', 'sqs:PurgeQueue'])('R7: %s for a function that does not do it, planted -> found', (action) => {
  const allowed = allowedTo('health').map((pair) => pair.action);
  expect(compare([...allowed, action], operationsIn('health'))).toEqual({ unneeded: [action], missing: [] });
});

test('R7: an action that its code needs, taken away; an operation that nobody has thought of, planted -> both are found', () => {
  const allowed = allowedTo('accept').map((pair) => pair.action);
  expect(compare(allowed.filter((action) => action !== 'sqs:SendMessage'), operationsIn('accept'))).toEqual({ unneeded: [], missing: ['sqs:SendMessage'] });
  expect(compare(allowed, [...operationsIn('accept'), 'TransactWriteItems'])).toEqual({ unneeded: [], missing: ['an action for TransactWriteItems'] });
});

/** What a function is told of the world, literal parts only. */
const toldTo = (name: string): string => {
  const found = resourcesOf(standard, 'AWS::Lambda::Function').find(({ stack, Properties }) => Properties?.['FunctionName'] === names.of(name) && stack.endsWith(REGION));
  const { Variables = {} } = (found?.Properties?.['Environment'] ?? {}) as { readonly Variables?: Readonly<Record<string, unknown>> };
  // What CloudFormation fills in when it deploys is an address or a secret, and names nothing that a role could.
  return Object.entries(Variables).filter(([key]) => key !== 'USAGE_SET').map(([, value]) => flat(value)).join(' ').replaceAll(/\{\{resolve:[^}]+\}\}|\?Fn::\w+ [^}\]]*[}\]]/g, '');
};

const OURS = /understudy[-_](?:[a-z0-9-]+-)?dev/g;
/** By Lambda for the function: its log, and the queue that it is called from, which stand in no variable. */
const byLambda = /^(logs|kms|xray|ec2):|^sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/;

const compareResources = (allowed: readonly AllowedPair[], told: string): Apart => {
  const may = new Set(allowed.filter(({ action }) => !byLambda.test(action)).flatMap(({ resource }) => resource.match(OURS) ?? [resource]));
  const knows = new Set(told.match(OURS) ?? []);
  return { unneeded: [...may].filter((one) => !knows.has(one)), missing: [...knows].filter((one) => !may.has(one)) };
};

test.each(functions)('R7: $name -> is allowed the resources that it is told of, and no others', ({ name }) => {
  expect(compareResources(allowedTo(name), toldTo(name))).toEqual(same);
});

test('R7: a resource that a function is not told of, one that it is told of and may not touch, planted -> both are found', () => {
  const [allowed, told] = [allowedTo('accept'), toldTo('accept')];
  expect(compareResources([...allowed, { action: 'sqs:SendMessage', resource: names.queue('notices', REGION) }], told)).toEqual({ unneeded: [names.of('notices')], missing: [] });
  expect(compareResources(allowed, `${told} ${names.topic('alerts', REGION)}`)).toEqual({ unneeded: [], missing: [names.of('alerts')] });
});

/** Those that keep their data under the environment's key. */
const encrypting = ['dynamodb', 'sqs', 'sns', 's3', 'secretsmanager'];

test.each(functions)('R7: $name -> may use the key through the services that it uses, and through no other', ({ name }) => {
  const used = new Set(allowedTo(name).map(({ action }) => action.split(':')[0] ?? '').filter((service) => encrypting.includes(service)));
  const statements = statementsOf(roleOf(standard, names.inAccount(name, REGION))).filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
  const through = statements.flatMap(({ Condition }) => (Condition as { readonly StringEquals: { readonly 'kms:ViaService': readonly string[] } }).StringEquals['kms:ViaService']);
  expect(statements).toHaveLength(1);
  expect(new Set(through.map((host) => host.split('.')[0]))).toEqual(used);
});

/** AWS knows no resources for these. */
const withoutResources = /^(xray:|ec2:)/;
const tooBroad = (allowed: readonly AllowedPair[]): readonly AllowedPair[] => allowed.filter(({ action, resource }) => !withoutResources.test(action) && (action.includes('*') || resource === '*'));

test.each(functions)('R7: $name -> a wildcard stands only where AWS knows no resource, or within one thing', ({ name }) => {
  expect(tooBroad(allowedTo(name))).toEqual([]);
});

test('R7: any action on a table, an action on anything, planted -> both are found', () => {
  expect(tooBroad([{ action: 'dynamodb:*', resource: names.table(REGION) }, { action: 'sns:Publish', resource: '*' }, { action: 'xray:PutTraceSegments', resource: '*' }])).toHaveLength(2);
});

test('R7: its log -> its own and no other', () => {
  for (const { name } of functions) {
    const logs = allowedTo(name).filter(({ action }) => action.startsWith('logs:'));
    expect(logs.map(({ action }) => action)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    expect(new Set(logs.map(({ resource }) => resource)).size).toBe(1);
  }
});

test('R7: what only Lambda itself may do in the network -> denied to the function\'s code', () => {
  const [deny] = statementsOf(roleOf(standard, names.inAccount('accept', REGION))).filter(({ Effect }) => Effect === 'Deny');
  expect(deny).toMatchObject({ Condition: { ArnEquals: { 'lambda:SourceFunctionArn': names.functionArn('accept', REGION) } } });
});
