/**
 * The few things the sandbox needs of HTTP beyond node:http: bounded JSON bodies, and answers.
 *
 * Invariant: no body is read beyond its limit, and an answer to a client that has gone is dropped silently.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const BODY_BYTES_MAX = 16 * 1024;

export type Body = { readonly value: unknown } | { readonly refused: 'too_large' | 'bad_json' };

export async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early does not close the socket on which the refusal is to be sent: Node spares it for servers.
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return { refused: 'too_large' };
    chunks.push(chunk);
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { refused: 'bad_json' };
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.writableEnded) return;
  const text = JSON.stringify(body);
  // What is left of a refused body would otherwise be read as the next request.
  const close = response.req.complete ? {} : { connection: 'close' };
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...close });
  response.end(text);
}

export function sendInvalid(response: ServerResponse, status: number, problem: { code: string; message: string }): void {
  sendJson(response, status, { status: 'invalid', ...problem });
}
