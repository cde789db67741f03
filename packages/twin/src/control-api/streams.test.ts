import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { LedgerRow } from '@understudy/adapters/postgres';
import { afterEach, expect, test, vi } from 'vitest';
import type { EventHub, TwinEvent } from '../event-hub.ts';
import { streamEvents, streamLedger } from './streams.ts';

const opened: (() => void)[] = [];
afterEach(() => opened.splice(0).forEach((close) => close()));

/** Asks and then never reads what is answered. */
async function unread(serve: (request: IncomingMessage, response: ServerResponse) => void): Promise<Socket> {
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {}).pause();
  socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  opened.push(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return socket;
}

test('events: a page that never reads -> cut off at a limit, and not listened to any more', async () => {
  const listeners = new Set<(event: TwinEvent) => void>();
  const hub: Pick<EventHub, 'since' | 'listen'> = { since: () => [], listen: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  } };
  let answer: ServerResponse | undefined;
  await unread((request, response) => streamEvents(hub as EventHub, request, (answer = response)));
  await vi.waitFor(() => expect(listeners.size).toBe(1));
  const words = 'x'.repeat(64 * 1024);
  for (let id = 1; id <= 2_000 && listeners.size > 0; id += 1) {
    for (const listener of listeners) listener({ id, at: 0, type: 'news', words });
    expect(answer?.writableLength ?? 0).toBeLessThan(8 * 1024 * 1024);
    if (id % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(listeners.size).toBe(0));
});

test('ledger rows: the reader goes in the middle -> the reading ends, and asks for no further page', async () => {
  const row = { merchantId: 'm', transactionId: 't'.repeat(1_000), amountMinor: 1n, currency: 'USD', status: 'processed', epoch: 1 } as unknown as LedgerRow;
  let pages = 0;
  let isOver = false;
  const socket = await unread((_request, response) => {
    const readPage = (): Promise<readonly LedgerRow[]> => Promise.resolve(Array.from({ length: 1_000 }, () => row)).finally(() => (pages += 1));
    void streamLedger(readPage, response).then(() => (isOver = true));
  });
  await vi.waitFor(() => expect(pages).toBeGreaterThan(0));
  socket.destroy();
  await vi.waitFor(() => expect(isOver).toBe(true));
  expect(pages).toBeLessThan(100);
});
