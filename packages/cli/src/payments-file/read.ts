// Reads a file of payments, CSV or NDJSON, whole and before anything is sent.
// Invariant: either every line is a payment that the API would take, each id once, or all that is wrong is told by its
// line and nothing is returned. No value is repeated in what is said: it may be a card number.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { sha256Hex } from '@understudy/adapters/system';
import { defaultPaymentPolicy, parsePaymentRequest } from '@understudy/core';
import type { PaymentRequest } from '@understudy/api/client';
import { CsvError, parse } from 'csv-parse';
import { usageFault } from '../exit.ts';

export interface Line {
  /** Of the file, the first is 1. */
  readonly number: number;
  readonly payment: PaymentRequest;
  /** Of all its fields: tells whether a line is still the one that was sent. */
  readonly fingerprint: string;
}

/** All are kept in memory, some hundred bytes each. */
const LINES_MAX = 1_000_000;
const BYTES_MAX = 512 * 1024 * 1024;
/** More would hide the first. */
const FAULTS_SHOWN_MAX = 20;
const LINE_CHARACTERS_MAX = 10_000;

interface Raw {
  readonly number: number;
  readonly fields: unknown;
}

/** Throws a Refusal that names every line that is wrong, up to a number. */
export async function readPayments(file: string): Promise<readonly Line[]> {
  const isCsv = file.endsWith('.csv');
  if (!isCsv && !/\.(ndjson|jsonl)$/.test(file)) throw usageFault(`${file} must end in .csv, .ndjson or .jsonl`);
  await checkSize(file);
  const lines: Line[] = [];
  const faults: string[] = [];
  const seen = new Map<string, number>();
  for await (const raw of isCsv ? csvLines(file) : jsonLines(file)) {
    if (lines.length >= LINES_MAX) throw usageFault(`${file} holds more than ${LINES_MAX} payments; split it`);
    const read = paymentOf(raw);
    if ('faults' in read) {
      faults.push(...read.faults.map((fault) => `line ${raw.number}: ${fault}`));
      continue;
    }
    const { transaction_id: id } = read.payment;
    const first = seen.get(id);
    if (first !== undefined) faults.push(`line ${raw.number}: the transaction_id of line ${first} again; one id is one payment`);
    seen.set(id, first ?? raw.number);
    lines.push(read);
  }
  if (faults.length > 0) throw usageFault(faultText(file, faults));
  if (lines.length === 0) throw usageFault(`${file} holds no payment`);
  return lines;
}

async function checkSize(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw usageFault(`${file} cannot be read; --file names a .csv or .ndjson file`);
  if (found.size > BYTES_MAX) throw usageFault(`${file} is larger than ${BYTES_MAX / 1024 / 1024} MB; split it`);
}

const faultText = (file: string, faults: readonly string[]): string => {
  const more = faults.length - FAULTS_SHOWN_MAX;
  return [`${file} cannot be sent, and nothing of it was:`, ...faults.slice(0, FAULTS_SHOWN_MAX), ...(more > 0 ? [`and ${more} more`] : [])].join('\n  ');
};

function paymentOf({ number, fields }: Raw): Line | { readonly faults: readonly string[] } {
  const parsed = parsePaymentRequest(fields, { policy: defaultPaymentPolicy, paymentMethodRequired: true });
  if (!parsed.ok) return { faults: parsed.faults.map(({ message }) => message) };
  const payment = fields as PaymentRequest;
  return { number, payment, fingerprint: fingerprintOf(payment) };
}

/** The order of the fields is not part of a payment. */
const fingerprintOf = (payment: PaymentRequest): string => sha256Hex(JSON.stringify(Object.entries(payment).toSorted(([a], [b]) => (a < b ? -1 : 1)))).slice(0, 16);

async function* csvLines(file: string): AsyncGenerator<Raw> {
  const parser = parse({ columns: true, skip_empty_lines: true, trim: true, bom: true, info: true, max_record_size: LINE_CHARACTERS_MAX });
  const rows = createReadStream(file).pipe(parser) as AsyncIterable<{ readonly record: Readonly<Record<string, string>>; readonly info: { readonly lines: number } }>;
  try {
    // An empty cell is a field left out.
    for await (const { record, info } of rows) yield { number: info.lines, fields: Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== '')) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const at = 'lines' in error && typeof error.lines === 'number' ? `line ${error.lines}` : 'a line';
    throw usageFault(`${file} cannot be sent, and nothing of it was: ${at} is no CSV, or has more or fewer cells than the heading (${error.code})`);
  }
}

async function* jsonLines(file: string): AsyncGenerator<Raw> {
  const reader = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let number = 0;
  for await (const text of reader) {
    number += 1;
    if (text.trim() === '') continue;
    yield { number, fields: text.length > LINE_CHARACTERS_MAX ? undefined : parseJson(text.replace(/^\uFEFF/, '')) };
  }
}

/** An amount that is a number, as it was written: a double does not hold every amount. */
const asWritten = (name: string, value: unknown, context?: { readonly source?: string }): unknown => (name === 'amount' && typeof value === 'number' ? context?.source : value);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, asWritten);
  } catch {
    return undefined;
  }
}
