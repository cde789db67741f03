// What the Ledger port promises about refunds: a row once, after its payment's and in the same transaction, never more
// in sum than the payment, and found by the snapshot with its payment.
import { minorUnits } from '../../domain/money/money.ts';
import type { DecidedPayment, PaymentKey } from '../../domain/payment/payment.ts';
import { keyText } from '../../domain/payment/payment.ts';
import { refundId } from '../../domain/refund/refund.ts';
import type { Refund, RefundDecision } from '../../domain/refund/refund.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { businessDateOf } from '../../domain/time.ts';
import { assert } from '../../support/assert.ts';
import type { Ledger, PostResult } from '../ledger.ts';
import type { ContractCase } from './contract.ts';
import { decided } from './ledger-samples.ts';
import type { LedgerFixture } from './ledger-samples.ts';
import { acceptedAt, decline } from './payment-samples.ts';
import { times } from './same-value.ts';
import { casesOf } from './with-fixture.ts';

const first = epochOf(1);
const second = epochOf(2);

const decisionOf = (outcome: RefundDecision['outcome'], reference = 're_1'): RefundDecision =>
  ({ outcome, acquirerReference: reference, ...(outcome === 'failed' && { code: 'refund_declined' }), decidedAt: acceptedAt(9000), businessDate: businessDateOf(acceptedAt(9000)) });

export const refundSample = (id: string, minor: bigint, decision: RefundDecision | undefined = decisionOf('processed', `re_${id}`)): Refund =>
  ({ refundId: refundId(id), amountMinor: minorUnits(minor), acceptedAt: acceptedAt(8000), acceptedRegion: 'us-east-2', posted: false, ...(decision && { decision }) });

/** A processed payment of 12.50 EUR with these refunds. */
const refunded = (id: string, ...refunds: readonly Refund[]): DecidedPayment => ({ ...decided(id), refunds });

const insertedBy = (result: PostResult): string => (result.code === 'posted' ? [...result.inserted].toSorted().join(' ') : result.code);
const rowsOf = (ledger: Ledger, key: PaymentKey): Promise<string | undefined> =>
  ledger.withSnapshot(async (snapshot) => (await snapshot.present([key])).get(keyText(key))?.toSorted().join(' '));

