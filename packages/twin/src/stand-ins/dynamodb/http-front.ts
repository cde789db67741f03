/**
 * One region's endpoint: AWS JSON 1.0 over HTTP, as the AWS SDK speaks it.
 * Invariant: every request is answered once, or its connection is destroyed because that was injected.
 * Does not: check signatures. Whoever reaches 127.0.0.1 may read and write, but for a caller that says which function it is.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import type { Item } from './dynalite-library.ts';
import type { InjectedFaults } from './faults.ts';
import type { Execute } from './operations.ts';
import { CALLER_HEADER, denialOf } from './permissions.ts';
import type { Permissions } from './permissions.ts';
import { isRefusal, refusal } from './refusal.ts';

/** The largest request of DynamoDB: a BatchWriteItem. */
const bodyBytesMax = 16 * 1024 * 1024;
/** Longer than the SDK keeps an idle connection, so that the client is the one who closes it. */
const keepAliveMs = 65_000;

interface Answer {
  readonly statusCode: number;
  readonly body: object;
}

export interface HttpFrontOptions {
  readonly region: string;
  readonly execute: Execute;
  readonly faults: InjectedFaults;
  /** Without them nobody is held to any. */
  readonly permissions?: Permissions | undefined;
}

export function createHttpFront({ region, execute, faults, permissions }: HttpFrontOptions): Server {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const body = await readBody(request);
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    const answer = await answerTo(operation, body, request.headers[CALLER_HEADER]);
    if (faults.losesAnswer(region, operation)) request.socket.destroy();
    else send(response, answer);
  };

  const answerTo = async (operation: string, bytes: Buffer, caller: unknown): Promise<Answer> => {
    try {
      const injected = faults.refusalFor(region, operation);
      if (injected) throw injected;
      const body = parse(bytes);
      const denied = permissions && typeof caller === 'string' ? denialOf(permissions, { caller, region, operation, body }) : undefined;
      if (denied) {
        // A missing right is a fault of ours, and whoever is denied may hide it by trying something else.
        console.error(JSON.stringify({ level: 'error', event: 'access_denied', caller, region, operation, because: denied.message }));
        throw denied;
      }
      return { statusCode: 200, body: await execute(region, operation, body) };
    } catch (error) {
      const told = isRefusal(error) ? error : refusal('InternalServerError', String(error), 500);
      return { statusCode: told.statusCode, body: told.body };
    }
  };

  const server = createServer((request, response) => {
    // The caller hung up while sending: there is nobody to answer. Anything after the body is answered by `answerTo`.
    respond(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = keepAliveMs;
  return server;
}

/** Undefined when the body is too large. Rejects when the caller hangs up. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks);
}

function parse(body: Buffer): Item {
  try {
    const parsed: unknown = JSON.parse(body.length === 0 ? '{}' : body.toString());
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Item;
  } catch {
    // Told below, as for JSON that is not an object.
  }
  throw refusal('SerializationException', 'The request body is not a JSON object.');
}

function send(response: ServerResponse, { statusCode, body }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(statusCode, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    'x-amz-crc32': crc32(text),
  });
  response.end(text);
}

/** Listens on 127.0.0.1 and resolves with the port; 0 asks for any free one. */
export const listenLocally = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
