// The client library as somebody who takes it away has it: a package without dependencies, installed into an empty folder,
// that compiles, bundles for a browser and runs the example of its README on the oldest Node it promises.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildClientPackage } from './client-package.ts';

const MINIFIED_BYTES_MAX = 15 * 1024;
const NODE_MIN = 20;
const TRY_MS = 60_000;

const run = (program: string, given: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}): Promise<{ readonly stdout: string }> =>
  promisify(execFile)(program, given, { timeout: TRY_MS, ...options });

let folder: string;
/** An empty project with the library in it. */
let project: string;
const packaged = (file = ''): string => join(folder, 'package', file);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'client-package-'));
  await buildClientPackage(packaged());
  project = mkdtempSync(join(folder, 'project-'));
  await run('npm', ['pack', packaged(), '--pack-destination', folder], { cwd: folder });
  const [archive = ''] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  writeFileSync(join(project, 'package.json'), '{ "name": "shop", "private": true, "type": "module" }');
  await run('npm', ['install', join(folder, archive), '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: project });
}, TRY_MS * 2);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [example = ''] = [...readFileSync('packages/api/README.md', 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

test('client package: packed -> the module, its types, how to use it, and nothing else', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', packaged()], { cwd: folder });
  const [packed] = JSON.parse(stdout) as { readonly files: readonly { readonly path: string }[] }[];
  expect(packed?.files.map(({ path }) => path).toSorted()).toEqual([
    'LICENSE', 'README.md', 'client.js', 'package.json', 'types/bodies.d.ts',
    ...['errors', 'index', 'payment-client', 'requests', 'verify-webhook', 'world'].map((name) => `types/client/${name}.d.ts`), 'types/error-codes.d.ts',
  ]);
});

test('client package: installed -> brings nothing with it, and no link that leads out of it', () => {
  const installed = join(project, 'node_modules');
  expect(readdirSync(installed).filter((name) => !name.startsWith('.'))).toEqual(['@understudy']);
  expect(JSON.parse(readFileSync(packaged('package.json'), 'utf8'))).toMatchObject({ type: 'module', sideEffects: false, engines: { node: `>=${NODE_MIN}` } });
  expect(readFileSync(packaged('README.md'), 'utf8')).not.toMatch(/\]\(\.\./);
});

const bundle = (contents: string, options: { readonly minify: boolean }) =>
  build({ stdin: { contents, resolveDir: project }, bundle: true, format: 'esm', platform: 'browser', target: 'es2022', write: false, metafile: true, ...options });

test('client package: minified for a browser -> less than 15 KB, and nothing of Node', async () => {
  const { outputFiles: [file], metafile } = await bundle("export * from '@understudy/api/client';", { minify: true });
  console.log(`client library, minified: ${file?.contents.length} bytes`);
  expect(file?.contents.length).toBeLessThan(MINIFIED_BYTES_MAX);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(file?.text).not.toMatch(/\bprocess\.|\brequire\(|\bBuffer\b|node:/);
});

test('client package: imported for one thing -> the rest is left out', async () => {
  const { outputFiles: [file] } = await bundle("import { WebhookError } from '@understudy/api/client'; console.log(WebhookError.name);", { minify: false });
  expect(file?.text).not.toContain('PaymentClient');
});

test.each([['nodenext', 'nodenext'], ['esnext', 'bundler']])('client package: the example in a strict project (module %s, resolution %s) -> compiles', async (module, moduleResolution) => {
  const source = `declare const process: { readonly env: Readonly<Record<string, string | undefined>> };\n${example}`;
  writeFileSync(join(project, 'example.ts'), `${source}
// @ts-expect-error an amount is a decimal string
await client.pay({ ...payment, amount: 12.5 });\n`);
  const compilerOptions = {
    strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true,
    target: 'es2022', lib: ['es2022', 'dom'], types: [], module, moduleResolution,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  const compiled = await run(process.execPath, [join(process.cwd(), 'node_modules/typescript/bin/tsc'), '-p', project]).catch((error: { readonly stdout: string }) => error);
  expect(compiled.stdout).toBe('');
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

/** Of those on the path that the package promises to run on; the one that runs this if there is no other. */
async function oldestNode(): Promise<{ readonly path: string; readonly major: number }> {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((each) => join(each, 'node')).filter((path) => existsSync(path) && statSync(path).isFile());
  const paths = [...new Set([process.execPath, ...found].map((path) => realpathSync(path)))];
  const nodes = await Promise.all(paths.map(async (path) => ({ path, major: Number((await run(path, ['-p', 'process.versions.node'])).stdout.split('.')[0]) })));
  const [oldest = { path: process.execPath, major: 0 }] = nodes.filter(({ major }) => major >= NODE_MIN).toSorted((a, b) => a.major - b.major);
  return oldest;
}

test('client package: the example on the oldest Node there is, with the near region dead -> pays', async () => {
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(12);
  const [near, far] = [await region('dead'), await region({ message: 'Payment processed successfully', transaction_id: 'order-1001', timestamp: 7 })];
  const here = example.replace('http://127.0.0.1:4611', near).replace('http://127.0.0.1:4612', far);
  expect([here.includes(near), here.includes(far)]).toEqual([true, true]);
  writeFileSync(join(project, 'example.js'), here);
  const node = await oldestNode();
  console.log(`client library: run by Node ${node.major}`);
  const { stdout } = await run(node.path, ['example.js'], { cwd: project, env: { UNDERSTUDY_API_KEY: 'us_test_key' } });
  expect(stdout).toContain("transaction_id: 'order-1001'");
});
