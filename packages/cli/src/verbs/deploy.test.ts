// Deploying and destroying with a CDK that only writes down what it is asked for: the order, and that a failure ends it.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDeployment, stacksInOrder } from '@understudy/infra';
import type { AssemblyManifest } from '@understudy/infra';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDesk } from '../desk.test-support.ts';
import { addressesOf } from './addresses.ts';
import { deployStacks, destroyStacks } from './deploy.ts';
import type { Assembly } from './deploy.ts';

const written = { environmentSuffix: 'dev', account: '111122223333', acquirer: { live: 'https://a.example.com', test: 'https://b.example.com' } };
const stack = (id: string, ...dependencies: readonly string[]) => [id, { type: 'aws:cloudformation:stack', environment: 'aws://111122223333/us-east-2', dependencies, properties: { stackName: `understudy-${id}-dev` } }] as const;

/** Written in another order than that of its dependencies. */
const manifest: AssemblyManifest = {
  artifacts: Object.fromEntries([stack('service-us-east-1', 'service-us-east-2'), stack('key-us-east-2'), stack('service-us-east-2', 'key-us-east-2', 'assets'), ['assets', { type: 'cdk:asset-manifest' }] as const]),
};
const inOrder = ['key-us-east-2', 'service-us-east-2', 'service-us-east-1'];

let folder: string;
let path: string | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-cdk-'));
  path = process.env['PATH'];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const assemblyOf = (more: object = {}): Assembly => ({ folder: '/templates', stacks: stacksInOrder(manifest), deployment: readDeployment({ ...written, ...more }) });

/** A `cdk` before all others on the path. */
function fakeCdk({ version = '2.1148.1', failsAt = 'none' } = {}): ReturnType<typeof testDesk>['environment'] {
  const log = join(folder, 'log');
  writeFileSync(join(folder, 'cdk'), `#!/bin/sh\nif [ "$1" = --version ]; then echo "${version} (build x)"; exit 0; fi\necho "$@" >> ${log}\nif [ "$2" = ${failsAt} ]; then exit 7; fi\n`);
  chmodSync(join(folder, 'cdk'), 0o755);
  return { PATH: `${folder}:${path ?? ''}` };
}

const asked = (): readonly string[] => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').trim().split('\n') : []);
const stacksAsked = (): readonly string[] => asked().map((line) => line.split(' ')[1] ?? '');

test('deploy: agreed to -> every stack by itself, in the order of its dependencies', async () => {
  const desk = testDesk({ typed: 'yes', environment: fakeCdk() });
  expect(await deployStacks(desk, {}, assemblyOf())).toMatchObject({ exitCode: 0 });
  expect(stacksAsked()).toEqual(inOrder);
  expect(asked().every((line) => line.includes('--app /templates --exclusively --require-approval never'))).toBe(true);
  expect(desk.questions[0]).toMatch(/3 stacks of the environment dev are deployed to account 111122223333/);
});

test('deploy: a stack fails -> none after it, exit 1, and says how far it came', async () => {
  await expect(deployStacks(testDesk({ environment: fakeCdk({ failsAt: 'service-us-east-2' }) }), { yes: true }, assemblyOf())).rejects.toMatchObject({ exitCode: 1, message: expect.stringMatching(/exit code 7.*1 of 3 stacks are done/) });
  expect(stacksAsked()).toEqual(inOrder.slice(0, 2));
});

test('deploy: not agreed to, or another version of the CDK -> nothing is asked of it', async () => {
  await expect(deployStacks(testDesk({ typed: 'no', environment: fakeCdk() }), {}, assemblyOf())).rejects.toMatchObject({ exitCode: 1 });
  await expect(deployStacks(testDesk({ environment: fakeCdk({ version: '3.0.0' }) }), { yes: true }, assemblyOf())).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/3\.0\.0.*2\.1148\.1/) });
  expect(asked()).toEqual([]);
});

test('deploy: --only some -> those, in the order of deployment; a name that is none -> exit 2, nothing is asked', async () => {
  await deployStacks(testDesk({ environment: fakeCdk() }), { yes: true, only: ['service-us-east-2', 'key-us-east-2'] }, assemblyOf());
  expect(stacksAsked()).toEqual(['key-us-east-2', 'service-us-east-2']);
  await expect(deployStacks(testDesk({ environment: fakeCdk() }), { yes: true, only: ['service'] }, assemblyOf())).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/service-us-east-1/) });
  expect(asked()).toHaveLength(2);
});

test('destroy: the suffix is typed in -> every stack, backwards', async () => {
  expect(await destroyStacks(testDesk({ typed: 'dev', environment: fakeCdk() }), {}, assemblyOf())).toMatchObject({ exitCode: 0 });
  expect(stacksAsked()).toEqual(inOrder.toReversed());
});

test('destroy: another word is typed, or it is a production environment -> nothing is removed', async () => {
  await expect(destroyStacks(testDesk({ typed: 'yes', environment: fakeCdk() }), {}, assemblyOf())).rejects.toMatchObject({ exitCode: 1 });
  await expect(destroyStacks(testDesk({ typed: 'dev', environment: fakeCdk() }), {}, assemblyOf({ production: true }))).rejects.toMatchObject({ exitCode: 1, message: expect.stringMatching(/protected/) });
  expect(asked()).toEqual([]);
});

test('stacks in order: two that depend on each other -> an error, not an endless walk', () => {
  expect(() => stacksInOrder({ artifacts: Object.fromEntries([stack('a', 'b'), stack('b', 'a')]) })).toThrow(/depends on itself/);
});

test('addresses: outputs of the stacks -> a file that this command itself takes; an output is missing -> named', async () => {
  const outputs = { WriterHost: 'w.example.com', ReaderHost: 'r.example.com', ApiUrl: 'https://x.example.com/prod' };
  const found = addressesOf(readDeployment({ ...written, failoverPolicy: 'approval', timings: { detect: { dwellMs: 20_000 } } }), { 'us-east-1': outputs, 'us-east-2': outputs });
  expect(found).toMatchObject({ failoverPolicy: 'approval', detect: { dwellMs: 20_000 }, table: { name: 'understudy-journal-dev' } });
  const file = join(folder, 'addresses.json');
  writeFileSync(file, JSON.stringify(found));
  const { readAddresses } = await import('../addresses.ts');
  expect(await readAddresses({ config: file }, {})).toEqual(found);
  expect(JSON.stringify(found)).not.toMatch(/password|secret/i);
  expect(() => addressesOf(readDeployment(written), { 'us-east-1': outputs, 'us-east-2': { ...outputs, ApiUrl: undefined as never } })).toThrow(/us-east-2.*ApiUrl/);
});
