// Exact money: whole minor units of an ISO 4217 currency. No float ever holds an amount.
import type { Brand } from '../../support/brand.ts';
import { assert } from '../../support/assert.ts';

/** Whole minor units (cents): at least 0. */
export type MinorUnits = Brand<bigint, 'MinorUnits'>;

export const minorUnits = (value: bigint): MinorUnits => {
  assert(value >= 0n, 'an amount of money is never negative');
  return value as MinorUnits;
};

export interface Money {
  readonly minor: MinorUnits;
  /** ISO 4217 code, upper case. */
  readonly currency: string;
}

/** Decimals of the currencies that may be configured; ISO 4217. */
const currencyDecimals: Readonly<Record<string, number>> = {
  AUD: 2, BHD: 3, CAD: 2, CHF: 2, DKK: 2, EUR: 2, GBP: 2, JPY: 0, KWD: 3, NOK: 2, NZD: 2, PLN: 2, SEK: 2, SGD: 2, USD: 2,
};

/** How many decimals `currency` has, or undefined when it is not a currency we know. */
export const decimalsOf = (currency: string): number | undefined =>
  Object.hasOwn(currencyDecimals, currency) ? currencyDecimals[currency] : undefined;

/** Digits before the point: far above any limit, and a bound on the work a hostile amount can cause. */
const WHOLE_DIGITS_MAX = 15;
const FRACTION_DIGITS_MAX = 30;
const decimalPattern = new RegExp(`^(\\d{1,${WHOLE_DIGITS_MAX}})(?:\\.(\\d{1,${FRACTION_DIGITS_MAX}}))?$`);

export type AmountFault = 'not_a_decimal' | 'too_many_decimals';

/**
 * Reads a decimal such as `10`, `10.5` or `10.00` as whole minor units.
 * More decimals than the currency has are a fault, never a rounding; trailing zeros are no decimals.
 */
export function parseAmount(text: string, currency: string): Money | AmountFault {
  const match = decimalPattern.exec(text);
  if (!match) return 'not_a_decimal';
  const decimals = decimalsOf(currency);
  assert(decimals !== undefined, 'the currency was checked before its amount is read');
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return 'too_many_decimals';
  return { minor: minorUnits(BigInt((match[1] ?? '') + fraction.padEnd(decimals, '0'))), currency };
}

/** The decimal string of an amount with all of its currency's decimals: `10.00`. */
export function formatAmount(money: Money): string {
  const decimals = decimalsOf(money.currency) ?? 0;
  const digits = money.minor.toString().padStart(decimals + 1, '0');
  if (decimals === 0) return digits;
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
