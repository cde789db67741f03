// The path of a failover: what it is made of, what it may call, and where.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { functions, regions, witnessRegion } from '@understudy/functions/manifest';
import { minuteOf } from './constructs/rhythm.ts';
import { moveWorkflow } from './constructs/move-workflow.ts';
import { Names } from './names.ts';
import { allowedOf, flat, roleOf } from './policies.test-support.ts';
import type { AllowedPair } from './policies.test-support.ts';
import { assemblyOf, base, configurations, resourcesOf } from './test-support.ts';

const standard = assemblyOf(configurations['default'] ?? {});
const names = new Names(base);
const machines = resourcesOf(standard, 'AWS::StepFunctions::StateMachine');

/** Published without its types. */
const validate = createRequire(import.meta.url)('asl-validator') as (definition: object) => { readonly isValid: boolean; readonly errors: readonly unknown[] };

const problems = (definition: object): readonly unknown[] => {
  const { isValid, errors } = validate(definition);
  return isValid ? [] : errors;
};

test('workflows: every definition -> valid, with valid expressions', () => {
  expect(machines).toHaveLength(7);
  expect(problems(moveWorkflow('arn:aws:lambda:us-east-2:111122223333:function:orchestrate:live'))).toEqual([]);
  expect(problems(minuteOf(10_000, ['arn:aws:lambda:us-east-2:111122223333:function:detect:live']))).toEqual([]);
});

test('workflows: a transition to nowhere, planted -> found', () => {
  const broken = JSON.parse(JSON.stringify(moveWorkflow('arn')).replace('"Next":"Wait"', '"Next":"Nowhere"').replace('"Default":"Wait"', '"Default":"Nowhere"')) as object;
  expect(problems(broken)).not.toEqual([]);
});

test('rhythm: an interval that does not divide a minute -> an error', () => {
  expect(() => minuteOf(7000, [])).toThrow('does not divide a minute');
});

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Arguments?: { readonly FunctionName?: unknown };
  readonly Branches?: readonly Definition[];
  readonly ItemProcessor?: Definition;
}

interface Definition {
  readonly States: Readonly<Record<string, State>>;
}

const statesOf = (definition: Definition): readonly State[] =>
  Object.values(definition.States).flatMap((state) => [state, ...(state.Branches ?? []).flatMap(statesOf), ...(state.ItemProcessor ? statesOf(state.ItemProcessor) : [])]);

test('F4 F6: the move workflow, which carries out failovers and the way back, in both regions -> calls one function of its own region and nothing else', () => {
  for (const region of regions) {
    const move = machines.find(({ stack, Properties }) => stack === `failover-${region}` && Properties?.['StateMachineName'] === names.of('move'));
    const tasks = statesOf(move?.Properties?.['Definition'] as Definition).filter(({ Type }) => Type === 'Task');
    expect(tasks.map(({ Resource }) => Resource)).toEqual(['arn:aws:states:::lambda:invoke']);
    // The function is this stack's own, by its alias.
    expect(flat(tasks[0]?.Arguments?.FunctionName)).toMatch(/orchestrateLive/);
    expect(standard.templates.get(`failover-${region}`)?.Resources).toBeDefined();
  }
});

/** Actions on data: what a service promises to keep up when its control plane is away. */
const onData = /^(dynamodb:(GetItem|PutItem|UpdateItem|Query|Scan)|sqs:SendMessage|sns:Publish|s3:(GetObject|PutObject|ListBucket)|rds-db:connect|kms:(Decrypt|GenerateDataKey)|states:StartExecution|lambda:InvokeFunction|secretsmanager:GetSecretValue|logs:(CreateLogStream|PutLogEvents)|xray:\w+)$/;
/** Done by the platform for whatever runs on it: plugging a function into its network, delivering a workflow's log. */
const byPlatform = /^(ec2:\w+|logs:(\w*LogDeliver\w+|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups))$/;

const controlOf = (pairs: readonly AllowedPair[]): readonly string[] => [...new Set(pairs.map(({ action }) => action))].filter((action) => !onData.test(action) && !byPlatform.test(action)).sort();

const rolesOnThePath = (region: string): readonly string[] =>
  resourcesOf(standard, 'AWS::IAM::Role').filter(({ stack }) => stack === `failover-${region}`).map(({ Properties }) => String(Properties?.['RoleName']));

