/** Each effect on real sockets, over raw TCP and over HTTP connections that are kept alive. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer as createHttpServer, get } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Switchboard } from './switchboard.ts';
import type { LinkOptions } from './switchboard.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function newSwitchboard(): Switchboard {
  const switchboard = new Switchboard();
  cleanups.push(() => switchboard.close());
  return switchboard;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address() as AddressInfo;
  return address.port;
}

/** Echoes bytes, and ends its side when the client ends. */
async function startEcho(): Promise<{ port: number; received: Buffer[]; sockets: Socket[] }> {
  const received: Buffer[] = [];
  const sockets: Socket[] = [];
  const port = await listen(
    createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      socket.on('data', (chunk) => {
        received.push(chunk);
        socket.write(chunk);
      });
      socket.on('end', () => socket.end());
    }),
  );
  return { port, received, sockets };
}

async function openLink(switchboard: Switchboard, target: number | null, options: Partial<LinkOptions> = {}): Promise<number> {
  const port = await switchboard.open({ name: 'a-b', from: 'a', to: 'b', ...options });
  switchboard.aim(options.name ?? 'a-b', target);
  return port;
}

interface Client {
  readonly socket: Socket;
  readonly bytes: () => Buffer;
  /** 'closed' or the error code. */
  readonly fate: () => string;
}

function client(port: number): Client {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  let fate = 'open';
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => (fate = error.code ?? 'error'));
  socket.on('close', () => (fate = fate === 'open' ? 'closed' : fate));
  cleanups.push(() => socket.destroy());
  return { socket, bytes: () => Buffer.concat(chunks), fate: () => fate };
}

function fetchText(port: number, agent: Agent, timeoutMs = 5_000): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const request = get({ port, host: '127.0.0.1', agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    response.on('end', () => resolve(text));
    response.on('error', reject);
  });
  request.on('error', (error: NodeJS.ErrnoException) => reject(new Error(error.code ?? error.name)));
  return promise;
}

async function startHttp(): Promise<{ port: number; served: () => number; connections: () => number }> {
  let served = 0;
  let connections = 0;
  const server = createHttpServer((_request, response) => {
    served += 1;
    response.end(`answer ${served}`);
  });
  server.on('connection', () => (connections += 1));
  const port = await listen(server);
  return { port, served: () => served, connections: () => connections };
}

function keepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.push(() => agent.destroy());
  return agent;
}

const everything = (): boolean => true;

