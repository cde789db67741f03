// Sends many payments, a bounded number at once and no faster than a rate, and tells each result as it comes.
// Invariant: a payment is told once, after its answer; a key that is refused ends it all, because it would be for each.
import { PaymentError, UnansweredError } from '@understudy/api/client';
import type { PaymentRequest } from '@understudy/api/client';
import { isAboutTheKey } from '../api-client.ts';
import type { Line } from './read.ts';
import type { Result } from './results.ts';

/** Enough for the highest rate while outcomes take a tenth of a second; few enough for one machine's connections. */
const AT_ONCE_MAX = 64;

/** How one payment is sent: resolves with what is known of it then. */
export type SendOne = (payment: PaymentRequest) => Promise<'accepted' | 'processed'>;

export interface SendOptions {
  readonly ratePerSecond: number;
  readonly send: SendOne;
  readonly tell: (result: Result) => void;
  /** Tests have their own. */
  readonly clock?: { now(): number; sleep(ms: number): Promise<void> };
}

const platformClock = { now: () => performance.now(), sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) } as const;

export async function sendAll(lines: readonly Line[], { ratePerSecond, send, tell, clock = platformClock }: SendOptions): Promise<void> {
  let next = 0;
  /** When the next payment may be sent. What a stall held up is not made up for. */
  let dueAt = clock.now();
  let fault: unknown;
  const sendOnward = async () => {
    for (let i = next; i < lines.length && fault === undefined; i = next) {
      next = i + 1;
      const now = clock.now();
      const at = Math.max(dueAt, now);
      dueAt = at + 1000 / ratePerSecond;
      if (at > now) await clock.sleep(at - now);
      try {
        tell(await resultOf(lines[i] as Line, send));
      } catch (error) {
        // The others come to their end, so that what they answer is not lost.
        fault ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE_MAX, lines.length) }, sendOnward));
  if (fault !== undefined) throw fault;
}

async function resultOf({ number, payment, fingerprint }: Line, send: SendOne): Promise<Result> {
  const known = { line: number, transaction_id: payment.transaction_id, fingerprint };
  const at = () => new Date().toISOString();
  try {
    return { ...known, status: await send(payment), at: at() };
  } catch (error) {
    if (error instanceof UnansweredError) return { ...known, status: 'unanswered', error: error.message, at: at() };
    if (!(error instanceof PaymentError) || isAboutTheKey(error)) throw error;
    return { ...known, status: error.code === 'declined' ? 'declined' : 'refused', code: error.code, error: error.message, at: at() };
  }
}
