// The command line as a shell has it: what each ending is, and where each sentence goes.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { run } from './run.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function ran(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await run(args, { out: (text) => (out += text), err: (text) => (err += text), environment });
  return { code, out, err };
}

/** Something that answers every request with this. */
async function answering(body: string, status = 200): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}

/** Nothing listens on port 9 (discard) of this machine. */
const NOBODY = 'http://127.0.0.1:9';

test('command: --help -> lists the verbs and the exit codes on standard output, exit 0', async () => {
  const { code, out, err } = await ran(['--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/status[\s\S]*Exit codes: 0 done/);
});

test.each([[['nonsense']], [['status', 'more']], [['status', '--nonsense']], [[]]])('command: %j -> exit 2, nothing on standard output', async (args) => {
  const { code, out, err } = await ran(args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).not.toBe('');
});

test('command: no twin there -> exit 3, and says how to start one', async () => {
  const { code, out, err } = await ran(['status', '--url', NOBODY]);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(/npm start/);
});

test.each([
  [['status', '--url', NOBODY, '--json'], 3, /npm start/],
  [['--json', 'status', '--url', 'twin'], 2, /is not a URL/],
  [['status', '--nonsense', '--json'], 2, /nonsense/],
  [['nonsense', '--json'], 2, /nonsense/],
])('command: %j fails -> exit %i, the sentence for a person, and one JSON object for a script', async (args, code, sentence) => {
  const ending = await ran(args);
  expect(JSON.parse(ending.out)).toEqual({ error: expect.stringMatching(sentence), exit_code: code });
  expect(ending).toMatchObject({ code, err: expect.stringMatching(sentence) });
});

test('command: the environment names the twin, an option names another -> the option wins', async () => {
  expect((await ran(['status'], { UNDERSTUDY_URL: 'http://127.0.0.1:10' })).err).toContain('127.0.0.1:10');
  expect((await ran(['status', '--base', '9'], { UNDERSTUDY_URL: 'http://127.0.0.1:10' })).err).toContain('127.0.0.1:9');
});

test.each([['not JSON', 200, 2], ['{"table":{}}', 200, 2], ['{}', 404, 3]])('command: a twin that answers %j with %i -> exit %i, no stack', async (body, status, code) => {
  const twin = await answering(body, status);
  const ending = await ran(['status', '--url', twin.url]);
  twin.close();
  expect(ending.code).toBe(code);
  expect(ending.err).not.toMatch(/\n\s+at /);
});

test('command: a file that is not there, or a URL that is none -> exit 2', async () => {
  expect((await ran(['status', '--config', 'nowhere.json'])).code).toBe(2);
  expect((await ran(['status', '--url', 'twin'])).code).toBe(2);
});