describe('links', () => {
  test('link: opened and aimed -> bytes pass both ways and are counted', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const port = await openLink(switchboard, echo.port);
    const { socket, bytes } = client(port);
    socket.write('hello');
    await vi.waitUntil(() => bytes().toString() === 'hello');
    expect(switchboard.links()).toEqual([
      { name: 'a-b', from: 'a', to: 'b', port, target: echo.port, connections: 1, effects: [], bytesForward: 5, bytesBack: 5 },
    ]);
  });

  test('link: 20 MB to a server that reads slowly -> all bytes in order, memory bounded by backpressure', async () => {
    const switchboard = newSwitchboard();
    const hash = createHash('sha256');
    let received = 0;
    let reading: Socket | undefined;
    const port = await openLink(
      switchboard,
      await listen(
        createServer((socket) => {
          reading = socket.pause();
          socket.on('data', (chunk) => {
            hash.update(chunk);
            received += chunk.length;
          });
        }),
      ),
    );
    const payload = randomBytes(20 * 1024 * 1024);
    const { socket } = client(port);
    socket.write(payload);
    await vi.waitUntil(() => reading !== undefined);
    let before = -1;
    await vi.waitUntil(
      () => {
        const now = switchboard.links()[0]?.bytesForward ?? 0;
        const stalled = now === before;
        before = now;
        return stalled && now > 0;
      },
      { interval: 100 },
    );
    expect(before).toBeLessThan(payload.length);
    reading?.resume();
    await vi.waitUntil(() => received === payload.length, { timeout: 10_000 });
    expect(hash.digest('hex')).toBe(createHash('sha256').update(payload).digest('hex'));
  });

  test('link: client ends its side -> the server can still answer (half-close)', async () => {
    const switchboard = newSwitchboard();
    const target = await listen(
      createServer({ allowHalfOpen: true }, (socket) => {
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('end', () => socket.end(`after the end: ${text}`));
      }),
    );
    const { socket, bytes, fate } = client(await openLink(switchboard, target));
    socket.end('request');
    await vi.waitUntil(() => fate() === 'closed');
    expect(bytes().toString()).toBe('after the end: request');
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 0);
  });

  test('link: not aimed, aimed at a dead port, aimed at a living one -> reset, reset, works on the same port', async () => {
    const switchboard = newSwitchboard();
    const port = await openLink(switchboard, null);
    const first = client(port);
    await vi.waitUntil(() => first.fate() === 'ECONNRESET');
    const dead = createServer();
    const deadPort = await listen(dead);
    await new Promise((resolve) => dead.close(resolve));
    switchboard.aim('a-b', deadPort);
    const second = client(port);
    await vi.waitUntil(() => second.fate() === 'ECONNRESET');
    const echo = await startEcho();
    switchboard.aim('a-b', echo.port);
    const third = client(port);
    third.socket.write('x');
    await vi.waitUntil(() => third.bytes().toString() === 'x');
  });

  test('link: server dies with a reset -> the client is reset, and nothing is left behind', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const { socket, fate } = client(await openLink(switchboard, echo.port));
    socket.write('x');
    await vi.waitUntil(() => echo.received.length === 1);
    echo.sockets[0]?.resetAndDestroy();
    await vi.waitUntil(() => fate() === 'ECONNRESET');
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 0);
  });

  test('link: a port that is taken -> EADDRINUSE with the port and the link in the sentence; the name stays free', async () => {
    const switchboard = newSwitchboard();
    const taken = await listen(createServer());
    const opening = switchboard.open({ name: 'public', from: 'world', to: 'b', port: taken });
    await expect(opening).rejects.toMatchObject({ code: 'EADDRINUSE', message: expect.stringContaining(`port ${taken} for the link public`) });
    expect(switchboard.links()).toEqual([]);
    await expect(switchboard.open({ name: 'public', from: 'world', to: 'b' })).resolves.toBeGreaterThan(0);
    await expect(switchboard.open({ name: 'public', from: 'world', to: 'b' })).rejects.toThrow('open already');
  });

  test('link: more connections than allowed -> the one beyond is reset, the others live', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const port = await openLink(switchboard, echo.port, { connectionsMax: 2 });
    const [one, two] = [client(port), client(port)];
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 2);
    const three = client(port);
    await vi.waitUntil(() => three.fate() === 'ECONNRESET');
    one.socket.write('1');
    two.socket.write('2');
    await vi.waitUntil(() => one.bytes().length === 1 && two.bytes().length === 1);
    one.socket.destroy();
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 1);
    const four = client(port);
    four.socket.write('4');
    await vi.waitUntil(() => four.bytes().length === 1);
  });

  test('lazy link: silent client -> never reaches the server, is closed in time; one that speaks stays', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const port = await openLink(switchboard, echo.port, { lazy: true, firstByteTimeoutMs: 200 });
    const silent = client(port);
    const speaking = client(port);
    speaking.socket.write('hello');
    await vi.waitUntil(() => speaking.bytes().toString() === 'hello');
    silent.socket.on('end', () => silent.socket.end());
    await vi.waitUntil(() => silent.fate() === 'closed');
    expect(echo.sockets).toHaveLength(1);
    expect(speaking.fate()).toBe('open');
    expect(switchboard.links()[0]?.connections).toBe(1);
  });
});

describe('cut', () => {
  test('cut: raw TCP -> existing and new connections are reset at both ends; lifted -> new ones work', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const port = await openLink(switchboard, echo.port);
    const before = client(port);
    before.socket.write('x');
    await vi.waitUntil(() => before.bytes().length === 1);
    const serverSide = once(echo.sockets[0] ?? expect.fail('no connection'), 'error');
    switchboard.impose('f', { select: everything, effect: { kind: 'cut' } });
    await vi.waitUntil(() => before.fate() === 'ECONNRESET');
    expect(await serverSide).toMatchObject([{ code: 'ECONNRESET' }]);
    const during = client(port);
    await vi.waitUntil(() => during.fate() === 'ECONNRESET');
    expect(echo.sockets).toHaveLength(1);
    expect(switchboard.lift('f')).toBe(true);
    expect(switchboard.lift('f')).toBe(false);
    const after = client(port);
    after.socket.write('y');
    await vi.waitUntil(() => after.bytes().toString() === 'y');
  });

  test('cut: HTTP kept alive -> the next request fails; lifted -> the same agent works again', async () => {
    const switchboard = newSwitchboard();
    const server = await startHttp();
    const port = await openLink(switchboard, server.port);
    const agent = keepAliveAgent();
    expect(await fetchText(port, agent)).toBe('answer 1');
    switchboard.impose('f', { select: everything, effect: { kind: 'cut' } });
    await expect(fetchText(port, agent)).rejects.toThrow('ECONNRESET');
    switchboard.lift('f');
    expect(await fetchText(port, agent)).toBe('answer 2');
  });
});

