import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { knownErrors, leftOut, slim, slimSchemas } from './slim.ts';

const adapters = resolve(import.meta.dirname, '../../adapters/src');
const modules = resolve(import.meta.dirname, '../../../node_modules');
const services = ['dynamodb', 'rds', 's3', 'sfn', 'sns', 'sqs'] as const;
const schemasOf = (service: string): string => join(modules, `@aws-sdk/client-${service}/dist-es/schemas/schemas_0.js`);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-slim-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const load = async (name: string, contents: string, plugins: NonNullable<BuildOptions['plugins']>): Promise<Record<string, unknown>> => {
  const banner = { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" };
  const file = join(folder, `${name}.mjs`);
  const { outputFiles } = await build({ stdin: { contents, resolveDir: adapters }, bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], write: false, logLevel: 'silent', banner, plugins });
  await writeFile(file, outputFiles[0]?.contents ?? '');
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, unknown>;
};

/** Schemas refer to each other by functions, whose text says to which. */
const described = (exported: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(exported).filter(([name]) => name.endsWith('$')).map(([name, schema]) => [name, JSON.stringify(schema, (_, value: unknown) => (typeof value === 'function' ? String(value) : value))]));

test.each(services)('slim: the description of %s -> says of every operation and every shape what it said before', async (service) => {
  const contents = `export * from ${JSON.stringify(schemasOf(service))}`;
  const [whole, slimmed] = await Promise.all([load(`${service}-whole`, contents, []), load(`${service}-slim`, contents, [slim])]);
  expect(Object.keys(described(whole)).length).toBeGreaterThan(20);
  expect(described(slimmed)).toEqual(described(whole));
});

test('slim: a service described in another way -> is not passed over', () => {
  expect(() => slimSchemas('export const schemas = [];')).toThrow('in another way');
});

test('slim: an error of a service that an adapter names -> stays a class of its own', async () => {
  const files = await readdir(adapters, { recursive: true });
  const sources = await Promise.all(files.filter((file) => /^(dynamodb|rds|s3|sns|sqs|states|system)\/.*(?<!\.test)\.ts$/.test(file)).map((file) => readFile(join(adapters, file), 'utf8')));
  const words = new Set(sources.flatMap((source) => source.match(/\b[A-Z]\w+\b/g) ?? []));
  const schemas = await Promise.all(services.map((service) => readFile(schemasOf(service), 'utf8')));
  const registered = new Set(schemas.flatMap((source) => Array.from(source.matchAll(/^n0_registry\.registerError\((\w+)\$/gm), ([, name = '']) => name)));
  const named = [...registered].filter((name) => words.has(name)).toSorted();
  expect(named).toContain('ConditionalCheckFailedException');
  expect(named.filter((name) => !knownErrors.has(name))).toEqual([]);
});

test.each(['known', 'not known'])('slim: a service refuses with an error that is %s -> it has the name, the status and the message that the service sent', async (which) => {
  const known = which === 'known';
  const name = known ? 'ConditionalCheckFailedException' : 'TableInUseException';
  const server = createServer((_, response) => {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r1' }).end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no', Item: { a: { S: 'b' } } }));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { refusal } = await load(`client-${known}`, `
    import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
    const client = new DynamoDBClient({ region: 'us-east-1', endpoint: ${JSON.stringify(endpoint)}, maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    export const refusal = await client.send(new GetItemCommand({ TableName: 't', Key: { a: { S: 'b' } } })).catch((error) => error);`, [slim]);
  expect(refusal).toMatchObject({ name, message: 'no', $fault: 'client', $metadata: { httpStatusCode: 400, requestId: 'r1' } });
  if (known) expect(refusal).toMatchObject({ Item: { a: { S: 'b' } } });
  server.close();
});

test.each(Object.keys(leftOut))('slim: %s -> is still where it is left out from', async (path) => {
  await access(join(modules, path));
});
