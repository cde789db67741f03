/**
 * What an acquirer's answer means.
 * Invariant: an answer is definite only when its HTTP status and its body say the same thing; everything else is
 * undefined here, which the caller turns into "unknown", never into "no".
 * Nothing of a body goes anywhere but into the fields named here.
 */
import { containsCardNumber } from '@understudy/core';
import type { ChargeAnswer, LookupAnswer } from '@understudy/core';
import type { HttpAnswer } from '../system/http-call.ts';
import { jsonObject } from '../system/json-object.ts';
import type { JsonObject } from '../system/json-object.ts';

const REFERENCE_CHARACTERS_MAX = 255;
const codePattern = /^[A-Za-z0-9_.:-]{1,64}$/;

const isReference = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= REFERENCE_CHARACTERS_MAX;

/** A code is stored and logged, so it must look like one. */
const isCode = (value: unknown): value is string => typeof value === 'string' && codePattern.test(value) && !containsCardNumber(value);

const approvedOf = ({ reference }: JsonObject): ChargeAnswer & LookupAnswer | undefined =>
  isReference(reference) ? { code: 'approved', reference } : undefined;

const declinedOf = ({ reference, code }: JsonObject): ChargeAnswer & LookupAnswer | undefined =>
  isReference(reference) && isCode(code) ? { code: 'declined', reference, reason: code } : undefined;

/**
 * A refusal because of an earlier request under the same key says that there was one, so money may have moved:
 * it is no promise that nothing was charged, and the lookup must tell.
 */
const keyReusedCode = 'key_reused';

const invalidOf = ({ code }: JsonObject): ChargeAnswer | undefined =>
  isCode(code) && code !== keyReusedCode ? { code: 'invalid', reason: code } : undefined;

export function readChargeAnswer(answer: HttpAnswer): ChargeAnswer | undefined {
  const fields = jsonObject(answer.body);
  if (!fields) return undefined;
  switch (`${answer.status} ${String(fields['status'])}`) {
    case '200 approved': return approvedOf(fields);
    case '402 declined': return declinedOf(fields);
    case '409 in_progress': return { code: 'in_progress' };
    case '422 invalid': return invalidOf(fields);
    default: return undefined;
  }
}

export function readLookupAnswer(answer: HttpAnswer): LookupAnswer | undefined {
  const fields = jsonObject(answer.body);
  if (!fields || answer.status !== 200) return undefined;
  const { status, voided = false } = fields;
  if (typeof voided !== 'boolean') return undefined;
  switch (status) {
    case 'none': return { code: 'none' };
    case 'approved': return voided ? { code: 'none' } : approvedOf(fields);
    case 'declined': return declinedOf(fields);
    case 'in_progress': return { code: 'in_progress' };
    default: return undefined;
  }
}

/** Whether the charge certainly holds no money now: given back, declined at the time, or never made. */
export function isVoidDone(answer: HttpAnswer): boolean {
  const status = jsonObject(answer.body)?.['status'];
  return answer.status === 404 ? status === 'none' : answer.status === 200 && (status === 'voided' || status === 'declined');
}
