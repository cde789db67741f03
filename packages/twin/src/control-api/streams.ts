/**
 * The two answers of the control API that do not fit in memory or never end: ledger rows, and events.
 * Invariant: whoever does not read holds a bounded part of them here, and whoever has gone holds nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { EventHub, TwinEvent } from '../event-hub.ts';
import type { LedgerRefundRow, LedgerRow } from '@understudy/adapters/postgres';

const PAGE = 1_000;
const HEARTBEAT_MS = 15_000;
/** Several times the whole past. A page that reads nothing for so long is cut off; it comes again and names the last event it has. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Server-sent events: the kept past (after `Last-Event-ID`, when given), then everything as it happens. `?untyped` leaves out the
 * line that names each type, because a page hears a named event only if it knew the name beforehand.
 */
export function streamEvents(events: EventHub, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const isUntyped = request.url?.endsWith('?untyped') ?? false;
  const write = (event: TwinEvent): void => {
    if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
    else response.write(`id: ${event.id}\n${isUntyped ? '' : `event: ${event.type}\n`}data: ${JSON.stringify(event)}\n\n`);
  };
  for (const event of events.since(Number(request.headers['last-event-id'] ?? 0))) write(event);
  const silence = events.listen(write);
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  response.once('close', () => {
    clearInterval(heartbeat);
    silence();
  });
}

type ReadPage<R> = (after: R | undefined, limit: number) => Promise<readonly R[]>;

/** All rows as one JSON array, page by page, at the pace of whoever reads. */
export async function streamLedger<R extends LedgerRow | LedgerRefundRow>(readPage: ReadPage<R>, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let rows = await readPage(undefined, PAGE);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.write('[');
  for (let first = true; rows.length > 0; rows = await readPage(rows.at(-1), PAGE)) {
    const text = `${first ? '' : ','}${rows.map(render).join(',')}`;
    first = false;
    if (!response.write(text)) await once(response, 'drain', { signal: gone.signal }).catch(() => {});
    if (response.destroyed || rows.length < PAGE) break;
  }
  response.end(']');
}

const render = (row: LedgerRow | LedgerRefundRow): string =>
  JSON.stringify({
    merchant_id: row.merchantId, transaction_id: row.transactionId, ...('refundId' in row && { refund_id: row.refundId }), amount_minor: Number(row.amountMinor), currency: row.currency, status: row.status, epoch: row.epoch,
  });
