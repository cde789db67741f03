// Reads the receipt of a payment, in whichever bucket it is. Invariant: "there is none" is said only when both buckets
// say so; and since receipts are written from what stands in the books, none is shown of what does not.
import { isDecided } from '../domain/payment/payment.ts';
import type { TransactionId } from '../domain/payment/payment.ts';
import { receiptName, receiptPrefix } from '../domain/publishing/receipt.ts';
import type { Clock } from '../ports/clock.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Caller } from './accept-payment.ts';
import { readPayment } from './read-payment.ts';
import type { ReadResult } from './read-payment.ts';

export interface ReceiptReadPorts {
  readonly journal: Pick<Journal, 'read'>;
  readonly clock: Clock;
  /** This region's own. */
  readonly bucket: Pick<ObjectStore, 'get'>;
  /** The other region's: replication may not have brought here yet what was written there. */
  readonly peerBucket: Pick<ObjectStore, 'get'>;
}

/** `none`: the payment has no receipt, or not yet. */
export type ReceiptResult = { readonly code: 'found'; readonly receipt: string } | { readonly code: 'none' } | Exclude<ReadResult, { code: 'found' }>;

export async function readReceipt(ports: ReceiptReadPorts, caller: Caller, transactionId: TransactionId): Promise<ReceiptResult> {
  const read = await readPayment(ports, caller, transactionId);
  if (read.code !== 'found') return read;
  const { payment } = read;
  if (!isDecided(payment) || payment.decision.outcome !== 'processed') return { code: 'none' };
  const key = receiptPrefix(payment.decision.businessDate) + receiptName({ merchantId: caller.merchantId, transactionId });
  const own = await textIn(ports.bucket, key);
  const found = typeof own === 'string' ? own : await textIn(ports.peerBucket, key);
  if (typeof found === 'string') return { code: 'found', receipt: found };
  return own === none && found === none ? { code: 'none' } : { code: 'unavailable' };
}

const none: unique symbol = Symbol('none');
const unknown: unique symbol = Symbol('unknown');

async function textIn(bucket: Pick<ObjectStore, 'get'>, key: string): Promise<string | typeof none | typeof unknown> {
  try {
    return (await bucket.get(key)) ?? none;
  } catch (error) {
    // Not asked again here: the other bucket is the second try, the caller the third.
    if (!isPortFault(error)) throw error;
    return unknown;
  }
}
