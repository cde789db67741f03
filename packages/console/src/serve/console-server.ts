/**
 * The console's pages over a desk, without a twin. Invariant: it listens on 127.0.0.1 and takes orders only from its own
 * pages; what it may do is what the desk's ports may, which are an operator's own.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Desk } from '../desk/desk.ts';
import { whyForeign } from './foreign.ts';
import { Pages } from './pages.ts';

export interface ConsoleServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The longest order names some hundred letters. */
const BODY_BYTES_MAX = 64 * 1024;

/** Rejects when the port is taken. */
export async function serveConsole({ desk, port, onFault }: { readonly desk: Desk; readonly port: number; readonly onFault: (sentence: string) => void }): Promise<ConsoleServer> {
  const pages = new Pages(onFault);
  const server = createServer((request, response) => void serve({ desk, pages, onFault }, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

interface Served {
  readonly desk: Desk;
  readonly pages: Pages;
  readonly onFault: (sentence: string) => void;
}

async function serve({ desk, pages, onFault }: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number, code: string, error: string): void => send(response, status, { error, code });
  try {
    const why = whyForeign(request.headers);
    if (why !== undefined) return refuse(403, 'forbidden', why);
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://console');
    const { method } = request;
    if (method !== 'GET' && method !== 'POST') return refuse(405, 'method_not_allowed', 'the console takes GET and POST');
    const body = method === 'POST' ? await bodyOf(request) : {};
    if (!body) return refuse(400, 'invalid_request', `the body must be a JSON object of at most ${BODY_BYTES_MAX} bytes`);
    const answer = await desk({ method, path, query, body });
    if (answer) return send(response, answer.status, answer.body);
    if (method === 'GET' && !path.startsWith('/desk/') && pages.serve(path, response)) return;
    refuse(404, 'not_found', 'there is no such path');
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    onFault(sentence);
    refuse(500, 'fault', sentence);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  try {
    const body: unknown = bytes === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
