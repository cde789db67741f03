// The functions as they are deployed against the manifest they are derived from, in both directions.
import { expect, test } from 'vitest';
import { authorizerTtlS, everyMs, functions, gatewayResponses, merchantLimit, nightly, queues, readConfig, regions, reservedInstances, stageLimit, usageKeysOf, witnessRegion } from '@understudy/functions/manifest';
import type { FunctionSpec, QueueSettings } from '@understudy/functions/manifest';
import { environmentOf, knownVariables } from './constructs/environment.ts';
import { grantOf, knownRights } from './constructs/rights.ts';
import { readDeployment } from './config/config.ts';
import { Names } from './names.ts';
import { queueOf } from './queues.ts';
import { checkKinds } from './stacks/service.stack.ts';
import { assemblyOf, base, configurations, resourcesOf } from './test-support.ts';
import type { Found } from './test-support.ts';

const standard = assemblyOf(configurations['default'] ?? {});
const deployment = readDeployment(base);
const names = new Names(deployment);
const place = { deployment, region: 'us-east-2' } as const;

const deployed = (name: string, region: string): Found => {
  const found = resourcesOf(standard, 'AWS::Lambda::Function').find(({ stack, Properties }) => Properties?.['FunctionName'] === names.of(name) && stack.endsWith(region));
  if (!found) throw new Error(`${name} is not deployed in ${region}`);
  return found;
};

type Properties = Found['Properties'];

/** What of a deployed function is other than its row in the manifest, by which the twin runs it. */
const otherThan = (properties: Properties = {}, { timeoutMs, memoryMb }: Pick<FunctionSpec, 'timeoutMs' | 'memoryMb'>): readonly string[] =>
  Object.entries({ Timeout: timeoutMs / 1000, MemorySize: memoryMb, Runtime: 'nodejs24.x', Handler: 'index.handler' }).filter(([key, value]) => properties[key] !== value).map(([key]) => key);

test('manifest: every function -> deployed in both regions with its timeout and memory, and nothing else is', () => {
  for (const region of regions) {
    for (const { name, timeoutMs, memoryMb } of functions) expect(otherThan(deployed(name, region).Properties, { timeoutMs, memoryMb })).toEqual([]);
    const own = resourcesOf(standard, 'AWS::Lambda::Function').filter(({ stack, Properties }) => stack.endsWith(region) && Properties?.['FunctionName'] !== undefined);
    expect(own).toHaveLength(functions.length);
  }
  expect(resourcesOf(standard, 'AWS::Lambda::Function').filter(({ stack }) => stack.endsWith(witnessRegion)).map(({ Properties }) => Properties?.['FunctionName'])).toEqual(functions.filter(({ witness }) => witness).map(({ name }) => names.of(name)));
});

test('manifest: every variable, right and kind that a function names -> means something here', () => {
  expect(functions.flatMap(({ variables, witness }) => [...variables, ...(witness?.variables ?? [])]).filter((name) => !knownVariables.includes(name))).toEqual([]);
  expect(functions.flatMap(({ rights, witness }) => [...rights, ...(witness?.rights ?? [])]).filter((right) => !knownRights.includes(right))).toEqual([]);
  checkKinds(functions);
});

test('manifest: an unknown variable, right, kind or queue -> an error by its name', () => {
  expect(() => environmentOf(['COLOUR'], { place, names })).toThrow('the variable COLOUR has no value on AWS yet');
  expect(() => grantOf('table:burn', { place, names })).toThrow('the right table:burn means nothing on AWS yet');
  expect(() => checkKinds([{ name: 'stroll', kind: 'walk' }])).toThrow('the function stroll is of the kind walk');
  expect(() => queueOf('stroll')).toThrow('the function stroll takes from a queue');
});

test.each(functions)('manifest: $name -> its environment holds the variables it names and no other', ({ name, variables }) => {
  const { Variables = {} } = (deployed(name, 'us-east-2').Properties?.['Environment'] ?? {}) as { readonly Variables?: Record<string, unknown> };
  const platform = /^(NODE_EXTRA_CA_CERTS|AWS_\w+|PARAMETERS_SECRETS_\w+|SECRETS_MANAGER_\w+|SSM_\w+)$/;
  expect(Object.keys(Variables).filter((one) => !platform.test(one) && !variables.some((variable) => variable === one))).toEqual([]);
  // Endpoints, policies and timings are left out where AWS's own or the defaults hold.
  expect(variables.filter((one) => !(one in Variables) && !/_ENDPOINT$|^(TIMINGS|PAYMENT_POLICY|WEBHOOK_TARGETS)$/.test(one))).toEqual([]);
});

