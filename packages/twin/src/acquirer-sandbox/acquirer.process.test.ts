/** The real process: what it answered survives SIGKILL, and it does not outlive its parent. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RecordEntry } from './record.ts';

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'understudy-acquirer-process-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

async function start(): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL('acquirer.process.ts', import.meta.url), [JSON.stringify({ port: 0, dataDir })], { execArgv: [] });
  children.push(child);
  const [message] = await once(child, 'message');
  expect(message).toEqual({ event: 'ready', port: expect.any(Number) });
  return { child, port: message.port };
}

function charge(port: number, n: number, agent: Agent): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const body = { merchant_id: 'm', transaction_id: `t${n}`, amount_minor: '100', currency: 'EUR', payment_method: 'tok', live: false };
  const headers = { 'idempotency-key': `k${n}` };
  const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/v1/charges', headers, agent }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    response.on('end', () => (response.complete ? resolve(`${response.statusCode} ${text}`) : reject(new Error('cut off'))));
    response.on('error', reject);
  });
  request.on('error', reject);
  request.end(JSON.stringify(body));
  return promise;
}

/** Charges from 32 clients until the server is gone; answers with what was answered. */
async function chargeUntilGone(port: number, answered: Map<number, string>): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  let next = answered.size === 0 ? 0 : Math.max(...answered.keys()) + 1_000;
  const client = async (): Promise<void> => {
    for (;;) {
      const n = next;
      next += 1;
      try {
        answered.set(n, await charge(port, n, agent));
      } catch {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: 32 }, client));
  agent.destroy();
}

test('process: SIGKILL under load, three times -> every answered charge is on record, once, with the same answer', async () => {
  const answered = new Map<number, string>();
  for (let round = 1; round <= 3; round += 1) {
    const { child, port } = await start();
    const gone = chargeUntilGone(port, answered);
    await vi.waitUntil(() => answered.size >= round * 300, { timeout: 20_000, interval: 1 });
    await end(child, 'SIGKILL');
    await gone;
  }
  const { port } = await start();
  const record = (await (await fetch(`http://127.0.0.1:${port}/charges`)).json()) as RecordEntry[];
  const byKey = new Map(record.map((entry) => [entry.key, entry]));
  expect(byKey.size).toBe(record.length);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  await Promise.all(
    [...answered].map(async ([n, answer]) => {
      expect(byKey.get(`k${n}`)).toMatchObject({ outcome: 'approved', charges: 1 });
      expect(await charge(port, n, agent)).toBe(answer);
    }),
  );
  agent.destroy();
});

test('process: SIGTERM -> ends by itself with 0', async () => {
  const { child } = await start();
  expect(await end(child, 'SIGTERM')).toBe(0);
});

test('process: the parent lets go of the channel -> it ends', async () => {
  const { child } = await start();
  const exited = once(child, 'exit');
  child.disconnect();
  expect(await exited).toEqual([0, null]);
});
