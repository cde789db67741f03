/**
 * A stretch of ports for a twin of a drill's or a test's own.
 * Invariant: two that ask at the same moment, in one process or in many, get different stretches. Whoever asks holds a port
 * of the stretch that no twin uses, and only one can; once its twin listens on the others, it may let go.
 */
import { createServer } from 'node:net';
import type { Server } from 'node:net';

const HOST = '127.0.0.1';
/** From its base; those that a twin listens on. */
const PUBLIC_PORTS = [0, 1, 11, 12, 20];
const HELD_PORT = 21;
const STRETCH_PORTS = 22;
/** Ends below 32,768, from where Linux gives out ports to whoever names none. */
const [FIRST_PORT, STRETCHES] = [20_000, 545];

export interface BasePort {
  readonly base: number;
  readonly release: () => Promise<void>;
}

/** Throws when every stretch is taken. */
export async function holdBasePort(): Promise<BasePort> {
  const begin = Math.floor(Math.random() * STRETCHES);
  for (let i = 0; i < STRETCHES; i += 1) {
    const base = FIRST_PORT + ((begin + i) % STRETCHES) * STRETCH_PORTS;
    const held = await listening(base + HELD_PORT);
    if (!held) continue;
    const free = await Promise.all(PUBLIC_PORTS.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return { base, release: () => closed(held) };
    await closed(held);
  }
  throw new Error('no port is free for a twin');
}

async function isFree(port: number): Promise<boolean> {
  const server = await listening(port);
  if (server) await closed(server);
  return server !== undefined;
}

/** It keeps no process alive. */
const listening = (port: number): Promise<Server | undefined> =>
  new Promise((resolve) => {
    // Whoever calls is sent away: a connection that stays would keep the server from closing.
    const server = createServer((socket) => socket.destroy()).unref();
    server.once('error', () => resolve(undefined));
    server.listen(port, HOST, () => resolve(server));
  });

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
