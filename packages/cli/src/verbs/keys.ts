// `understudy keys create|list|revoke|rotate`: who may call the API, as what. The text of a key is printed by the verb that
// makes it and can never be shown again.
import { sha256Hex, systemClock, systemRandom } from '@understudy/adapters/system';
import {
  createKey, isKeyName, isKeyText, isMerchantId, isRevoked, KEY_NAME_RULE, keyIdOf, listKeys, MERCHANT_RULE, revokeKey, rotateKey, scopes,
} from '@understudy/core';
import type { ManageKeysPorts, MerchantId, Revocation, Scope, StandingKey } from '@understudy/core';
import { exitCodes, refused, usageFault } from '../exit.ts';
import { operatorName } from '../operator-name.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

/** Longer, and two keys are simply in use. */
const OVERLAP_HOURS_MAX = 30 * 24;
const HOUR_MS = 3_600_000;
const REASON_CHARACTERS_MAX = 200;

const portsOf = async (desk: Desk): Promise<ManageKeysPorts> => ({ keys: (await desk.connect()).keys, clock: systemClock, random: systemRandom, digest: sha256Hex });

export async function create(desk: Desk, options: { readonly merchant: string; readonly live?: boolean; readonly scope: readonly Scope[]; readonly name?: string }): Promise<Answer> {
  const { live = false, name } = options;
  const merchantId = merchantOf(options.merchant);
  if (name !== undefined && !isKeyName(name)) throw usageFault(`--name must be ${KEY_NAME_RULE}`);
  const wanted = { merchantId, live, scopes: scopes.filter((scope) => options.scope.includes(scope)), ...(name !== undefined && { name }) };
  const made = await createKey(await portsOf(desk), wanted);
  return {
    exitCode: exitCodes.ok,
    json: { key_id: made.keyId, key: made.text, merchant_id: merchantId, live, scopes: wanted.scopes },
    text: `${made.text}\n\nThis is ${made.keyId}, a ${live ? 'live' : 'test'} key of ${merchantId}. It is not shown again.`,
  };
}

export async function list(desk: Desk, { merchant }: { readonly merchant: string }): Promise<Answer> {
  const merchantId = merchantOf(merchant);
  const found = await listKeys(await portsOf(desk), merchantId);
  const rows = found.keys.map((key) => [key.keyId, key.live ? 'live' : 'test', key.scopes.join(' '), key.name ?? '', timeText(key.createdAt), standingText(key)]);
  return {
    exitCode: exitCodes.ok,
    json: { keys: found.keys.map(jsonOf), is_cut: found.isCut },
    text: rows.length === 0 ? 'No key is listed.' : `${tableText(['key', 'mode', 'scopes', 'name', 'made', 'standing'], rows)}${found.isCut ? '\nThere are more.' : ''}`,
  };
}

export async function revoke(desk: Desk, options: { readonly reason: string }, [key = '']: readonly string[]): Promise<Answer> {
  const [keyId, why] = [keyIdFrom(key), whyOf(options.reason)];
  const result = await revokeKey(await portsOf(desk), keyId, why);
  if (result.code === 'not_found') throw refused(`there is no key ${keyId}`);
  return { exitCode: exitCodes.ok, json: { key_id: keyId, ...revocationJson(result.revocation) }, text: `${keyId} is refused in both regions from ${timeText(result.revocation.revokedAt)} on, give or take five seconds.` };
}

export async function rotate(desk: Desk, options: { readonly overlap: string; readonly reason: string }, [key = '']: readonly string[]): Promise<Answer> {
  const keyId = keyIdFrom(key);
  const rotation = { ...whyOf(options.reason), overlapMs: hoursOf(options.overlap) * HOUR_MS };
  const result = await rotateKey(await portsOf(desk), keyId, rotation);
  switch (result.code) {
    case 'not_found':
      throw refused(`there is no key ${keyId}`);
    case 'revoked':
      throw refused(`${keyId} is revoked; make a new key with keys create`);
    case 'rotated':
      return {
        exitCode: exitCodes.ok,
        json: { key_id: result.key.keyId, key: result.key.text, old: { key_id: keyId, ...revocationJson(result.old) } },
        text: `${result.key.text}\n\nThis is ${result.key.keyId}. It is not shown again. ${keyId} works until ${timeText(result.old.revokedAt)}.`,
      };
  }
}

const timeText = (at: number | undefined): string => (at === undefined ? '' : new Date(at).toISOString());

function standingText(key: StandingKey): string {
  const { revocation } = key;
  if (!revocation) return 'works';
  const at = timeText(revocation.revokedAt);
  return isRevoked(key, systemClock.now()) ? `revoked ${at} by ${revocation.by}: ${revocation.reason}` : `works until ${at}`;
}

const revocationJson = ({ revokedAt, by, reason }: Revocation): object => ({ revoked_at: timeText(revokedAt), by, reason });

const jsonOf = ({ keyId, live, scopes: held, name, createdAt, revocation }: StandingKey): object => ({
  key_id: keyId, live, scopes: held, ...(name !== undefined && { name }), ...(createdAt !== undefined && { created_at: timeText(createdAt) }), ...(revocation && revocationJson(revocation)),
});

function merchantOf(text: string): MerchantId {
  if (!isMerchantId(text)) throw usageFault(`--merchant must be ${MERCHANT_RULE}`);
  return text;
}

/** A key that leaked is at hand as a text. It is not repeated. */
function keyIdFrom(text: string): string {
  if (isKeyText(text)) return keyIdOf(sha256Hex(text));
  if (/^key_[0-9a-f]{16}$/.test(text)) return text;
  throw usageFault('the key must be an id as keys list shows it, such as key_0123456789abcdef, or the key itself');
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (!/^\d{1,4}(\.\d{1,4})?$/.test(text) || hours > OVERLAP_HOURS_MAX) throw usageFault(`--overlap must be a number of hours from 0 to ${OVERLAP_HOURS_MAX}`);
  return hours;
}

function whyOf(reason: string): { readonly by: string; readonly reason: string } {
  if (reason === '' || reason.length > REASON_CHARACTERS_MAX) throw usageFault(`--reason must have 1 to ${REASON_CHARACTERS_MAX} characters`);
  return { by: operatorName(), reason };
}
