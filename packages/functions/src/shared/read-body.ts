// Reads a JSON body exactly. Invariant: an amount that was written as a number leaves here as the text it was
// written as, so that no float ever holds it; a body that could be read in two ways is refused.
// It does not judge fields; core does.
import type { FieldFault } from '@understudy/api';
import type { HttpEvent } from './http-event.ts';

/** Far above any payment, far below what could hurt. */
export const BODY_BYTES_MAX: number = 16 * 1024;

export type BodyRead =
  | { readonly code: 'ok'; readonly value: unknown }
  | { readonly code: 'too_large' }
  | { readonly code: 'invalid_request'; readonly fault: FieldFault };

const invalid = (message: string): BodyRead => ({ code: 'invalid_request', fault: { message } });

export function readBody(event: HttpEvent): BodyRead {
  const { body } = event;
  if (body === undefined || body === null || body === '') return invalid('a JSON body is required');
  const bytes = Buffer.from(body, event.isBase64Encoded === true ? 'base64' : 'utf8');
  if (bytes.byteLength > BODY_BYTES_MAX) return { code: 'too_large' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text, exactAmount);
    return hasRepeatedKey(text) ? invalid('the body names a field more than once') : { code: 'ok', value };
  } catch {
    // Not only a SyntaxError: a body nested thousands of levels deep exhausts the stack.
    return invalid('the body is not valid JSON in UTF-8');
  }
}

function exactAmount(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return key === 'amount' && typeof value === 'number' ? context?.source : value;
}

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/** Whether the outermost object of a text that is valid JSON names a field twice: JSON.parse would silently take the last. */
function hasRepeatedKey(text: string): boolean {
  const seen = new Set<string>();
  let depth = 0;
  let string: string | undefined;
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':' && depth === 1 && string !== undefined) {
      const key = JSON.parse(string) as string;
      if (seen.has(key)) return true;
      seen.add(key);
    }
    string = token.startsWith('"') ? token : undefined;
  }
  return false;
}
