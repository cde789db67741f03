// The payment policy as an operator writes it: JSON with only what differs from core's defaults; money as decimal
// strings, because JSON has no whole numbers of that size.
import * as v from 'valibot';
import { decimalsOf, defaultPaymentPolicy } from '@understudy/core';
import type { PaymentPolicy } from '@understudy/core';

const major = (defaultValue: bigint) => v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,14}$/), v.transform((digits) => BigInt(digits))), defaultValue.toString());
const whole = (defaultValue: number) => v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)), defaultValue);
const currency = v.pipe(v.string(), v.check((code) => decimalsOf(code) !== undefined));

export const paymentPolicySchema: v.GenericSchema<unknown, PaymentPolicy> = v.strictObject({
  currencies: v.optional(v.pipe(v.array(currency), v.minLength(1)), [...defaultPaymentPolicy.currencies]),
  amountMaxMajor: major(defaultPaymentPolicy.amountMaxMajor),
  highValueMajor: major(defaultPaymentPolicy.highValueMajor),
  settleWithinMs: whole(defaultPaymentPolicy.settleWithinMs),
  chargeInFlightMs: whole(defaultPaymentPolicy.chargeInFlightMs),
  acquirerKeyLifeMs: whole(defaultPaymentPolicy.acquirerKeyLifeMs),
  attemptsMax: whole(defaultPaymentPolicy.attemptsMax),
  sessionPatienceMs: whole(defaultPaymentPolicy.sessionPatienceMs),
});
