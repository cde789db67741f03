/**
 * Reads the acquirer's own report of its charges, for an audit.
 * Invariant: what cannot be understood is a fault and never skipped: an audit that leaves a charge out proves nothing.
 */
import { epochMs, merchantId, minorUnits, PortFault, transactionId } from '@understudy/core';
import type { ChargeEntry, ChargeReport, PaymentKey, ReportPage } from '@understudy/core';

/** A page of a thousand charges is some 300 kB. */
const ANSWER_MS_MAX = 30_000;

const outcomes = ['approved', 'declined', 'in_progress'] as const;

export interface HttpChargeReportOptions {
  readonly baseUrl: string;
  readonly apiKey?: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function createHttpChargeReport({ baseUrl, apiKey }: HttpChargeReportOptions): ChargeReport {
  const base = baseUrl.replace(/\/+$/, '');
  const ask = async (query: Readonly<Record<string, string>>): Promise<ReportPage<ChargeEntry>> => {
    const response = await fetch(`${base}/v1/report?${new URLSearchParams(query).toString()}`, {
      headers: { accept: 'application/json', ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
      redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS_MAX),
    }).catch((error: unknown) => {
      throw fault('did not answer', error);
    });
    if (!response.ok) throw fault(`answered ${response.status}`);
    return pageOf(await response.json().catch((error: unknown) => {
      throw fault('broke off its answer', error);
    }));
  };
  return {
    page: ({ limit, cursor }) => ask({ limit: String(limit), ...(cursor !== undefined && { after: cursor }) }),
    async of(key: PaymentKey) {
      const { entries, cursor } = await ask({ merchant_id: key.merchantId, transaction_id: key.transactionId });
      if (cursor !== undefined) throw fault('has more charges of one payment than a page holds');
      return entries;
    },
  };
}

const fault = (message: string, cause?: unknown): PortFault => new PortFault({ port: 'acquirer', retryable: true, message: `the report ${message}`, cause });

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function pageOf(body: unknown): ReportPage<ChargeEntry> {
  if (!isFields(body) || !Array.isArray(body['charges'])) throw fault('cannot be understood');
  const { next } = body;
  return { entries: body['charges'].map(entryOf), ...(typeof next === 'string' && { cursor: next }) };
}

function entryOf(value: unknown): ChargeEntry {
  if (!isFields(value)) throw fault('cannot be understood');
  const { merchant_id: merchant, transaction_id: transaction, reference, amount_minor: minor, currency, voided, live, at, refunded_minor: refunded = '0' } = value;
  const outcome = outcomes.find((known) => known === value['outcome']);
  const isWhole = (text: unknown): text is string => typeof text === 'string' && /^\d{1,18}$/.test(text);
  if (typeof merchant !== 'string' || typeof transaction !== 'string' || typeof reference !== 'string' || typeof currency !== 'string') throw fault('cannot be understood');
  if (!isWhole(minor) || !isWhole(refunded) || !outcome || typeof voided !== 'boolean' || typeof live !== 'boolean' || typeof at !== 'number') throw fault('cannot be understood');
  return {
    side: 'acquirer', merchantId: merchantId(merchant), transactionId: transactionId(transaction), reference,
    amount: { minor: minorUnits(BigInt(minor)), currency }, outcome, voided, refundedMinor: minorUnits(BigInt(refunded)), live, newestAt: epochMs(at),
  };
}
