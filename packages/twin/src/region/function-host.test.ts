// Functions in one process that share a client: each request names the one that made it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadFunction } from './function-host.ts';
import type { LoadedFunction } from './function-host.ts';

/** Keeps its socket, as a client that is made once does. */
const sharedClient = `
import { Agent, request } from 'node:http';
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
export const ask = ({ port, target }) => new Promise((resolve, reject) => {
  const asking = request({ port, agent, method: 'POST', headers: { 'x-amz-target': target } }, (answer) => {
    let text = '';
    answer.on('data', (part) => (text += part)).on('end', () => resolve(text));
  });
  asking.on('error', reject).end('{}');
});
export const destroy = () => agent.destroy();
`;
const source = `
import { ask } from './client.mjs';
export const handler = async (event) => {
  const first = await ask(event);
  await new Promise((resolve) => setImmediate(resolve));
  return [first, await ask(event), ...(await Promise.all([ask(event), ask(event)]))];
};
`;

interface Client {
  readonly ask: (event: object) => Promise<string>;
  readonly destroy: () => void;
}

/** Answers each request with the function that it names. */
async function serve(): Promise<{ readonly port: number; readonly load: (name: string) => Promise<LoadedFunction>; readonly client: Client }> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-host-'));
  await writeFile(join(folder, 'client.mjs'), sharedClient);
  const server = createServer((request, response) => response.end(request.headers['x-understudy-function'] ?? 'nobody'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = (await import(join(folder, 'client.mjs'))) as Client;
  onTestFinished(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  const load = async (name: string): Promise<LoadedFunction> => {
    await writeFile(join(folder, `${name}.mjs`), source);
    return loadFunction({ name, path: join(folder, `${name}.mjs`), timeoutMs: 5_000 });
  };
  return { port: (server.address() as AddressInfo).port, load, client };
}

const target = 'DynamoDB_20120810.GetItem';

test('function host: two functions at once over one kept socket -> each request names the function that made it, after awaits too', async () => {
  const { port, load } = await serve();
  const [accept, read] = await Promise.all([load('accept'), load('read')]);
  const event = { port, target };
  const [one, two, three] = await Promise.all([accept.invoke(event), read.invoke(event), accept.invoke(event)]);
  expect([one, two, three]).toEqual([Array(4).fill('accept'), Array(4).fill('read'), Array(4).fill('accept')]);
});

test('function host: a request outside of any invocation, or to anything but a table -> names nobody', async () => {
  const { port, load, client } = await serve();
  const read = await load('read');
  expect(await read.invoke({ port, target: 'AmazonSQS.SendMessage' })).toEqual(Array(4).fill('nobody'));
  expect(await client.ask({ port, target })).toBe('nobody');
});