const cases: Readonly<Record<string, (fixture: LedgerFixture) => Promise<void>>> = {
  'refunds: posted with a payment that has no row yet -> both, and the snapshot has them': async ({ ledger }) => {
    const payment = refunded('a', refundSample('r1', 500n), refundSample('r2', 750n));
    assert(insertedBy(await ledger.post(first, [payment, decided('b')])) === 'shop#a shop#b', 'all is inserted');
    assert((await rowsOf(ledger, payment)) === 'r1 r2', 'both refunds are there');
    assert((await rowsOf(ledger, decided('b'))) === '', 'the other payment has none');
  },
  'refunds: posted later, and again -> inserted once': async ({ ledger }) => {
    await ledger.post(first, [decided('a')]);
    const payment = refunded('a', refundSample('r1', 500n));
    assert(insertedBy(await ledger.post(first, [payment])) === 'shop#a', 'a row of it is new');
    assert(insertedBy(await ledger.post(first, [payment, payment])) === '', 'a repeat inserts nothing');
    assert(insertedBy(await ledger.post(first, [refunded('a', refundSample('r1', 500n), refundSample('r2', 1n))])) === 'shop#a', 'only the new one');
    assert((await rowsOf(ledger, payment)) === 'r1 r2', 'each stands once');
  },
  'refunds: not decided -> left out; failed -> a row that takes nothing from the payment': async ({ ledger }) => {
    const { decision: _none, ...undecided } = refundSample('r1', 500n);
    const payment = refunded('a', undecided, refundSample('r2', 1250n, decisionOf('failed')), refundSample('r3', 1250n));
    assert((await ledger.post(first, [payment])).code === 'posted', 'only what was given back counts');
    assert((await rowsOf(ledger, payment)) === 'r2 r3', 'the undecided one has no row');
  },
  'refunds: more than the payment, at once or one after the other -> refused, the whole batch unwritten': async ({ ledger }) => {
    const tooMuch = refunded('a', refundSample('r1', 500n), refundSample('r2', 751n));
    assert((await ledger.post(first, [tooMuch, decided('b')])).code === 'refused', 'more than was charged');
    assert((await rowsOf(ledger, decided('b'))) === undefined, 'nothing was written');
    await ledger.post(first, [refunded('a', refundSample('r1', 500n))]);
    assert((await ledger.post(first, [refunded('a', refundSample('r2', 751n))])).code === 'refused', 'more than is left');
    assert((await rowsOf(ledger, tooMuch)) === 'r1', 'the first stands alone');
  },
  'refunds: of a payment that was not processed -> refused': async ({ ledger }) => {
    const payment: DecidedPayment = { ...decided('a', { decision: decline }), refunds: [refundSample('r1', 1n)] };
    assert((await ledger.post(first, [payment])).code === 'refused', 'nothing was charged');
  },
  'refunds: a row that says something else than the decision -> refused, naming the refund': async ({ ledger }) => {
    await ledger.post(first, [refunded('a', refundSample('r1', 500n))]);
    for (const other of [refundSample('r1', 501n), refundSample('r1', 500n, decisionOf('failed')), refundSample('r1', 500n, decisionOf('processed', 're_9'))]) {
      const result = await ledger.post(first, [refunded('a', other), decided('b')]);
      assert(result.code === 'refused' && result.reason.includes('r1') && result.reason.includes('shop#a'), 'the refusal names them');
    }
    assert((await rowsOf(ledger, decided('b'))) === undefined, 'nothing else of the batch was written');
  },
  'refunds: different refunds of one payment at once, together too much -> never more than the payment': async ({ ledger }) => {
    await ledger.post(first, [decided('a')]);
    const results = await Promise.all(times(6, (n) => ledger.post(first, [refunded('a', refundSample(`r${n}`, 500n))])));
    assert(results.filter((result) => result.code === 'posted').length === 2, 'two of 5.00 fit into 12.50');
    assert((await rowsOf(ledger, decided('a')))?.split(' ').length === 2, 'two stand');
  },
  'refunds: the same id for two payments and two merchants -> their own rows': async ({ ledger }) => {
    const others = [refunded('a', refundSample('r1', 500n)), refunded('b', refundSample('r1', 600n)), { ...decided('a', { merchant: 'market' }), refunds: [refundSample('r1', 700n)] }];
    await ledger.post(first, others);
    for (const payment of others) assert((await rowsOf(ledger, payment)) === 'r1', 'each has its own');
  },
  'refunds: under another epoch than the fence -> fenced; under the new one after it was raised -> posted': async ({ ledger, control, region }) => {
    await ledger.post(first, [decided('a')]);
    await control.raiseFence(region, { from: first, to: second });
    const payment = refunded('a', refundSample('r1', 500n));
    assert((await ledger.post(first, [payment])).code === 'fenced', 'a zombie posts no refund');
    assert(insertedBy(await ledger.post(second, [payment])) === 'shop#a', 'the epoch of the fence does');
  },
  'refunds: posted while a snapshot is open -> unseen until the next one; a standby shows them when replicated': async ({ ledger, standby, caughtUp }) => {
    const payment = refunded('a', refundSample('r1', 500n));
    await ledger.post(first, [decided('a')]);
    const seen = await ledger.withSnapshot(async (snapshot) => {
      await ledger.post(first, [payment]);
      return (await snapshot.present([payment])).get(keyText(payment))?.length;
    });
    assert(seen === 0, 'the snapshot is of one instant');
    await caughtUp();
    assert((await rowsOf(standby, payment)) === 'r1', 'the standby has it');
  },
};

export const ledgerRefundsContract = (make: () => Promise<LedgerFixture>): readonly ContractCase[] => casesOf(make, cases);