describe('delay', () => {
  test('delay: raw TCP -> later by the delay in each direction, in order, and so is the end', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    switchboard.impose('f', { select: everything, effect: { kind: 'delay', delayMs: 60 } });
    const { socket, bytes, fate } = client(await openLink(switchboard, echo.port));
    const payload = randomBytes(300_000);
    const startedMs = performance.now();
    for (let at = 0; at < payload.length; at += 1_000) socket.write(payload.subarray(at, at + 1_000));
    socket.end();
    await vi.waitUntil(() => fate() === 'closed', { timeout: 5_000, interval: 5 });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(118);
    expect(bytes().equals(payload)).toBe(true);
  });

  test('delay: more bytes than a lane may hold -> none lost', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    switchboard.impose('f', { select: everything, effect: { kind: 'delay', delayMs: 5 } });
    const { socket, bytes } = client(await openLink(switchboard, echo.port));
    const payload = randomBytes(8 * 1024 * 1024);
    socket.end(payload);
    await vi.waitUntil(() => bytes().length === payload.length, { timeout: 10_000, interval: 50 });
    expect(bytes().equals(payload)).toBe(true);
  });

  test('delay: shortened and lifted while bytes are under way -> they are not overtaken', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const { socket, bytes } = client(await openLink(switchboard, echo.port));
    switchboard.impose('f', { select: everything, effect: { kind: 'delay', delayMs: 100 } });
    socket.write('first ');
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 1);
    await wait(20);
    switchboard.lift('f');
    socket.write('second');
    await vi.waitUntil(() => bytes().length >= 12);
    expect(bytes().toString()).toBe('first second');
  });

  test('delay: HTTP kept alive -> every request is slower, on one connection; lifted -> fast again', async () => {
    const switchboard = newSwitchboard();
    const server = await startHttp();
    const port = await openLink(switchboard, server.port);
    const agent = keepAliveAgent();
    await fetchText(port, agent);
    switchboard.impose('f', { select: everything, effect: { kind: 'delay', delayMs: 100 } });
    const startedMs = performance.now();
    expect(await fetchText(port, agent)).toBe('answer 2');
    const slowMs = performance.now() - startedMs;
    switchboard.lift('f');
    const liftedMs = performance.now();
    expect(await fetchText(port, agent)).toBe('answer 3');
    expect(slowMs).toBeGreaterThanOrEqual(198);
    expect(performance.now() - liftedMs).toBeLessThan(slowMs);
    expect(server.connections()).toBe(1);
  });
});

describe('drop', () => {
  test('drop requests: raw TCP -> nothing arrives, sockets stay open, replies still pass; lifted -> both ends reset', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const { socket, bytes, fate } = client(await openLink(switchboard, echo.port));
    socket.write('a');
    await vi.waitUntil(() => bytes().toString() === 'a');
    switchboard.impose('f', { select: everything, effect: { kind: 'drop', direction: 'requests' } });
    socket.write('lost');
    echo.sockets[0]?.write('b');
    await vi.waitUntil(() => bytes().toString() === 'ab');
    expect(fate()).toBe('open');
    expect(Buffer.concat(echo.received).toString()).toBe('a');
    switchboard.lift('f');
    await vi.waitUntil(() => fate() === 'ECONNRESET');
    await vi.waitUntil(() => echo.sockets[0]?.destroyed === true);
    expect(Buffer.concat(echo.received).toString()).toBe('a');
  });

  test('drop: nothing sent while it lasts -> the connection survives it', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const { socket, bytes } = client(await openLink(switchboard, echo.port));
    socket.write('a');
    await vi.waitUntil(() => bytes().toString() === 'a');
    switchboard.impose('f', { select: everything, effect: { kind: 'drop', direction: 'both' } });
    switchboard.lift('f');
    socket.write('b');
    await vi.waitUntil(() => bytes().toString() === 'ab');
  });

  test('drop replies: HTTP kept alive -> the request is executed, its answer lost; lifted -> a fresh connection works', async () => {
    const switchboard = newSwitchboard();
    const server = await startHttp();
    const port = await openLink(switchboard, server.port);
    const agent = keepAliveAgent();
    await fetchText(port, agent);
    switchboard.impose('f', { select: everything, effect: { kind: 'drop', direction: 'replies' } });
    const lost = fetchText(port, agent);
    await vi.waitUntil(() => server.served() === 2);
    switchboard.lift('f');
    await expect(lost).rejects.toThrow('ECONNRESET');
    expect(await fetchText(port, agent)).toBe('answer 3');
    expect(server.connections()).toBe(2);
  });

  test('drop replies: clients that give up and come back -> executed each time, and no connection is left behind', async () => {
    const switchboard = newSwitchboard();
    const server = await startHttp();
    const port = await openLink(switchboard, server.port);
    switchboard.impose('f', { select: everything, effect: { kind: 'drop', direction: 'replies' } });
    const attempts = Array.from({ length: 20 }, () => fetchText(port, new Agent(), 150));
    const results = await Promise.allSettled(attempts);
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    expect(server.served()).toBe(20);
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 0);
  });

  test('drop both: new connection -> accepted, silent, unseen by the server; lifted -> reset', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const port = await openLink(switchboard, echo.port);
    switchboard.impose('f', { select: everything, effect: { kind: 'drop', direction: 'both' } });
    const { socket, fate } = client(port);
    socket.write('x');
    const leaving = client(port);
    leaving.socket.write('y');
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 2);
    leaving.socket.destroy();
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 1);
    expect(fate()).toBe('open');
    expect(echo.sockets).toHaveLength(0);
    switchboard.lift('f');
    await vi.waitUntil(() => fate() === 'ECONNRESET');
  });

  test('drop both: the server dies meanwhile -> the client hears nothing until it is lifted', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const { socket, bytes, fate } = client(await openLink(switchboard, echo.port));
    socket.write('a');
    await vi.waitUntil(() => bytes().toString() === 'a');
    switchboard.impose('f', { select: everything, effect: { kind: 'drop', direction: 'both' } });
    echo.sockets[0]?.resetAndDestroy();
    await wait(50);
    expect(fate()).toBe('open');
    switchboard.lift('f');
    await vi.waitUntil(() => fate() === 'ECONNRESET');
  });
});

