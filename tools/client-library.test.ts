// The client library as somebody who takes it away has it: one small file for browsers and old Nodes, and an example in
// its README that runs.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { BuildResult } from 'esbuild';
import { afterEach, expect, test } from 'vitest';

const BYTES_MAX = 15 * 1024;

const bundled = (options: { readonly minify: boolean }): Promise<BuildResult<{ write: false; metafile: true }>> =>
  build({ entryPoints: ['packages/api/src/client/index.ts'], bundle: true, format: 'esm', platform: 'neutral', target: ['node20', 'es2022'], write: false, metafile: true, ...options });

test('client library: minified -> one file of less than 15 KB that needs nothing else', async () => {
  const { outputFiles: [file], metafile } = await bundled({ minify: true });
  console.log(`client library, minified: ${file?.contents.length} bytes`);
  expect(file?.contents.length).toBeLessThan(BYTES_MAX);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(Object.keys(metafile.inputs).filter((path) => !path.startsWith('packages/api/src/client/'))).toEqual(['packages/api/src/routes.ts']);
});

test('client library: bundled -> is a module that works', async () => {
  const { outputFiles: [file] } = await bundled({ minify: true });
  const module = `data:text/javascript;base64,${Buffer.from(file?.contents ?? []).toString('base64')}`;
  const { stdout } = await run(`console.log(Object.keys(await import('${module}')).join(' '))`);
  expect(stdout).toBe('PaymentClient PaymentError UnansweredError WebhookError verifyWebhook\n');
});

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

/** A region that knows one answer; or one that drops every connection. */
async function region(answer: object | 'dead'): Promise<string> {
  const server = createServer((request, response) => {
    if (answer === 'dead') return void request.socket.destroy();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const run = (code: string): Promise<{ readonly stdout: string }> =>
  promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code], { timeout: 20_000, env: { ...process.env, UNDERSTUDY_API_KEY: 'us_test_key' } });

test('client library: the example of its README, with the near region dead -> pays', async () => {
  const [example = ''] = [...readFileSync('packages/api/README.md', 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const [near, far] = [await region('dead'), await region({ message: 'Payment processed successfully', transaction_id: 'order-1001', timestamp: 7 })];
  const here = example.replace('http://127.0.0.1:4611', near).replace('http://127.0.0.1:4612', far);
  expect(here).toContain(near);
  expect(here).toContain(far);
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(12);
  const { stdout } = await run(here);
  expect(stdout).toContain("transaction_id: 'order-1001'");
});
