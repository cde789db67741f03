// The ways in which the other side of a connection fails, as rows for tests.
import { refusedUrl, startBlackHole, startRawServer, startResetter, startServer, startStaller } from './servers.ts';
import type { TestServer } from './servers.ts';

export interface Trouble {
  readonly name: string;
  readonly start: () => Promise<TestServer>;
}

const noServer = async (): Promise<TestServer> => ({ url: await refusedUrl(), close: async () => undefined });

const page = (status: number) => (): Promise<TestServer> =>
  startServer(() => ({ status, headers: { 'content-type': 'text/html' }, body: '<html>4111111111111111</html>' }));

/** No answer, or not a whole one. */
export const silences: readonly Trouble[] = [
  { name: 'nobody listens', start: noServer },
  { name: 'a black hole', start: startBlackHole },
  { name: 'a reset within the answer', start: startResetter },
  { name: 'an answer that stalls within its body', start: startStaller },
  { name: 'a connection closed without a word', start: () => startServer(() => 'lost') },
  { name: 'bytes that are not HTTP', start: () => startRawServer((socket) => socket.end('4111111111111111 is not HTTP\r\n\r\n')) },
];

/** Whole answers, none of them of the service's own. */
export const garbage: readonly Trouble[] = [
  { name: 'a page with status 200', start: page(200) },
  { name: 'a page with status 404', start: page(404) },
  { name: 'a page with status 502', start: page(502) },
  { name: 'an empty answer', start: () => startServer(() => ({ status: 200, body: '' })) },
  { name: 'a JSON list', start: () => startServer(() => ({ status: 200, body: '[]' })) },
  { name: 'an endless body', start: () => startServer(() => ({ status: 200, body: 'x'.repeat(300_000) })) },
];