test('F5: everything on the path of a failover -> asks no control plane but the database service\'s', () => {
  for (const region of regions) {
    const asked = rolesOnThePath(region).flatMap((name) => controlOf(allowedOf(roleOf(standard, name))));
    expect([...new Set(asked)].sort()).toEqual(['rds:DescribeGlobalClusters', 'rds:FailoverGlobalCluster', 'rds:SwitchoverGlobalCluster']);
    expect(rolesOnThePath(region).length).toBeGreaterThanOrEqual(5);
  }
  expect(rolesOnThePath(witnessRegion).flatMap((name) => controlOf(allowedOf(roleOf(standard, name))))).toEqual([]);
});

test.each(['route53:ChangeResourceRecordSets', 'lambda:UpdateEventSourceMapping', 'iam:PutRolePolicy', 'application-autoscaling:RegisterScalableTarget', 'lambda:PutFunctionConcurrency', 'states:UpdateStateMachine'])('F5: %s on the path, planted -> found', (action) => {
  expect(controlOf([{ action, resource: '*' }])).toEqual([action]);
});

test('F5: what a failover into a region calls of AWS -> lies in that region; only the table, the ledgers and the hints of both are touched', () => {
  const shared = /^(dynamodb|rds-db|rds|sqs|kms):/;
  for (const region of regions) {
    const other = regions.find((one) => one !== region) ?? '';
    const elsewhere = rolesOnThePath(region).flatMap((name) => allowedOf(roleOf(standard, name))).filter(({ action, resource }) => resource.includes(`:${other}:`) && !shared.test(action));
    expect(elsewhere).toEqual([]);
  }
});

test('F3: detectors in all three regions -> six times a minute; the witness starts nothing and holds nothing', () => {
  for (const region of [...regions, witnessRegion]) {
    const minute = machines.find(({ stack, Properties }) => stack === `failover-${region}` && String(Properties?.['StateMachineName']).includes('rhythm'));
    expect(JSON.stringify(minute?.Properties?.['Definition'])).toContain('[0,10,20,30,40,50]');
    expect(resourcesOf(standard, 'AWS::Scheduler::Schedule').find(({ stack }) => stack === `failover-${region}`)?.Properties?.['ScheduleExpression']).toBe('rate(1 minute)');
  }
  const witness = functions.find((spec) => spec.witness)?.name ?? '';
  expect(allowedOf(roleOf(standard, names.inAccount(witness, witnessRegion))).map(({ action }) => action)).not.toContain('states:StartExecution');
  expect(resourcesOf(standard).filter(({ stack, Type }) => stack.endsWith(witnessRegion) && /SQS|RDS|DynamoDB|EC2|ApiGateway/.test(Type))).toEqual([]);
});

test('F1 A6: with a domain -> failover records that stand from the first day, each with its region\'s own check', () => {
  const withDomain = assemblyOf(configurations['domain'] ?? {});
  const records = resourcesOf(withDomain, 'AWS::Route53::RecordSet').filter(({ Properties }) => Properties?.['SetIdentifier'] !== undefined);
  expect(records.map(({ Properties }) => [Properties?.['SetIdentifier'], Properties?.['Failover'], Properties?.['TTL'], Properties?.['Type'], Properties?.['HealthCheckId'] !== undefined])).toEqual([
    ['us-east-2', 'SECONDARY', '10', 'CNAME', true], ['us-east-1', 'PRIMARY', '10', 'CNAME', true],
  ]);
  const checks = resourcesOf(withDomain, 'AWS::Route53::HealthCheck');
  expect(checks).toHaveLength(2);
  expect(checks[0]?.Properties?.['HealthCheckConfig']).toMatchObject({ Type: 'HTTPS', Port: 443, ResourcePath: '/prod/health', RequestInterval: 10, FailureThreshold: 3, MeasureLatency: true });
});

test('F2: weighted by configuration -> 100 to 0, checked as well', () => {
  const records = resourcesOf(assemblyOf({ ...configurations['domain'], dns: { routing: 'weighted' } }), 'AWS::Route53::RecordSet').filter(({ Properties }) => Properties?.['SetIdentifier'] !== undefined);
  expect(records.map(({ Properties }) => [Properties?.['SetIdentifier'], Properties?.['Weight'], Properties?.['Failover']])).toEqual([['us-east-2', 0, undefined], ['us-east-1', 100, undefined]]);
});

test('F7: drills -> each stops by an alarm of its own region', () => {
  for (const { stack, Properties } of resourcesOf(standard, 'AWS::FIS::ExperimentTemplate')) {
    const stop = JSON.stringify(Properties?.['StopConditions']);
    expect(stop).toContain(`:${stack.replace('drill-', '')}:`);
    expect(stop).toContain(names.of('oldest-unposted'));
  }
});
