// What the Acquirer port promises about refunds: money goes back once per refund, never more than was charged, and a lost
// answer is never a "no".
import { minorUnits } from '../../domain/money/money.ts';
import { keyText, merchantId, transactionId } from '../../domain/payment/payment.ts';
import { refundKeyText } from '../../domain/payment/idempotency.ts';
import { refundId } from '../../domain/refund/refund.ts';
import { assert } from '../../support/assert.ts';
import type { ChargeKey, RefundOrder } from '../acquirer.ts';
import { isPortFault } from '../fault.ts';
import type { AcquirerFixture } from './acquirer.contract.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

const payment: ChargeKey = { merchantId: merchantId('shop'), transactionId: transactionId('order-7'), live: false };
const amount = { minor: minorUnits(1250n), currency: 'EUR' };

/** The order to give 3.00 back, unless told, of a payment that is charged first. */
const charged = async ({ acquirer, digest }: AcquirerFixture, of: ChargeKey = payment): Promise<(id: string, minor?: bigint) => RefundOrder> => {
  const answer = await acquirer.charge({ ...of, idempotencyKey: digest(keyText(of)), amount });
  assert(answer.code === 'approved', 'the charge is approved');
  return (id, minor = 300n) => ({
    ...of, refundId: refundId(id), idempotencyKey: digest(refundKeyText(of, refundId(id))), chargeReference: answer.reference, amount: { ...amount, minor: minorUnits(minor) },
  });
};

const isUnknown = (fault: unknown): boolean => isPortFault(fault) && fault.port === 'acquirer' && fault.retryable;

const cases: Readonly<Record<string, (fixture: AcquirerFixture) => Promise<void>>> = {
  'a refund of a part, twice -> approved under one reference, once, and the lookup agrees': async (fixture) => {
    const orderOf = await charged(fixture);
    const answer = await fixture.acquirer.refund(orderOf('r1'));
    assert(answer.code === 'approved' && answer.reference.length > 0, 'it is approved');
    assert(sameValue(await fixture.acquirer.refund(orderOf('r1')), answer), 'the same key gives the same answer');
    assert(sameValue(await fixture.acquirer.lookupRefund(orderOf('r1')), answer), 'the lookup says the same');
    assert((await fixture.refundedMinor(payment)) === 300n && (await fixture.netCharges(payment)) === 1, 'once, and the charge stands');
  },
  'a refund never asked for -> looked up as none': async (fixture) => {
    const orderOf = await charged(fixture);
    await fixture.acquirer.refund(orderOf('r1'));
    assert((await fixture.acquirer.lookupRefund(orderOf('r2'))).code === 'none', 'nothing is known of it');
  },
  'refunds at once that together exceed the charge -> declined beyond it': async (fixture) => {
    const orderOf = await charged(fixture);
    const answers = await Promise.all(times(6, (n) => fixture.acquirer.refund(orderOf(`r${n}`))));
    assert(answers.filter((answer) => answer.code === 'approved').length === 4, 'four of 3.00 fit into 12.50');
    assert(answers.filter((answer) => answer.code === 'declined').length === 2, 'the others are declined');
    assert((await fixture.refundedMinor(payment)) === 1200n, 'never more than was charged');
  },
  'a refund that is declined -> the reason, again and at the lookup, and nothing is given back': async (fixture) => {
    const orderOf = await charged(fixture);
    await fixture.behave(payment, 'decline');
    const answer = await fixture.acquirer.refund(orderOf('r1'));
    assert(answer.code === 'declined' && answer.reason.length > 0, 'the decline has a reason');
    await fixture.behave(payment, undefined);
    assert(sameValue(await fixture.acquirer.refund(orderOf('r1')), answer), 'a decline is remembered under its key');
    assert(sameValue(await fixture.acquirer.lookupRefund(orderOf('r1')), answer), 'the lookup says the same');
    assert((await fixture.refundedMinor(payment)) === 0n, 'nothing is given back');
  },
  'a refund still in progress, or refused as such -> says so': async (fixture) => {
    const orderOf = await charged(fixture);
    await fixture.behave(payment, 'in_progress');
    assert((await fixture.acquirer.refund(orderOf('r1'))).code === 'in_progress', 'it decides nothing');
    await fixture.behave(payment, 'invalid');
    const answer = await fixture.acquirer.refund(orderOf('r2'));
    assert(answer.code === 'invalid' && answer.reason.length > 0, 'it is refused with a reason');
    assert((await fixture.refundedMinor(payment)) === 0n, 'nothing is given back');
  },
  'a refund made whose answer is lost -> a fault, then both lookup and repeat tell what happened, given back once': async (fixture) => {
    const orderOf = await charged(fixture);
    await fixture.behave(payment, 'charge_no_answer');
    assert(isUnknown(await faultOf(fixture.acquirer.refund(orderOf('r1')))), 'the outcome is unknown');
    await fixture.behave(payment, undefined);
    const found = await fixture.acquirer.lookupRefund(orderOf('r1'));
    assert(found.code === 'approved' && sameValue(await fixture.acquirer.refund(orderOf('r1')), found), 'both tell the answer that was lost');
    assert((await fixture.refundedMinor(payment)) === 300n, 'once');
  },
  'the same refund id of another payment, and on the other side -> their own refunds': async (fixture) => {
    const [elsewhere, live] = [{ ...payment, merchantId: merchantId('market') }, { ...payment, transactionId: transactionId('order-8'), live: true }];
    const orders = [await charged(fixture), await charged(fixture, elsewhere), await charged(fixture, live)];
    for (const orderOf of orders) assert((await fixture.acquirer.refund(orderOf('r1'))).code === 'approved', 'each is approved');
    for (const of of [payment, elsewhere, live]) assert((await fixture.refundedMinor(of)) === 300n, 'each is given back once');
    assert((await fixture.acquirer.lookupRefund({ ...live, live: false, refundId: refundId('r1') })).code === 'none', 'the test side knows nothing of it');
  },
  'an acquirer that cannot be reached -> a fault from each method, never an answer': async (fixture) => {
    const orderOf = await charged(fixture);
    await fixture.cutOff();
    assert(isUnknown(await faultOf(fixture.acquirer.refund(orderOf('r1')))), 'a refund is unknown');
    assert(isUnknown(await faultOf(fixture.acquirer.lookupRefund(orderOf('r1')))), 'a lookup is unknown, not "none"');
  },
};

export const acquirerRefundsContract = (make: () => Promise<AcquirerFixture>): readonly ContractCase[] => casesOf(make, cases);