/** Values that are known only once deployed, as AWS would fill them in. */
const filledIn = (value: unknown): string => {
  if (typeof value === 'string') return value.replace(/\{\{resolve:[^}]+\}\}/g, 'resolved.example.com');
  const [[name, of]] = Object.entries(value as object) as [[string, unknown]];
  return name === 'Fn::Join' ? filledIn((of as readonly [string, readonly unknown[]])[1].map(filledIn).join('')) : 'known-when-deployed.example.com';
};

const variablesOf = (name: string, region: string): Readonly<Record<string, string>> => {
  const { Variables = {} } = (deployed(name, region).Properties?.['Environment'] ?? {}) as { readonly Variables?: Record<string, unknown> };
  return Object.fromEntries(Object.entries(Variables).map(([key, value]) => [key, filledIn(value)]));
};

test.each(functions)('manifest: $name -> starts on the environment it is given, in every region it runs in', ({ name, variables, witness }) => {
  for (const region of regions) expect(() => readConfig(name, variables, variablesOf(name, region))).not.toThrow();
  if (witness) expect(() => readConfig(name, witness.variables, variablesOf(name, witnessRegion))).not.toThrow();
});

test('A1 A2 A3 A4: every route -> one method, with the authorizer and a usage key where it names a scope', () => {
  for (const region of regions) {
    const methods = resourcesOf(standard, 'AWS::ApiGateway::Method').filter(({ stack }) => stack.endsWith(region));
    const wanted = functions.flatMap(({ routes = [] }) => routes);
    expect(methods).toHaveLength(wanted.length);
    const open = wanted.filter(({ scope }) => scope === null).length;
    expect(methods.filter(({ Properties }) => Properties?.['AuthorizationType'] === 'NONE')).toHaveLength(open);
    expect(methods.filter(({ Properties }) => Properties?.['AuthorizationType'] === 'CUSTOM' && Properties['ApiKeyRequired'] === true)).toHaveLength(wanted.length - open);
  }
});

test('A5 A7: the stage, its authorizer, its answers and the merchants\' limit -> the figures of the manifest; no bodies are logged', () => {
  const [stage] = resourcesOf(standard, 'AWS::ApiGateway::Stage');
  const settings = stage?.Properties?.['MethodSettings'] as readonly Readonly<Record<string, unknown>>[];
  expect(stage?.Properties?.['StageName']).toBe('prod');
  expect(settings.find(({ ResourcePath }) => ResourcePath === '/*')).toMatchObject({ ThrottlingRateLimit: stageLimit.perSecond, ThrottlingBurstLimit: stageLimit.burst, LoggingLevel: 'INFO', MetricsEnabled: true, DataTraceEnabled: false });
  expect(settings.some(({ DataTraceEnabled }) => DataTraceEnabled === true)).toBe(false);
  expect(resourcesOf(standard, 'AWS::ApiGateway::Authorizer')[0]?.Properties).toMatchObject({ Type: 'REQUEST', AuthorizerResultTtlInSeconds: authorizerTtlS, IdentitySource: 'method.request.header.Authorization' });
  expect(resourcesOf(standard, 'AWS::ApiGateway::GatewayResponse')).toHaveLength(2 * Object.keys(gatewayResponses).length);
  expect(resourcesOf(standard, 'AWS::ApiGateway::UsagePlan')[0]?.Properties?.['Throttle']).toEqual({ RateLimit: merchantLimit.perSecond, BurstLimit: merchantLimit.burst });
  const set = variablesOf('authorize', 'us-east-2')['USAGE_SET'] ?? '';
  const values = resourcesOf(standard, 'AWS::ApiGateway::ApiKey').filter(({ stack }) => stack.endsWith('us-east-2')).map(({ Properties }) => String(Properties?.['Value']));
  expect(values).toEqual(usageKeysOf(set));
  expect(resourcesOf(standard, 'AWS::ApiGateway::UsagePlanKey')).toHaveLength(2 * values.length);
});

test('A7: the firewall -> lets health through before all else', () => {
  const rules = resourcesOf(standard, 'AWS::WAFv2::WebACL')[0]?.Properties?.['Rules'] as readonly { readonly Name: string; readonly Priority: number; readonly Action?: unknown }[];
  expect([...rules].sort((a, b) => a.Priority - b.Priority)[0]).toMatchObject({ Name: 'health', Action: { Allow: {} } });
  expect(resourcesOf(standard, 'AWS::WAFv2::WebACLAssociation')).toHaveLength(2);
});

/** The same of a queue and of what takes from it. */
const otherQueueThan = (queue: Properties = {}, source: Properties = {}, { batchMax, batchWindowMs, visibilityTimeoutMs, receiveCountMax }: QueueSettings): readonly string[] => {
  const window = source['MaximumBatchingWindowInSeconds'] ?? 0;
  const retries = (queue['RedrivePolicy'] as { readonly maxReceiveCount?: number } | undefined)?.maxReceiveCount;
  const pairs = { BatchSize: [source['BatchSize'], batchMax], Window: [window, batchWindowMs / 1000], VisibilityTimeout: [queue['VisibilityTimeout'], visibilityTimeoutMs / 1000], Retries: [retries, receiveCountMax] };
  return Object.entries(pairs).filter(([, [found, wanted]]) => found !== wanted).map(([key]) => key);
};

