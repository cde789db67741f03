/**
 * For tests: a real DynamoDB engine (dynalite, in memory) with a fresh table, the journal's unless told, and servers that misbehave.
 * Both endpoints of a connection lead to the same engine, as both regions' endpoints lead to the same strong table.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../system/index.ts';
import { createDynamoConnection } from './connection.ts';
import type { ConnectionOptions, DynamoConnection } from './connection.ts';
import { journalTable } from './journal-table.ts';

type Dynalite = (options: { readonly createTableMs: number }) => Server;

const load = createRequire(import.meta.url);
const dynalite = load('dynalite') as Dynalite;

export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** In-process engine and client share one thread here, so a burst takes longer than it would over a network. */
const patientLimits = { connectMs: 10_000, totalMs: 20_000 };

export interface TestTable {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  readonly connection: DynamoConnection;
  /** Nothing answers any more, at either endpoint. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const listen = async (server: Server | ReturnType<typeof createTcpServer>): Promise<string> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

export const connect = (change: Partial<ConnectionOptions>): DynamoConnection =>
  createDynamoConnection({ region: 'us-east-1', peerRegion: 'us-east-2', credentials, table: journalTable.TableName, clock: systemClock, ...change });

export async function createTestTable(table: typeof journalTable = journalTable): Promise<TestTable> {
  const server = dynalite({ createTableMs: 0 });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const endpoint = await listen(server);
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 });
  await client.send(new CreateTableCommand(table));
  while ((await client.send(new DescribeTableCommand({ TableName: table.TableName }))).Table?.TableStatus !== 'ACTIVE');
  const connection = connect({ primaryEndpoint: endpoint, peerEndpoint: endpoint, limits: patientLimits, table: table.TableName });
  const cutOff = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    endpoint,
    client,
    connection,
    cutOff,
    async close() {
      connection.close();
      client.destroy();
      await cutOff();
    },
  };
}

export interface TestEndpoint {
  readonly url: string;
  /** How many requests, or connections, came so far. */
  readonly count: () => number;
  readonly close: () => Promise<void>;
}

/** Takes connections and never says a word. */
export async function createBlackHole(): Promise<TestEndpoint> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  const url = await listen(server);
  return {
    url,
    count: () => sockets.length,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export async function createTestEndpoint(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestEndpoint> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    answer(request, response);
  });
  const url = await listen(server);
  return {
    url,
    count: () => count,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers every request as DynamoDB answers an error. */
export const createErringEndpoint = (name: string, status: number): Promise<TestEndpoint> =>
  createTestEndpoint((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'on purpose' }));
  });

/** Hands each request on, and loses the answer: what was asked is done, and nobody here learns of it. */
export const createAnswerLosingEndpoint = (behind: string): Promise<TestEndpoint> =>
  createTestEndpoint((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz') || name === 'content-type' || name === 'authorization'));
      const done = () => response.destroy();
      fetch(behind, { method: 'POST', headers: headers as Record<string, string>, body: Buffer.concat(chunks) }).then((answered) => answered.text()).then(done, done);
    });
  });
