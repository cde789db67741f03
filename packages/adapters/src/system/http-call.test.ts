import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import net from 'node:net';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { httpCall, HttpFault, keepAliveAgent } from './http-call.ts';
import { startServer } from './test-support/servers.ts';
import { silences } from './test-support/trouble.ts';

const limits = { connectMs: 200, totalMs: 300 };

const failureOf = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error;
  }
};

/** Listens, and never takes a connection from the system's queue: once that is full, no further one is established. */
const deafListener = `
  const net = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const server = net.createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** Answers at once, whatever the thread of the test does meanwhile. */
const promptServer = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => response.end('{}'));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const holdUp = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('http call', () => {
  it.each([['while it connects', false], ['while it waits for the answer', true]])('the caller is held up for longer than its limits, %s -> what arrived meanwhile counts', async (_when, warm) => {
    const server = new Worker(promptServer, { eval: true });
    const [port] = (await once(server, 'message')) as [number];
    const url = new URL(`http://127.0.0.1:${port}`);
    const agent = keepAliveAgent(url);
    if (warm) await httpCall({ method: 'GET', url, agent, ...limits });
    const call = httpCall({ method: 'GET', url, agent, connectMs: 200, totalMs: warm ? 300 : 10_000 });
    // So that the request has left where the connection stands already.
    if (warm) await new Promise((resolve) => setImmediate(resolve));
    holdUp(400);
    expect(await call).toEqual({ status: 200, body: '{}' });
    agent.destroy();
    await server.terminate();
  });

  it('a body and headers are sent -> they arrive, and the answer comes back whole', async () => {
    const server = await startServer((heard) => ({ status: 418, body: `${heard.method} ${heard.path} ${heard.headers['x-a'] as string} ${heard.body}` }));
    const answer = await httpCall({ method: 'POST', url: new URL(`${server.url}/p?q=1`), headers: { 'x-a': 'b' }, body: '"é"', ...limits });
    expect(answer).toEqual({ status: 418, body: 'POST /p?q=1 b "é"' });
    await server.close();
  });

  it('calls one after the other over an agent -> one connection', async () => {
    const ports = new Set<number | undefined>();
    const server = await startServer((heard) => {
      ports.add(heard.fromPort);
      return { status: 200, body: '{}' };
    });
    const agent = keepAliveAgent(new URL(server.url));
    for (let n = 0; n < 3; n += 1) await httpCall({ method: 'GET', url: new URL(server.url), agent, ...limits });
    expect(ports.size).toBe(1);
    agent.destroy();
    await server.close();
  });

  it.each(silences)('$name -> a fault within the limit that quotes nothing', async ({ start }) => {
    const server = await start();
    const before = performance.now();
    const failure = await failureOf(httpCall({ method: 'GET', url: new URL(server.url), ...limits }));
    expect(failure).toBeInstanceOf(HttpFault);
    expect(performance.now() - before).toBeLessThan(limits.totalMs + 700);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('4111');
    await server.close();
  });

  it('an answer without end -> a fault, not its memory', async () => {
    const server = await startServer(() => ({ status: 200, body: 'x'.repeat(70_000) }));
    expect(await failureOf(httpCall({ method: 'GET', url: new URL(server.url), ...limits }))).toMatchObject({ message: 'too-large' });
    await server.close();
  });

  it.runIf(process.platform === 'linux')('a host that takes no connection -> a connect time-out well before the whole one', async () => {
    const worker = new Worker(deafListener, { eval: true });
    const [port] = (await once(worker, 'message')) as [number];
    const fillers = Array.from({ length: 4 }, () => net.connect(port, '127.0.0.1').on('error', () => undefined));
    await once(fillers[0]!, 'connect');
    const failure = await failureOf(httpCall({ method: 'GET', url: new URL(`http://127.0.0.1:${port}`), connectMs: 100, totalMs: 20_000 }));
    expect(failure).toMatchObject({ message: 'connect time-out' });
    for (const filler of fillers) filler.destroy();
    await worker.terminate();
  });
});

describe('kept connections', () => {
  it('idle for longer than they may -> closed from this side, before a network in between has forgotten them', async () => {
    const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    // The server would keep it for far longer than the test lasts.
    server.keepAliveTimeout = 600_000;
    await once(server, 'listening');
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const agent = keepAliveAgent(url, 50);
    await httpCall({ method: 'GET', url, connectMs: 1000, totalMs: 1000, agent });
    const [socket] = await connected;
    expect(socket.destroyed).toBe(false);
    await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
    server.close();
  });
});
