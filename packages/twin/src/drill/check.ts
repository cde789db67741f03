/**
 * Compares what clients saw acknowledged with the acquirer's own record and with the surviving ledger.
 * Invariant: it believes only records it did not make: no status that the service reports counts as proof.
 */
import type { Region } from '@understudy/core';
import type { RecordEntry } from '../acquirer-sandbox/record.ts';
import type { SentPayment } from './load.ts';
import type { LedgerRowBody, RunningTwin } from './running-twin.ts';

export interface Verdict {
  /** One sentence each; empty when every promise was kept. */
  readonly broken: readonly string[];
  readonly acknowledged: number;
  readonly processed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Sent, never acknowledged, and in the books all the same: the client was told "unknown", rightly. */
  readonly unacknowledgedButDone: number;
}

const PROBLEMS_SHOWN_MAX = 20;

/** Waits until every acknowledged payment has its row in the active region's ledger, or the limit passes. Returns how many have none. */
export async function untilSettled(twin: RunningTwin, payments: readonly SentPayment[], limitMs = 60_000): Promise<number> {
  const wanted = payments.filter((payment) => payment.ackedAt !== undefined).map((payment) => payment.transactionId);
  const deadline = Date.now() + limitMs;
  for (;;) {
    const missing = await missingRows(twin, wanted);
    if (missing === 0 || Date.now() > deadline) return missing;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function missingRows(twin: RunningTwin, wanted: readonly string[]): Promise<number> {
  try {
    const rows = new Set((await twin.ledger(await activeRegion(twin))).map((row) => row.transaction_id));
    return wanted.filter((id) => !rows.has(id)).length;
  } catch {
    // The ledger is being promoted or restarted.
    return wanted.length;
  }
}

export async function activeRegion(twin: RunningTwin): Promise<Region> {
  const { epoch } = await twin.state();
  if (!epoch) throw new Error('the twin has not read its epoch record');
  return epoch.activeRegion;
}

/** Judges the records as they stand now. */
export async function check(twin: RunningTwin, payments: readonly SentPayment[]): Promise<Verdict> {
  const rows = await twin.ledger(await activeRegion(twin));
  const charges = await twin.charges();
  return judge(payments, rows, charges);
}

export function judge(payments: readonly SentPayment[], rows: readonly LedgerRowBody[], charges: readonly RecordEntry[]): Verdict {
  const broken: string[] = [];
  const say = (sentence: string) => {
    if (broken.length < PROBLEMS_SHOWN_MAX) broken.push(sentence);
  };
  const sent = new Map(payments.map((payment) => [payment.transactionId, payment]));
  const rowOf = index(rows, (row) => row.transaction_id, (id) => say(`${id} stands twice in the ledger`));
  const chargeOf = index(charges, (charge) => charge.transaction_id, (id) => say(`${id} has two keys at the acquirer`));
  const counts = { processed: 0, failed: 0, cancelled: 0, unacknowledgedButDone: 0 };
  for (const [id, payment] of sent) {
    const row = rowOf.get(id);
    const net = netCharges(chargeOf.get(id));
    if (payment.ackedAt !== undefined && !row) say(`${id} was acknowledged and has no row in the surviving ledger`);
    if (payment.ackedAt === undefined && row) counts.unacknowledgedButDone += 1;
    if (payment.refusedStatus !== undefined && !mayBeRefused(payment)) say(`${id} was refused with ${payment.refusedStatus}`);
    if (payment.refusedStatus !== undefined && row) say(`${id} was refused with ${payment.refusedStatus} and stands in the ledger as ${row.status}`);
    if (row && (row.amount_minor !== payment.amountMinor || row.currency !== payment.currency)) say(`${id} was sent as ${payment.amountMinor} ${payment.currency} and booked as ${row.amount_minor} ${row.currency}`);
    if (row?.status === 'processed' && net !== 1) say(`${id} is processed with ${net} charges that stand`);
    if (row && row.status !== 'processed' && net !== 0) say(`${id} is ${row.status} with ${net} charges that stand`);
    if (!row && net !== 0) say(`${id} has ${net} charges that stand and no row in the ledger`);
    const charge = chargeOf.get(id);
    if (charge && (charge.amount_minor !== payment.amountMinor || charge.currency !== payment.currency)) say(`${id} was charged ${charge.amount_minor} ${charge.currency} instead of ${payment.amountMinor} ${payment.currency}`);
    if (row) counts[row.status as 'processed' | 'failed' | 'cancelled'] += 1;
  }
  for (const id of rowOf.keys()) if (!sent.has(id)) say(`${id} stands in the ledger and was never sent`);
  for (const id of chargeOf.keys()) if (!sent.has(id)) say(`${id} was charged and never sent`);
  return { broken, acknowledged: payments.filter((payment) => payment.ackedAt !== undefined).length, ...counts };
}

/** Only a session that somebody else pays may refuse a payment. */
const mayBeRefused = ({ sessionId, refusedStatus }: SentPayment): boolean => sessionId !== undefined && refusedStatus === 409;

const netCharges = (charge: RecordEntry | undefined): number => (charge ? charge.charges - charge.voids : 0);

function index<T>(entries: readonly T[], idOf: (entry: T) => string, onTwice: (id: string) => void): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const entry of entries) {
    const id = idOf(entry);
    if (found.has(id)) onTwice(id);
    found.set(id, entry);
  }
  return found;
}