describe('composition', () => {
  test('faults: two drops overlap -> the connection is destroyed only when both are lifted', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const { socket, bytes, fate } = client(await openLink(switchboard, echo.port));
    socket.write('a');
    await vi.waitUntil(() => bytes().toString() === 'a');
    switchboard.impose('one', { select: everything, effect: { kind: 'drop', direction: 'requests' } });
    switchboard.impose('two', { select: everything, effect: { kind: 'drop', direction: 'both' } });
    socket.write('lost');
    await wait(20);
    switchboard.lift('one');
    await wait(20);
    expect(fate()).toBe('open');
    switchboard.lift('two');
    await vi.waitUntil(() => fate() === 'ECONNRESET');
  });

  test('faults: cut on one link, delay on all -> each link has its own sum, also one opened later', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const portOne = await openLink(switchboard, echo.port, { name: 'one', to: 'r1' });
    switchboard.impose('slow', { select: everything, effect: { kind: 'delay', delayMs: 1 } });
    switchboard.impose('isolated', { select: (link) => link.to === 'r2', effect: { kind: 'cut' } });
    const portTwo = await openLink(switchboard, echo.port, { name: 'two', to: 'r2' });
    const one = client(portOne);
    one.socket.write('x');
    const two = client(portTwo);
    await vi.waitUntil(() => one.bytes().toString() === 'x' && two.fate() === 'ECONNRESET');
    expect(switchboard.links().map(({ name, effects }) => ({ name, effects }))).toEqual([
      { name: 'one', effects: [{ kind: 'delay', delayMs: 1, faultId: 'slow' }] },
      { name: 'two', effects: [{ kind: 'delay', delayMs: 1, faultId: 'slow' }, { kind: 'cut', faultId: 'isolated' }] },
    ]);
  });

  test('faults: cut over a drop, cut lifted first -> the drop is still in force', async () => {
    const switchboard = newSwitchboard();
    const echo = await startEcho();
    const port = await openLink(switchboard, echo.port);
    switchboard.impose('drop', { select: everything, effect: { kind: 'drop', direction: 'both' } });
    switchboard.impose('cut', { select: everything, effect: { kind: 'cut' } });
    const cut = client(port);
    await vi.waitUntil(() => cut.fate() === 'ECONNRESET');
    switchboard.lift('cut');
    const dropped = client(port);
    dropped.socket.write('x');
    await vi.waitUntil(() => switchboard.links()[0]?.connections === 1);
    await wait(30);
    expect(dropped.fate()).toBe('open');
    expect(echo.sockets).toHaveLength(0);
  });

  test('switchboard: closed with connections open -> all are reset and the port is free', async () => {
    const switchboard = new Switchboard();
    const echo = await startEcho();
    const port = await openLink(switchboard, echo.port);
    const { socket, bytes, fate } = client(port);
    socket.write('x');
    await vi.waitUntil(() => bytes().length === 1);
    await switchboard.close();
    await vi.waitUntil(() => fate() === 'ECONNRESET');
    const again = newSwitchboard();
    expect(await again.open({ name: 'again', from: 'a', to: 'b', port })).toBe(port);
  });
});
