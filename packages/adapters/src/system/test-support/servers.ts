// Small real servers for tests of whatever speaks HTTP: one that answers, one that hears and never answers, one that
// answers with bytes of its own, an address where nobody listens. Each has its own port, and closes at once.
import http from 'node:http';
import net from 'node:net';

export interface Heard {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** The other end's port: one per connection. */
  readonly fromPort: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

const listen = async (server: net.Server): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return `http://127.0.0.1:${address.port}`;
};

const closed = (server: net.Server): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  return promise;
};

const bodyOf = async (request: http.IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

/** Answers each request with what `answer` says; `lost` cuts the connection instead. */
export async function startServer(answer: (heard: Heard) => Answer | 'lost'): Promise<TestServer> {
  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const reply = answer({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body, fromPort: request.socket.remotePort });
    if (reply === 'lost') request.socket.destroy();
    else response.writeHead(reply.status, reply.headers).end(reply.body);
  };
  const server = http.createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const url = await listen(server);
  return {
    url,
    close() {
      const done = closed(server);
      server.closeAllConnections();
      return done;
    },
  };
}

/** Takes every connection and hands it, with its first bytes read, to `speak`. */
export async function startRawServer(speak: (socket: net.Socket) => void): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    // A client that gives up resets the connection; that is what these tests are about.
    socket.on('error', () => socket.destroy());
    socket.once('data', () => speak(socket));
  });
  const url = await listen(server);
  return {
    url,
    close() {
      const done = closed(server);
      for (const socket of sockets) socket.destroy();
      return done;
    },
  };
}

/** Connects, hears and never says a word. */
export const startBlackHole = (): Promise<TestServer> => startRawServer(() => undefined);

/** Begins a good answer, and resets the connection within its body. */
export const startResetter = (): Promise<TestServer> =>
  startRawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"status":', () => socket.resetAndDestroy());
  });

/** Begins a good answer, and never ends it. */
export const startStaller = (): Promise<TestServer> =>
  startRawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"status":');
  });

/** An address at which nobody listens. */
export async function refusedUrl(): Promise<string> {
  const server = net.createServer();
  const url = await listen(server);
  await closed(server);
  return url;
}
