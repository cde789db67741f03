/**
 * The key that requests to AWS are signed with, as Node keeps one: to find out that a key in a buffer is none of its own
 * takes Node six times as long as to sign.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const hmac = (key: KeyObject, text: string): KeyObject => createSecretKey(createHmac('sha256', key).update(text, 'utf8').digest());

/** Of signature version 4. `scope`: the day, the region and the service. */
export const signingKeyOf = (secret: string, scope: readonly string[]): KeyObject => [...scope, 'aws4_request'].reduce(hmac, createSecretKey(`AWS4${secret}`, 'utf8'));
