import { access, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftOut } from './left-out.ts';
import { adapters, load, modules, services } from './load.test-support.ts';
import { knownErrors, slim, slimSchemas } from './slim.ts';

const schemasOf = (service: string): string => join(modules, `@aws-sdk/client-${service}/dist-es/schemas/schemas_0.js`);

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
  expect(named).toContain('GlobalClusterNotFoundFault');
  expect(named.filter((name) => !knownErrors.has(name))).toEqual([]);
});

test.each(['known', 'not known'])('slim: a service refuses with an error that is %s -> it has the name, the status and the message that the service sent', async (which) => {
  const known = which === 'known';
  const name = known ? 'GlobalClusterNotFoundFault' : 'DomainNotFoundFault';
  const server = createServer((_, response) => {
    response.writeHead(404, { 'content-type': 'text/xml', 'x-amzn-requestid': 'r1' }).end(`<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>no</Message></Error><RequestId>r1</RequestId></ErrorResponse>`);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { refusal } = await load(`client-${known}`, `
    import { DescribeGlobalClustersCommand, RDSClient } from '@aws-sdk/client-rds';
    const client = new RDSClient({ region: 'us-east-1', endpoint: ${JSON.stringify(endpoint)}, maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    export const refusal = await client.send(new DescribeGlobalClustersCommand({})).catch((error) => error);`, [slim]);
  expect(refusal).toMatchObject({ name, message: 'no', $fault: 'client', $metadata: { httpStatusCode: 404, requestId: 'r1' } });
  server.close();
});

test.each(Object.keys(leftOut))('slim: %s -> is still where it is left out from', async (path) => {
  await access(join(modules, path));
});

test('slim: a client that would repeat a call by itself, or follow a bucket elsewhere -> is refused when it is made', async () => {
  const made = await load('client-refused', `
    import { S3Client } from '@aws-sdk/client-s3';
    const attempt = (options) => { try { new S3Client({ region: 'us-east-1', ...options }); return 'made'; } catch (error) { return error.message; } };
    export const results = [attempt({ maxAttempts: 1 }), attempt({ maxAttempts: 3 }), attempt({ maxAttempts: 1, followRegionRedirects: true })];`, [slim]);
  expect(made['results']).toEqual(['made', 'repeating a call is not part of the bundles', 'following buckets is not part of the bundles']);
});
