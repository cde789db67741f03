// Time is data here: it comes in through the Clock port and is compared, never read.
import type { Brand } from '../support/brand.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, 'EpochMs'>;

export const epochMs = (value: number): EpochMs => value as EpochMs;

/** The UTC calendar day (`YYYY-MM-DD`) on which something was decided; settlement files are cut by it. */
export type BusinessDate = Brand<string, 'BusinessDate'>;

const DAY_MS = 86_400_000;

/** Civil date of a UTC instant, by the days-from-civil algorithm: core has no platform and so no Date. */
export function businessDateOf(at: EpochMs): BusinessDate {
  const days = Math.floor(at / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const pad = (value: number, width: number) => String(value).padStart(width, '0');
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` as BusinessDate;
}

const MONTHS_OF_30 = [4, 6, 9, 11];

/** Whether a text is a day that there is. What is none would fail in every database, however often it is asked. */
export function isBusinessDate(text: string): text is BusinessDate {
  const [, year = 0, month = 0, day = 0] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? [];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const february = isLeap ? 29 : 28;
  const last = month === 2 ? february : MONTHS_OF_30.includes(month) ? 30 : 31;
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= last;
}

/** An instant as ISO 8601 in UTC: `2026-01-05T12:00:00.000Z`. */
export function isoTime(at: EpochMs): string {
  const ms = ((at % DAY_MS) + DAY_MS) % DAY_MS;
  const part = (unitMs: number, base: number, width: number) => String(Math.floor(ms / unitMs) % base).padStart(width, '0');
  return `${businessDateOf(at)}T${part(3_600_000, 24, 2)}:${part(60_000, 60, 2)}:${part(1000, 60, 2)}.${part(1, 1000, 3)}Z`;
}
