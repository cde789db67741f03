import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { EventHub } from '../event-hub.ts';
import { streamEvents } from '../control-api/streams.ts';
import { storyOf, withStory } from './story.ts';

const undo: (() => void)[] = [];
afterEach(() => undo.splice(0).forEach((step) => step()));

function folderWith(logs: Readonly<Record<string, readonly string[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-story-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'logs'));
  for (const [name, lines] of Object.entries(logs)) writeFileSync(join(folder, 'logs', `${name}.log`), `${lines.join('\n')}\n`);
  return folder;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const line = (level: string, event: string, fields: object = {}) => JSON.stringify({ level, event, ...fields });

test('story: a twin that answers -> its events, the steps of moves and what was out of the ordinary, without the routine', async () => {
  const events = new EventHub();
  for (let n = 0; n < 100; n += 1) events.emit('epoch', { epoch: n });
  events.emit('standby_rebuilt', { region: 'us-east-2' });
  const server = createServer((request, response) => streamEvents(events, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const dataDir = folderWith({
    'us-east-2': [line('info', 'request'), line('info', 'move_step', { row: 'F-420', because: 'open' }), line('warn', 'move_blocked'), 'a stack without JSON', JSON.stringify({ _aws: {} })],
  });
  const story = await storyOf({
    dataDir, urls: { console: urlOf(server) },
    state: () => Promise.reject(new Error('no answer')),
  });
  expect(story).toContain('--- state\ncannot be told: Error: no answer');
  expect(story).toMatch(/"region":"us-east-2".*"type":"standby_rebuilt"/);
  expect(story.match(/"type":"epoch"/g)).toHaveLength(39);
  expect(story).toMatch(/--- us-east-2\n.*F-420.*\n.*move_blocked.*\na stack without JSON\n/);
  expect(story).not.toContain('"request"');
  expect(story).not.toContain('_aws');
});

test('story: a twin that hangs -> it is said, and the rest is told', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    silent.close();
    silent.closeAllConnections();
  });
  const story = await storyOf({ dataDir: folderWith({ table: ['out of memory'] }), urls: { console: urlOf(silent) }, state: () => new Promise(() => undefined) });
  expect(story).toMatch(/--- state\ncannot be told: Error: no answer after \d+ ms\n--- twin\ncannot be told: /);
  expect(story).toContain('--- table\nout of memory');
});

test('story: a twin that is gone -> the failure is still told', async () => {
  const error = await withStory({ dataDir: folderWith({}), urls: { console: 'http://127.0.0.1:1' }, state: () => Promise.reject(new Error('gone')) }, new Error('waited in vain'));
  expect(error.message).toMatch(/^waited in vain\n--- state\n/);
});
