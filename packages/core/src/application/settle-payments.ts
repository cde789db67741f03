// Settles payments and their refunds in the active region: decide once in the journal, then post from the decision.
// Invariant: nothing is charged, posted or told unless this region is active and open under the epoch it
// read, and the ledger row is made from the stored decision, never from the answer in hand.
// Every early end leaves the payment in work, so that somebody comes back to it.
import { assert } from '../support/assert.ts';
import { keyText } from '../domain/payment/payment.ts';
import type { DecidedPayment, PaymentKey } from '../domain/payment/payment.ts';
import { decidedRefundsOf } from '../domain/refund/refund.ts';
import { maySettle } from '../domain/region/epoch.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import { isPortFault } from '../ports/fault.ts';
import type { PostedMark } from '../ports/journal.ts';
import { decidePayment } from './decide-payment.ts';
import type { SettlePorts } from './decide-payment.ts';
import { decideRefunds } from './decide-refunds.ts';
import { inParallel } from './in-parallel.ts';
import { recordPaymentFault } from './quarantine.ts';
import { repeat } from './repeat.ts';

/** `settled`: in the books and marked. `dropped`: nothing for us to do. `waiting`: unknown or refused for now. */
export type SettleResult = 'settled' | 'dropped' | 'waiting';

/** Bounds the calls one batch has under way at the acquirer and the journal. */
const PARALLEL_MAX = 10;

/** Reads the epoch and settles under it. Results by key text; never throws PortFault. */
export async function settlePayments(ports: SettlePorts, keys: readonly PaymentKey[]): Promise<ReadonlyMap<string, SettleResult>> {
  const all = (result: SettleResult) => new Map(keys.map((key) => [keyText(key), result]));
  try {
    const record = await ports.epochs.read();
    if (!maySettle(record, ports.region)) return all('dropped');
    return await settleUnder(ports, record.epoch, keys);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('settle_epoch_unread', { cause: error.message });
    return all('waiting');
  }
}

/** Settles under an epoch that was read strongly, before anything else that this pass has read. */
export async function settleUnder(ports: SettlePorts, epoch: Epoch, keys: readonly PaymentKey[]): Promise<ReadonlyMap<string, SettleResult>> {
  const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  const results = new Map<string, SettleResult>();
  const ready: DecidedPayment[] = [];
  await inParallel(distinct, PARALLEL_MAX, async (key) => {
    const decided = await decidePayment(ports, epoch, key);
    if (typeof decided === 'string') results.set(keyText(key), decided);
    else ready.push(await decideRefunds(ports, decided));
  });
  for (const [text, result] of await postDecided(ports, epoch, ready)) results.set(text, result);
  assert(results.size === distinct.length, 'every payment of a batch has a result');
  return results;
}

/** One transaction for all; what fails together is tried singly, so that one bad row holds up nobody. */
async function postDecided(ports: SettlePorts, epoch: Epoch, payments: readonly DecidedPayment[]): Promise<ReadonlyMap<string, SettleResult>> {
  if (payments.length === 0) return new Map();
  const together = await post(ports, epoch, payments);
  if (together !== 'refused' || payments.length === 1) {
    const result = together === 'refused' ? 'waiting' : together;
    return result === 'waiting' ? new Map(payments.map((payment) => [keyText(payment), 'waiting'])) : markAndAnnounce(ports, epoch, { payments, inserted: result });
  }
  const results = new Map<string, SettleResult>();
  for (const payment of payments) {
    const alone = await postDecided(ports, epoch, [payment]);
    for (const [text, result] of alone) results.set(text, result);
  }
  return results;
}

async function post(ports: SettlePorts, epoch: Epoch, payments: readonly DecidedPayment[]): Promise<ReadonlySet<string> | 'waiting' | 'refused'> {
  try {
    const result = await ports.ledger.post(epoch, payments);
    if (result.code === 'posted') return result.inserted;
    if (result.code === 'fenced') {
      ports.log.warn('post_fenced', { epoch, fence: result.fence });
      return 'waiting';
    }
    const [only] = payments;
    if (payments.length === 1 && only) await noteRefused(ports, epoch, { payment: only, reason: `ledger: ${result.reason}` });
    return 'refused';
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.metrics.count('ProcessingError');
    ports.log.warn('post_unknown', { payments: payments.length, cause: error.message });
    return 'waiting';
  }
}

/** A row that an earlier ledger held cannot be set aside, for its outcome has been told: a person must look. */
async function noteRefused(ports: SettlePorts, epoch: Epoch, refused: { readonly payment: DecidedPayment; readonly reason: string }): Promise<void> {
  const { payment, reason } = refused;
  if (payment.postedEpoch === 0) return recordPaymentFault(ports, epoch, refused);
  ports.log.error('restore_refused', { transaction_id: payment.transactionId, reason });
  await ports.tell({
    kind: 'ledger_refuses',
    sentence: `The ledger refuses a payment whose outcome has been told: ${reason}.`,
    detail: { transaction_id: payment.transactionId, merchant_id: payment.merchantId },
  });
}

interface Posted {
  readonly payments: readonly DecidedPayment[];
  readonly inserted: ReadonlySet<string>;
}

async function markAndAnnounce(ports: SettlePorts, epoch: Epoch, posted: Posted): Promise<ReadonlyMap<string, SettleResult>> {
  const marks = await inParallel(posted.payments, PARALLEL_MAX, async (payment): Promise<[string, MarkResult]> => {
    const text = keyText(payment);
    const mark = await markPosted(ports, epoch, { key: payment, acceptedAt: payment.acceptance.acceptedAt, refunds: decidedRefundsOf(payment).map((refund) => refund.refundId) });
    if (mark === 'marked' && posted.inserted.has(text) && payment.postedEpoch === 0) ports.metrics.count(payment.decision.outcome === 'processed' ? 'PaymentProcessed' : 'ProcessingError');
    return [text, mark];
  });
  const markOf = new Map(marks);
  // Every new row has something to tell, also one that a lost ledger held: nobody knows what was told of it.
  await ports.announce(posted.payments.filter((payment) => posted.inserted.has(keyText(payment)) && markOf.get(keyText(payment)) !== 'unknown'));
  return new Map(marks.map(([text, mark]) => [text, mark === 'marked' ? 'settled' : 'waiting']));
}

/** `marked`: the journal knows that this epoch's ledger holds all of it. `incomplete`: it has refunds that are not there yet. `unknown`: reconcile marks it later. */
export type MarkResult = 'marked' | 'incomplete' | 'unknown';

export async function markPosted(ports: SettlePorts, epoch: Epoch, found: Required<Pick<PostedMark, 'acceptedAt' | 'refunds'>> & { readonly key: PaymentKey }): Promise<MarkResult> {
  const { key, acceptedAt, refunds } = found;
  try {
    const isComplete = await repeat(ports.clock, () => ports.journal.markPosted(key, { epoch, at: ports.clock.now(), region: ports.region, acceptedAt, refunds }));
    return isComplete ? 'marked' : 'incomplete';
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('mark_unknown', { transaction_id: key.transactionId, cause: error.message });
    return 'unknown';
  }
}
