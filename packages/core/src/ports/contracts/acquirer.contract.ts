// The promises of the Acquirer port. What matters most: a lost answer is never a "no", and one payment is charged once.
import { assert } from '../../support/assert.ts';
import { minorUnits } from '../../domain/money/money.ts';
import { keyText, merchantId, transactionId } from '../../domain/payment/payment.ts';
import type { PaymentKey } from '../../domain/payment/payment.ts';
import type { Acquirer, ChargeKey, ChargeRequest } from '../acquirer.ts';
import type { Digest } from '../digest.ts';
import { isPortFault } from '../fault.ts';
import type { ContractCase } from './contract.ts';
import { casesOf, faultOf } from './with-fixture.ts';

/** How the acquirer treats the charges of a payment from now on; without one it approves. */
export type AcquirerBehaviour = 'decline' | 'in_progress' | 'invalid' | 'charge_no_answer';

export interface AcquirerFixture {
  readonly acquirer: Acquirer;
  /** For the acquirer's keys. */
  readonly digest: Digest;
  readonly behave: (key: PaymentKey, behaviour: AcquirerBehaviour | undefined) => Promise<void>;
  /** Approved charges of this payment that were not given back, in the acquirer's own books, on both sides. */
  readonly netCharges: (key: PaymentKey) => Promise<number>;
  /** Given back of this payment's charges, in the acquirer's own books, on both sides. */
  readonly refundedMinor: (key: PaymentKey) => Promise<bigint>;
  /** From now on the acquirer cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const payment: ChargeKey = { merchantId: merchantId('shop'), transactionId: transactionId('order-7'), live: false };
const sameIdLive: ChargeKey = { ...payment, live: true };
const sameIdElsewhere: ChargeKey = { ...payment, merchantId: merchantId('market') };

const requestOf = (key: ChargeKey, digest: Digest): ChargeRequest => ({
  ...key,
  idempotencyKey: digest(keyText(key)),
  amount: { minor: minorUnits(1250n), currency: 'EUR' },
  paymentMethod: 'pm_visa',
});

const isUnknown = (fault: unknown): boolean => isPortFault(fault) && fault.port === 'acquirer' && fault.retryable;

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

type Check = (fixture: AcquirerFixture) => Promise<void>;

const charging: Readonly<Record<string, Check>> = {
  'a charge that is approved -> its reference, one charge, and the lookup agrees': async ({ acquirer, digest, netCharges }) => {
    const answer = await acquirer.charge(requestOf(payment, digest));
    assert(answer.code === 'approved' && answer.reference.length > 0, 'the charge is approved under a reference');
    assert(same(await acquirer.lookup(payment), answer), 'the lookup says the same');
    assert((await netCharges(payment)) === 1, 'one charge was made');
  },
  'an approved charge asked for again -> the same answer, still one charge': async ({ acquirer, digest, netCharges }) => {
    const first = await acquirer.charge(requestOf(payment, digest));
    const second = await acquirer.charge(requestOf(payment, digest));
    assert(same(first, second), 'the same key gives the same answer');
    assert((await netCharges(payment)) === 1, 'one charge was made');
  },
  'a charge that is declined -> the reason, again and at the lookup, and no charge': async ({ acquirer, digest, behave, netCharges }) => {
    await behave(payment, 'decline');
    const answer = await acquirer.charge(requestOf(payment, digest));
    assert(answer.code === 'declined' && answer.reason.length > 0 && answer.reference.length > 0, 'the decline has a reason');
    await behave(payment, undefined);
    assert(same(await acquirer.charge(requestOf(payment, digest)), answer), 'a decline is remembered under its key');
    assert(same(await acquirer.lookup(payment), answer), 'the lookup says the same');
    assert((await netCharges(payment)) === 0, 'nothing was charged');
  },
  'a charge still in progress -> says so, which decides nothing': async ({ acquirer, digest, behave }) => {
    await behave(payment, 'in_progress');
    assert((await acquirer.charge(requestOf(payment, digest))).code === 'in_progress', 'it is in progress');
  },
  'a request the acquirer refuses as such -> invalid with a reason, and nothing is known or charged': async ({ acquirer, digest, behave, netCharges }) => {
    await behave(payment, 'invalid');
    const answer = await acquirer.charge(requestOf(payment, digest));
    assert(answer.code === 'invalid' && answer.reason.length > 0, 'it is refused with a reason');
    assert((await acquirer.lookup(payment)).code === 'none', 'nothing is known of it');
    assert((await netCharges(payment)) === 0, 'nothing was charged');
  },
  'two merchants with one id -> two charges that stay apart': async ({ acquirer, digest, behave, netCharges }) => {
    await behave(sameIdElsewhere, 'decline');
    assert((await acquirer.charge(requestOf(payment, digest))).code === 'approved', 'the one is approved');
    assert((await acquirer.charge(requestOf(sameIdElsewhere, digest))).code === 'declined', 'the other is declined');
    assert((await netCharges(payment)) === 1 && (await netCharges(sameIdElsewhere)) === 0, 'one charge was made');
  },
};

const unknowns: Readonly<Record<string, Check>> = {
  'a charge made whose answer is lost -> a fault, then both lookup and repeat tell what happened, one charge': async ({ acquirer, digest, behave, netCharges }) => {
    await behave(payment, 'charge_no_answer');
    assert(isUnknown(await faultOf(acquirer.charge(requestOf(payment, digest)))), 'the outcome is unknown');
    await behave(payment, undefined);
    const found = await acquirer.lookup(payment);
    assert(found.code === 'approved', 'the lookup knows the charge');
    assert(same(await acquirer.charge(requestOf(payment, digest)), found), 'the repeat gives the answer that was lost');
    assert((await netCharges(payment)) === 1, 'one charge was made');
  },
  'an acquirer that cannot be reached -> a fault from each method, never an answer': async ({ acquirer, digest, cutOff }) => {
    await cutOff();
    assert(isUnknown(await faultOf(acquirer.charge(requestOf(payment, digest)))), 'a charge is unknown');
    assert(isUnknown(await faultOf(acquirer.lookup(payment))), 'a lookup is unknown, not "none"');
    assert(isUnknown(await faultOf(acquirer.void(payment, 'reference'))), 'a void is unknown');
  },
};

const voiding: Readonly<Record<string, Check>> = {
  'a payment never charged -> looked up as none': async ({ acquirer }) => {
    assert((await acquirer.lookup(payment)).code === 'none', 'nothing is known of it');
  },
  'an approved charge given back, twice -> no fault, no net charge, and the lookup says none': async ({ acquirer, digest, netCharges }) => {
    const answer = await acquirer.charge(requestOf(payment, digest));
    assert(answer.code === 'approved', 'the charge is approved');
    await acquirer.void(payment, answer.reference);
    await acquirer.void(payment, answer.reference);
    assert((await netCharges(payment)) === 0, 'the money is back');
    assert((await acquirer.lookup(payment)).code === 'none', 'a voided charge counts as none');
  },
  'a charge given back that was never made -> no fault': async ({ acquirer, netCharges }) => {
    await acquirer.void(payment, 'no-such-reference');
    assert((await netCharges(payment)) === 0, 'there is no charge');
  },
  'one merchant\'s charge given back -> the other\'s with the same id stays': async ({ acquirer, digest, netCharges }) => {
    const answer = await acquirer.charge(requestOf(payment, digest));
    await acquirer.charge(requestOf(sameIdElsewhere, digest));
    assert(answer.code === 'approved', 'the charge is approved');
    await acquirer.void(payment, answer.reference);
    assert((await netCharges(payment)) === 0 && (await netCharges(sameIdElsewhere)) === 1, 'only the one was given back');
  },
};

const sides: Readonly<Record<string, Check>> = {
  'a test charge -> unknown to the live side, which neither finds nor gives it back': async ({ acquirer, digest, netCharges }) => {
    const answer = await acquirer.charge(requestOf(payment, digest));
    assert(answer.code === 'approved', 'the charge is approved');
    assert((await acquirer.lookup(sameIdLive)).code === 'none', 'the live side knows nothing of it');
    await acquirer.void(sameIdLive, answer.reference);
    assert((await netCharges(payment)) === 1 && same(await acquirer.lookup(payment), answer), 'it stands on the test side');
  },
  'a live charge -> unknown to the test side, which neither finds nor gives it back': async ({ acquirer, digest, netCharges }) => {
    const answer = await acquirer.charge(requestOf(sameIdLive, digest));
    assert(answer.code === 'approved', 'the charge is approved');
    assert((await acquirer.lookup(payment)).code === 'none', 'the test side knows nothing of it');
    await acquirer.void(payment, answer.reference);
    assert((await netCharges(payment)) === 1 && same(await acquirer.lookup(sameIdLive), answer), 'it stands on the live side');
    await acquirer.void(sameIdLive, answer.reference);
    assert((await netCharges(payment)) === 0, 'its own side gives it back');
  },
};

export const acquirerContract = (make: () => Promise<AcquirerFixture>): readonly ContractCase[] =>
  casesOf(make, { ...charging, ...unknowns, ...voiding, ...sides });
