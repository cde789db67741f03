/**
 * What is waited for once the script is over, and then judged: everything acknowledged is in the books, nothing is in
 * flight, everybody has been told, and what is published is complete. Invariant: each wait is for a condition and has a
 * limit; what did not come within it is a broken promise, never an excuse.
 */
import type { Region } from '@understudy/core';
import { activeRegion, judge, untilSettled } from './check.ts';
import type { Verdict } from './check.ts';
import { auditOf, checkAudit, isClean } from './checks/audit.ts';
import type { Books, CheckedPromise } from './checks/promise.ts';
import { checkPublishing, entriesOf, publishedIn } from './checks/publishing.ts';
import { checkRefunds } from './checks/refunds.ts';
import { checkSessions } from './checks/sessions.ts';
import { checkWebhooks, unheard } from './checks/webhooks.ts';
import type { Listener } from './listener.ts';
import type { SentPayment, SentRefund } from './load.ts';
import type { RunningTwin } from './running-twin.ts';

export interface History {
  readonly payments: readonly SentPayment[];
  readonly refunds: readonly SentRefund[];
}

export interface Aftermath {
  /** Of the payments, and all that is broken. */
  readonly verdict: Verdict;
  readonly promises: readonly CheckedPromise[];
  readonly lost: number;
  readonly chargedTwice: number;
  /** How long the last acknowledged payment was not yet in the books. */
  readonly settleTailMs: number;
}

interface After {
  readonly twin: RunningTwin;
  readonly listener: Listener;
  readonly history: History;
  readonly say: (sentence: string) => void;
}

/** Longer than the fast timing needs for anything, on a busy machine too. */
const WAIT_LIMIT_MS = 90_000;
const LOOK_EVERY_MS = 500;

export async function aftermathOf(after: After): Promise<Aftermath> {
  const { twin, listener, history, say } = after;
  say('wait until every acknowledged payment is in the books');
  const settleTailMs = await timed(() => untilSettled(twin, history.payments, WAIT_LIMIT_MS));
  say('audit until nothing is in flight');
  const audited = await lastOf(() => auditOf(twin), isClean);
  const active = await activeRegion(twin);
  say('wait until every outcome was heard');
  await lastOf(async () => unheard(await booksOf(twin, active), listener), (count) => count === 0, (count, before) => count < before);
  const books = await booksOf(twin, active);
  say('wait until every receipt is written, close the day, and wait for the settlement files');
  const published = await publish(twin, active, books);
  const payments = judge(history.payments, books.rows, books.charges);
  const promises = [
    checkPayments(payments, books),
    checkRefunds(history.refunds, books, await twin.refunds()), checkSessions(history.payments, books),
    checkWebhooks(books, listener), checkPublishing(books, published), checkAudit(audited),
  ];
  const inBooks = new Set(books.rows.map((row) => row.transaction_id));
  return {
    verdict: { ...payments, broken: promises.flatMap(({ broken }) => broken) }, promises, settleTailMs,
    lost: history.payments.filter((payment) => payment.ackedAt !== undefined && !inBooks.has(payment.transactionId)).length,
    chargedTwice: books.charges.filter((charge) => charge.charges - charge.voids > 1).length,
  };
}

const checkPayments = (verdict: Verdict, { rows, charges }: Books): CheckedPromise => ({
  promise: 'An acknowledged payment stands in the surviving books; processed is charged once, and anything else not at all',
  seen: `${verdict.acknowledged} acknowledged; ${rows.length} rows, ${charges.length} charges`,
  broken: verdict.broken,
});

async function booksOf(twin: RunningTwin, region: Region): Promise<Books> {
  const [rows, refunds, charges] = await Promise.all([twin.ledger(region), twin.ledgerRefunds(region), twin.charges()]);
  return { rows, refunds, charges };
}

/** The day is closed when all entries are known to be there; closing it again, when nobody knows whether it was, adds nothing. */
async function publish(twin: RunningTwin, active: Region, books: Books): Promise<ReturnType<typeof publishedIn>> {
  const wanted = entriesOf(books).length;
  await lastOf(() => publishedIn(twin, active), ({ receipts }) => receipts.length >= wanted);
  const today = new Date().toISOString().slice(0, 10);
  await lastOf(() => twin.order(`/twin/regions/${active}/publish`, { through: today }), () => true);
  return lastOf(() => publishedIn(twin, active), (published) => checkPublishing(books, published).broken.length === 0);
}

/**
 * Asks again until the answer will do, or the limit has passed: then the last answer. What cannot be asked just now is
 * asked again. Whenever the answer is better than the best before it, the limit begins anew: late is not lost.
 */
async function lastOf<T>(ask: () => Promise<T> | T, willDo: (answer: T) => boolean, isBetter: (answer: T, best: T) => boolean = () => false): Promise<T> {
  let best: T | undefined;
  for (let deadline = Date.now() + WAIT_LIMIT_MS; ; await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))) {
    const isLast = Date.now() > deadline;
    try {
      const answer = await ask();
      if (willDo(answer)) return answer;
      if (best === undefined || isBetter(answer, best)) {
        best = answer;
        deadline = Date.now() + WAIT_LIMIT_MS;
      } else if (isLast) return answer;
    } catch (error) {
      if (isLast) throw error;
    }
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round(performance.now() - startedAt);
}
