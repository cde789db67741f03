// From the query of a list to where its page begins and how long it is, and back to the cursor for the next one.
// Invariant: a cursor holds a place in the caller's own list and nothing more: whose list that is comes from the key.
import { epochMs, idFault, transactionId } from '@understudy/core';
import type { CustomerEntry } from '@understudy/core';
import type { FieldFault } from '@understudy/api';
import type { HttpEvent } from '../shared/http-event.ts';

const LIMIT_DEFAULT = 20;
/** Each payment of a page is read by itself. */
const LIMIT_MAX = 100;
/** Longer than any cursor ever made. */
const CURSOR_CHARACTERS_MAX = 256;

export interface Page {
  readonly limit: number;
  readonly after?: CustomerEntry;
}

export type PageRead = { readonly ok: true; readonly page: Page } | { readonly ok: false; readonly fault: FieldFault };

export function readPage({ queryStringParameters }: HttpEvent): PageRead {
  const { limit = String(LIMIT_DEFAULT), cursor } = queryStringParameters ?? {};
  if (!/^[1-9][0-9]{0,2}$/.test(limit) || Number(limit) > LIMIT_MAX) return { ok: false, fault: { field: 'limit', message: `limit must be a whole number from 1 to ${LIMIT_MAX}` } };
  const after = cursor === undefined ? undefined : entryOf(cursor);
  if (cursor !== undefined && !after) return { ok: false, fault: { field: 'cursor', message: 'cursor must be a next_cursor as it was given' } };
  return { ok: true, page: { limit: Number(limit), ...(after && { after }) } };
}

export const cursorOf = ({ acceptedAt, transactionId: id }: CustomerEntry): string => Buffer.from(`${acceptedAt} ${id}`).toString('base64url');

function entryOf(cursor: string): CustomerEntry | undefined {
  if (cursor.length > CURSOR_CHARACTERS_MAX) return undefined;
  const [, at, id] = /^(\d{1,15}) (.+)$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (at === undefined || id === undefined || idFault('transaction_id', id)) return undefined;
  return { acceptedAt: epochMs(Number(at)), transactionId: transactionId(id) };
}
