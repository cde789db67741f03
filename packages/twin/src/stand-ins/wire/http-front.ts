/**
 * The HTTP listener under every stand-in: reads one bounded body, asks for an answer, writes it.
 * Invariant: `gone` aborts whenever the caller left before the whole answer was handed to the network,
 * so that whoever took something out for this caller can put it back.
 * It does not speak TLS, verify signatures or listen on anything but 127.0.0.1.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as text, and as it was sent. */
  readonly body: string;
  readonly bytes: Buffer;
  readonly gone: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface HttpFront {
  /** Listens on 127.0.0.1; port 0 or none takes a free one. Returns the port. */
  listen(port?: number): Promise<number>;
  /** Cuts every open connection, so that a waiting long poll cannot hold up the end. */
  close(): Promise<void>;
  /** The port listened on; a bug before `listen`. */
  port(): number;
}

/** A caller that sends its body slower than this is not an SDK. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of the SDK's agent, so that the caller is the one who closes. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** The body, or undefined when it is over the limit; the surplus is read and thrown away, so that the caller can hear the answer. */
const readBody = async (request: IncomingMessage, bodyBytesMax: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bodyBytes += chunk.length;
    if (bodyBytes <= bodyBytesMax) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bodyBytes <= bodyBytesMax ? Buffer.concat(chunks) : undefined;
};

/** The socket's end is heard before the response's close: a half-closed caller has already stopped waiting. */
const watchCaller = (request: IncomingMessage, response: ServerResponse): AbortSignal => {
  const controller = new AbortController();
  const leave = (): void => {
    if (!response.writableFinished) controller.abort();
  };
  request.socket.once('end', leave);
  response.once('close', () => {
    leave();
    request.socket.off('end', leave);
  });
  return controller.signal;
};

const write = (response: ServerResponse, reply: Reply): void => {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': String(Buffer.byteLength(reply.body)) });
  response.end(reply.body);
};

export const createHttpFront = (bodyBytesMax: number, answer: (call: Call) => Promise<Reply>): HttpFront => {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = watchCaller(request, response);
    const bytes = await readBody(request, bodyBytesMax);
    if (bytes === undefined) write(response, { status: 413, headers: { connection: 'close' }, body: 'request body too large' });
    else write(response, await answer({ method: request.method ?? '', path: request.url ?? '/', headers: request.headers, body: bytes.toString('utf8'), bytes, gone }));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined));
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  let listening = 0;
  return {
    listen: (port = 0) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          listening = (server.address() as AddressInfo).port;
          resolve(listening);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    port: () => {
      assert(listening !== 0, 'a stand-in has no address before it listens');
      return listening;
    },
  };
};