const queueOfTest = (name: string): { readonly queue: Properties; readonly source: Properties } => ({
  queue: resourcesOf(standard, 'AWS::SQS::Queue').find(({ stack, Properties }) => stack.endsWith('us-east-2') && Properties?.['QueueName'] === names.of(queueOf(name).queue))?.Properties,
  source: resourcesOf(standard, 'AWS::Lambda::EventSourceMapping').find(({ stack, id }) => stack.endsWith('us-east-2') && id.startsWith(name))?.Properties,
});

test.each(Object.entries(queues))('manifest: the queue of %s -> batches, waits and gives up as in the twin', (name, settings) => {
  const { queue, source } = queueOfTest(name);
  expect(otherQueueThan(queue, source, settings)).toEqual([]);
});

test('manifest: a function with more time or memory than in the twin, planted -> found', () => {
  const [spec] = functions.filter(({ name }) => name === 'settle');
  if (!spec) throw new Error('there is no settle');
  const { Properties } = deployed('settle', 'us-east-1');
  expect(otherThan({ ...Properties, Timeout: 900 }, spec)).toEqual(['Timeout']);
  expect(otherThan({ ...Properties, MemorySize: 128 }, spec)).toEqual(['MemorySize']);
});

test('manifest: a queue with larger batches, one that gives up sooner, planted -> found', () => {
  const { queue, source } = queueOfTest('settle');
  const settings = queues['settle'] as QueueSettings;
  expect(otherQueueThan(queue, { ...source, BatchSize: 100 }, settings)).toEqual(['BatchSize']);
  expect(otherQueueThan({ ...queue, RedrivePolicy: { maxReceiveCount: 1 } }, source, settings)).toEqual(['Retries']);
});

test('P9 R4: the queues -> settings of the manifest, a dead-letter queue each, and a visibility of at least six times the function\'s time', () => {
  for (const [name, settings] of Object.entries(queues)) {
    const { queue } = queueOf(name);
    const found = resourcesOf(standard, 'AWS::SQS::Queue').filter(({ Properties }) => Properties?.['QueueName'] === names.of(queue));
    expect(found).toHaveLength(2);
    expect(found[0]?.Properties).toMatchObject({ VisibilityTimeout: settings.visibilityTimeoutMs / 1000, MessageRetentionPeriod: 345_600, RedrivePolicy: { maxReceiveCount: settings.receiveCountMax } });
    expect(settings.visibilityTimeoutMs).toBeGreaterThanOrEqual(6 * (functions.find((spec) => spec.name === name)?.timeoutMs ?? Infinity));
  }
  const sources = resourcesOf(standard, 'AWS::Lambda::EventSourceMapping').filter(({ stack }) => stack.endsWith('us-east-2'));
  expect(sources.map(({ Properties }) => Properties?.['BatchSize'])).toEqual(functions.filter(({ kind }) => kind === 'queue').map(({ name }) => queues[name]?.batchMax));
  expect(sources.every(({ Properties }) => JSON.stringify(Properties?.['FunctionResponseTypes']) === '["ReportBatchItemFailures"]')).toBe(true);
});

test('rhythm: every scheduled function -> called at its interval, with one instance', () => {
  const text = JSON.stringify([...resourcesOf(standard, 'AWS::StepFunctions::StateMachine'), ...resourcesOf(standard, 'AWS::Scheduler::Schedule')]);
  for (const { name, kind } of functions.filter((spec) => spec.kind === 'schedule')) {
    expect([name, kind, everyMs[name] !== undefined]).toEqual([name, 'schedule', true]);
    expect(deployed(name, 'us-east-1').Properties?.['ReservedConcurrentExecutions']).toBe(1);
    expect(text).toContain(`${name}Live`);
  }
  for (const name of Object.keys(nightly)) expect(resourcesOf(standard, 'AWS::Scheduler::Schedule').filter(({ Properties }) => Properties?.['Name'] === names.of(`${name}-nightly`))).toHaveLength(2);
});

test('R10: by default no concurrency is reserved -> but for what may run once at a time, and for health', () => {
  const reserved = functions.filter(({ name }) => deployed(name, 'us-east-1').Properties?.['ReservedConcurrentExecutions'] !== undefined).map(({ name }) => name);
  expect(reserved).toEqual(functions.filter(({ name, kind }) => kind === 'schedule' || name in reservedInstances).map(({ name }) => name));
});
