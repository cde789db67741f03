/**
 * Support for the tests of this folder: servers cloned from one template, a link that can be cut, a load of inserts.
 * Invariant: `dispose` leaves no process and no file behind.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, one, poll, withConnection, type Address } from './connection.ts';
import { killProcesses } from './reap.ts';
import { seedStandby } from './seed.ts';
import { PostgresServer, type ServerOptions } from './server.ts';

const run = promisify(execFile);

export class Scratch {
  readonly folder: string;
  readonly #template: PostgresServer;
  readonly #servers: PostgresServer[] = [];
  readonly #links: Link[] = [];
  #made = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.#template = new PostgresServer({ name: 'template', dataDir: join(folder, 'template'), logFile: join(folder, 'template.log'), port: 1 });
  }

  static async make(): Promise<Scratch> {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-postgres-test-'));
    await chmod(folder, 0o755);
    const scratch = new Scratch(folder);
    await scratch.#template.initialise();
    return scratch;
  }

  /** A server whose place is still empty. */
  async vacant(options: Partial<ServerOptions> = {}): Promise<PostgresServer> {
    const name = options.name ?? `server_${++this.#made}`;
    const server = new PostgresServer({
      dataDir: join(this.folder, name), logFile: join(this.folder, `${name}.log`), port: await freePort(), ...options, name,
    });
    this.#servers.push(server);
    return server;
  }

  /** A stopped server with an empty database. */
  async cloned(options: Partial<ServerOptions> = {}): Promise<PostgresServer> {
    const server = await this.vacant(options);
    await run('cp', ['-a', this.#template.dataDir, server.dataDir]);
    return server;
  }

  async primary(options: Partial<ServerOptions> = {}): Promise<PostgresServer> {
    const server = await this.cloned(options);
    await server.start({ role: 'primary' });
    await query(server, 'CREATE TABLE entries (id bigserial PRIMARY KEY, text text NOT NULL)');
    return server;
  }

  async standbyOf(primary: PostgresServer, upstream: Address = primary.address): Promise<PostgresServer> {
    const server = await this.vacant();
    await seedStandby({ source: primary.address, sourceDataDir: primary.dataDir, target: server });
    await server.start({ role: 'standby', upstream });
    return server;
  }

  async link(target: PostgresServer): Promise<Link> {
    const link = await Link.to(target.port);
    this.#links.push(link);
    return link;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.close()));
    await Promise.all(this.#servers.map(async (server) => {
      await server.kill();
      await killProcesses(server.dataDir, false);
    }));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A TCP proxy that can be cut: connections are reset and refused until it is healed. */
export class Link {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #cut = false;

  private constructor(port: number) {
    this.#server = createServer((near) => {
      if (this.#cut) return void near.resetAndDestroy();
      const far = connectSocket(port, '127.0.0.1');
      for (const [socket, other] of [[near, far], [far, near]] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => (this.#sockets.delete(socket), other.destroy()));
        socket.pipe(other);
      }
    });
  }

  static async to(port: number): Promise<Link> {
    const link = new Link(port);
    await new Promise<void>((listening) => link.#server.listen(0, '127.0.0.1', listening));
    return link;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  heal(): void {
    this.#cut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((closed) => this.#server.close(closed));
  }
}

export const query = <T extends object>(server: PostgresServer, sql: string, values: unknown[] = []): Promise<T[]> =>
  withConnection(server.address, async (client) => (await client.query<T & Record<string, unknown>>(sql, values)).rows);

export const insert = (server: PostgresServer, text: string): Promise<unknown> =>
  query(server, 'INSERT INTO entries (text) VALUES ($1)', [text]);

export const texts = async (server: PostgresServer): Promise<string[]> =>
  (await query<{ text: string }>(server, 'SELECT text FROM entries ORDER BY id')).map(({ text }) => text);

export interface Digest {
  readonly count: string;
  readonly md5: string;
}

export const digest = (server: PostgresServer): Promise<Digest> =>
  withConnection(server.address, (client) =>
    one<Digest & Record<string, unknown>>(client, "SELECT count(*)::text AS count, md5(string_agg(id || text, ',' ORDER BY id)) AS md5 FROM entries"));

/** Awaits a condition; the error says which. */
export async function eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
  const met = await poll(async () => ((await condition().catch(() => false)) ? true : undefined), { limitMs: 15_000, everyMs: 10 });
  if (!met) throw new Error(`never came true: ${what}`);
}

/** Inserts from several connections until the server dies or `stop` is called; counts what was acknowledged. */
export class Load {
  readonly acknowledged: string[] = [];
  #stopping = false;
  readonly #done: Promise<unknown>;

  constructor(server: PostgresServer, connections = 4) {
    this.#done = Promise.all(Array.from({ length: connections }, (_, index) => this.#insert(server, index).catch(() => undefined)));
  }

  async #insert(server: PostgresServer, index: number): Promise<void> {
    await withConnection(server.address, async (client) => {
      for (let n = 0; !this.#stopping; n++) {
        const text = `${index}-${n}`;
        await client.query({ name: 'insert', text: 'INSERT INTO entries (text) VALUES ($1)', values: [text] });
        this.acknowledged.push(text);
      }
    });
  }

  async reached(count: number): Promise<void> {
    await eventually(`${count} inserts acknowledged`, () => Promise.resolve(this.acknowledged.length >= count));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
  }
}
