// Finds or makes the decision of one payment. Invariant: the journal's decision is set once and wins over any
// answer in hand; a charge whose approval lost is voided; an indefinite answer decides nothing.
import type { AcceptedPayment, DecidedPayment, Decision, PaymentKey } from '../domain/payment/payment.ts';
import { chargeKeyText } from '../domain/payment/idempotency.ts';
import type { PaymentPolicy } from '../domain/payment/policy.ts';
import { settleStep } from '../domain/payment/settle-step.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import type { Region } from '../domain/region/region.ts';
import { businessDateOf } from '../domain/time.ts';
import type { Acquirer, ChargeAnswer, ChargeKey, LookupAnswer } from '../ports/acquirer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RefundJournal } from '../ports/refunds.ts';
import type { Announce } from './announce.ts';
import { recordPaymentFault } from './quarantine.ts';
import { repeat } from './repeat.ts';
import type { Tell } from './tell.ts';

export interface SettlePorts {
  readonly region: Region;
  readonly journal: Journal;
  readonly refunds: RefundJournal;
  readonly epochs: EpochRegister;
  readonly ledger: Ledger;
  readonly acquirer: Acquirer;
  readonly tell: Tell;
  readonly announce: Announce;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly log: Log;
  readonly policy: PaymentPolicy;
}

/** A payment ready to be posted, or why there is none. */
type Decided = DecidedPayment | 'dropped' | 'waiting';

/** Never throws PortFault: what the world refuses to say is `waiting`. */
export async function decidePayment(ports: SettlePorts, epoch: Epoch, key: PaymentKey): Promise<Decided> {
  try {
    return await takeStep(ports, epoch, key);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('decide_unknown', { transaction_id: key.transactionId, cause: error.message });
    return 'waiting';
  }
}

async function takeStep(ports: SettlePorts, epoch: Epoch, key: PaymentKey): Promise<Decided> {
  const payment = await ports.journal.read(key);
  const step = settleStep({ payment, epoch, now: ports.clock.now(), policy: ports.policy });
  switch (step.action) {
    case 'drop':
      return 'dropped';
    case 'wait':
      return 'waiting';
    case 'post':
      return step.payment;
    case 'reverse_then_post':
      return (await reverseCharge(ports, step.payment)) ? step.payment : 'waiting';
    case 'look_up_or_expire': {
      const found = await ports.acquirer.lookup(chargeKeyOf(step.payment));
      if (found.code !== 'none') return decideFrom(ports, epoch, { payment: step.payment, answer: found });
      // Another settler's charge may have left before the look-up: the books wait until it would have arrived (S-65).
      await decide(ports, key, { outcome: 'failed', code: 'expired' });
      return 'waiting';
    }
    case 'look_up_or_charge': {
      const found = await ports.acquirer.lookup(chargeKeyOf(step.payment));
      return decideFrom(ports, epoch, { payment: step.payment, answer: found.code === 'none' ? await charge(ports, step.payment) : found });
    }
    case 'charge':
      return decideFrom(ports, epoch, { payment: step.payment, answer: await charge(ports, step.payment) });
  }
}

const chargeKeyOf = ({ merchantId, transactionId, acceptance }: AcceptedPayment): ChargeKey => ({ merchantId, transactionId, live: acceptance.live });

const charge = (ports: SettlePorts, payment: AcceptedPayment): Promise<ChargeAnswer> =>
  ports.acquirer.charge({
    ...chargeKeyOf(payment),
    idempotencyKey: ports.digest(chargeKeyText(payment)),
    amount: payment.acceptance.amount,
    ...(payment.acceptance.paymentMethod === undefined ? {} : { paymentMethod: payment.acceptance.paymentMethod }),
  });

interface Answered {
  readonly payment: AcceptedPayment;
  readonly answer: Exclude<ChargeAnswer | LookupAnswer, { code: 'none' }>;
}

async function decideFrom(ports: SettlePorts, epoch: Epoch, { payment, answer }: Answered): Promise<Decided> {
  switch (answer.code) {
    case 'approved':
      return decide(ports, payment, { outcome: 'processed', acquirerReference: answer.reference });
    case 'declined':
      return decide(ports, payment, { outcome: 'failed', acquirerReference: answer.reference, code: answer.reason });
    case 'in_progress':
      return 'waiting';
    case 'invalid':
      await recordPaymentFault(ports, epoch, { payment, reason: `acquirer: ${answer.reason}` });
      return 'waiting';
  }
}

async function decide(ports: SettlePorts, key: PaymentKey, mine: Omit<Decision, 'decidedAt' | 'businessDate'>): Promise<Decided> {
  const decidedAt = ports.clock.now();
  const stored = await repeat(ports.clock, () => ports.journal.decide(key, { ...mine, decidedAt, businessDate: businessDateOf(decidedAt) }));
  if (!stored) return 'dropped';
  const { decision } = stored.payment;
  const approvalLost = mine.outcome === 'processed' && mine.acquirerReference !== undefined && decision.acquirerReference !== mine.acquirerReference;
  if (!stored.won && approvalLost) await voidSecond(ports, stored.payment, mine.acquirerReference ?? '');
  // A decision against a charge may have been made without knowing of one: by somebody else, or of a decline that the
  // acquirer forgot before another request charged. Looked for after the decision, whatever is missed was charged later.
  if (decision.outcome !== 'processed' && !(await reverseCharge(ports, stored.payment))) return 'waiting';
  return stored.payment;
}

/** An acquirer that forgets keys may hold more than one charge; more than this needs a person. */
const REVERSALS_MAX = 5;

/** Makes sure that no charge stands for a payment decided against. False: the acquirer cannot say yet. */
async function reverseCharge(ports: SettlePorts, payment: DecidedPayment): Promise<boolean> {
  for (let reversed = 0; reversed < REVERSALS_MAX; reversed += 1) {
    const found = await ports.acquirer.lookup(chargeKeyOf(payment));
    if (found.code !== 'approved') return found.code !== 'in_progress';
    await voidOrphan(ports, payment, found.reference);
  }
  return false;
}

/** Beside a charge that stands, a second one is looked for by nobody later; beside a decision against any, it is (`reverseCharge`). */
async function voidSecond(ports: SettlePorts, payment: DecidedPayment, reference: string): Promise<void> {
  try {
    await voidOrphan(ports, payment, reference);
  } catch (error) {
    if (isPortFault(error) && payment.decision.outcome === 'processed') {
      ports.log.error('orphan_charge_stands', { transaction_id: payment.transactionId, reference, cause: error.message });
      await ports.tell({
        kind: 'orphan_charge_stands',
        sentence: 'A second charge of a payment could not be voided and must be given back by hand.',
        detail: { transaction_id: payment.transactionId, merchant_id: payment.merchantId, reference },
      });
    }
    throw error;
  }
}

async function voidOrphan(ports: SettlePorts, payment: AcceptedPayment, reference: string): Promise<void> {
  // Repeated here, because once the payment is posted nobody looks at its charges again before the audit.
  await repeat(ports.clock, () => ports.acquirer.void(chargeKeyOf(payment), reference));
  ports.log.error('orphan_charge_voided', { transaction_id: payment.transactionId, reference });
  await ports.tell({
    kind: 'orphan_charge_voided',
    sentence: 'A charge was voided because its payment had been decided otherwise.',
    detail: { transaction_id: payment.transactionId, merchant_id: payment.merchantId },
  });
}
