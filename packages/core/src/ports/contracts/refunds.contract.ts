// The promises of the RefundJournal port, and what refunds change in those of Journal. What matters most: accepted
// refunds never exceed the charge, a decision is made once, and no mark and no confirmation forgets a refund.
import { minorUnits } from '../../domain/money/money.ts';
import type { AcceptedPayment, Payment } from '../../domain/payment/payment.ts';
import { refundedMinor, refundId, refundsOf, REFUNDS_MAX } from '../../domain/refund/refund.ts';
import type { Refund, RefundAcceptance, RefundDecision } from '../../domain/refund/refund.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { businessDateOf } from '../../domain/time.ts';
import { assert } from '../../support/assert.ts';
import { isPortFault } from '../fault.ts';
import type { Journal } from '../journal.ts';
import type { RefundJournal } from '../refunds.ts';
import type { WorkIndex } from '../work-index.ts';
import { WORK_SHARDS } from '../work-index.ts';
import type { ContractCase } from './contract.ts';
import { acceptanceOf, acceptedAt, approval, decline, paymentKey } from './payment-samples.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface RefundsFixture {
  /** Over one empty table. */
  readonly journal: Journal;
  readonly refunds: RefundJournal;
  readonly workIndex: WorkIndex;
  /** Resolves when the index shows all that was written so far. */
  readonly caughtUp: () => Promise<void>;
  /** From now on none of them can be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Cases = Readonly<Record<string, (fixture: RefundsFixture) => Promise<void>>>;

const key = paymentKey('order-7');
/** 12.50 EUR. */
const charged: AcceptedPayment = { ...key, acceptance: acceptanceOf(), postedEpoch: epochOf(1), inWork: true, attempts: 0 };
const [one, two] = [epochOf(1), epochOf(2)];

export const refundOver = (id: string, minor: bigint, at = 60_000): RefundAcceptance =>
  ({ refundId: refundId(id), amountMinor: minorUnits(minor), acceptedAt: acceptedAt(at), acceptedRegion: 'us-east-2' });

const givenBack = (reference = 're_1'): RefundDecision => ({ outcome: 'processed', acquirerReference: reference, decidedAt: acceptedAt(70_000), businessDate: businessDateOf(acceptedAt(70_000)) });
const refused: RefundDecision = { ...givenBack('re_2'), outcome: 'failed', code: 'refund_declined' };

const markOf = (epoch: number, ids: readonly string[] = []) =>
  ({ epoch: epochOf(epoch), at: acceptedAt(epoch * 10_000), region: 'us-east-1' as const, acceptedAt: acceptanceOf().acceptedAt, refunds: ids.map(refundId) });

const posted = async ({ journal }: RefundsFixture): Promise<void> => {
  await journal.accept(key, acceptanceOf());
  await journal.decide(key, approval());
  await journal.markPosted(key, markOf(1));
};

const found = async ({ journal }: RefundsFixture): Promise<Payment> => {
  const payment = await journal.read(key);
  assert(payment !== undefined, 'the payment is there');
  return payment;
};

const refundsIn = async (fixture: RefundsFixture): Promise<readonly Refund[]> => refundsOf(await found(fixture));
const accept = ({ refunds }: RefundsFixture, id: string, minor: bigint, at?: number) => refunds.acceptRefund(charged, refundOver(id, minor, at));

const accepting: Cases = {
  'acceptRefund: a part of a processed payment -> accepted, read back exactly, and back in work': async (fixture) => {
    await posted(fixture);
    await fixture.journal.confirm(key, one);
    assert((await accept(fixture, 'r:1', 500n)).code === 'accepted', 'it is accepted');
    const payment = await found(fixture);
    assert(sameValue(payment.refunds, [{ ...refundOver('r:1', 500n), posted: false }]), 'the refund is as it was accepted');
    assert(payment.inWork && payment.postedEpoch === 1 && sameValue(payment.decision, approval()), 'the payment is in work, and otherwise as it was');
  },
  'acceptRefund: the same again, as after a lost answer -> accepted, once': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 500n);
    assert((await accept(fixture, 'r1', 500n)).code === 'accepted', 'it is mine');
    assert((await refundsIn(fixture)).length === 1 && refundedMinor(await found(fixture)) === 500n, 'it counts once');
  },
  'acceptRefund: the id of another refund -> refused with the payment, and the first stands': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 500n);
    for (const other of [refundOver('r1', 501n), refundOver('r1', 500n, 61_000)]) {
      const result = await fixture.refunds.acceptRefund(charged, other);
      assert(result.code === 'refused' && sameValue(result.payment, await found(fixture)), 'what stands is given');
    }
    assert(refundedMinor(await found(fixture)) === 500n, 'the first stands');
  },
  'acceptRefund: to the last minor unit, then one more -> refused': async (fixture) => {
    await posted(fixture);
    assert((await accept(fixture, 'r1', 1249n)).code === 'accepted', 'a part');
    assert((await accept(fixture, 'r2', 2n)).code === 'refused', 'more than is left');
    assert((await accept(fixture, 'r3', 1n)).code === 'accepted', 'the rest');
    assert((await accept(fixture, 'r4', 1n)).code === 'refused', 'nothing is left');
    assert(sameValue((await refundsIn(fixture)).map((refund) => refund.refundId), ['r1', 'r3']), 'in the order of their acceptance');
  },
  'acceptRefund: 50 at once that together exceed the charge -> as many as fit': async (fixture) => {
    await posted(fixture);
    const results = await Promise.all(times(50, (index) => accept(fixture, `r${index}`, 100n)));
    assert(results.filter((result) => result.code === 'accepted').length === 12, 'twelve of 1.00 fit into 12.50');
    assert((await refundsIn(fixture)).length === 12 && refundedMinor(await found(fixture)) === 1200n, 'and only those stand');
  },
  'acceptRefund: more than a payment may have -> refused': async (fixture) => {
    await posted(fixture);
    for (let index = 0; index < REFUNDS_MAX; index += 1) await accept(fixture, `r${index}`, 1n);
    assert((await accept(fixture, 'more', 1n)).code === 'refused', 'one too many');
    assert((await refundsIn(fixture)).length === REFUNDS_MAX, 'the others stand');
  },
  'acceptRefund: not decided, not posted, declined, never seen -> refused, and nothing is there': async (fixture) => {
    assert(sameValue(await accept(fixture, 'r1', 1n), { code: 'refused' }), 'there is no such payment');
    await fixture.journal.accept(key, acceptanceOf());
    assert((await accept(fixture, 'r1', 1n)).code === 'refused', 'it is not decided');
    await fixture.journal.decide(key, decline);
    assert((await accept(fixture, 'r1', 1n)).code === 'refused', 'it is declined');
    await fixture.journal.markPosted(key, markOf(1));
    assert((await accept(fixture, 'r1', 1n)).code === 'refused', 'nothing was charged');
    assert((await found(fixture)).refunds === undefined, 'nothing is there');
  },
  'acceptRefund: processed and not told yet -> refused': async (fixture) => {
    await fixture.journal.accept(key, acceptanceOf());
    await fixture.journal.decide(key, approval());
    assert((await accept(fixture, 'r1', 1n)).code === 'refused', 'nobody was told that it was charged');
  },
};

const deciding: Cases = {
  'decideRefund: processed -> won, and the sum stays': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 500n);
    const result = await fixture.refunds.decideRefund(key, refundOver('r1', 500n), givenBack());
    assert(result?.won === true && sameValue(result.payment, await found(fixture)), 'the payment is given as it stands');
    assert(sameValue((await refundsIn(fixture))[0]?.decision, givenBack()), 'the decision is read back exactly');
    assert((await accept(fixture, 'r2', 751n)).code === 'refused', 'its amount is not there again');
  },
  'decideRefund: failed -> its amount is there again, once, also when the decision is repeated': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 1250n);
    for (let i = 0; i < 3; i += 1) assert((await fixture.refunds.decideRefund(key, refundOver('r1', 1250n), refused))?.won === true, 'it is the decision that stands');
    assert((await accept(fixture, 'r2', 1250n)).code === 'accepted', 'all of it may be refunded');
    assert((await accept(fixture, 'r3', 1n)).code === 'refused', 'and no more');
  },
  'decideRefund: another decision later -> lost, and given the one that stands': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 500n);
    await fixture.refunds.decideRefund(key, refundOver('r1', 500n), givenBack());
    for (const other of [refused, givenBack('re_9'), { ...givenBack(), decidedAt: acceptedAt(9) }]) {
      const result = await fixture.refunds.decideRefund(key, refundOver('r1', 500n), other);
      assert(result?.won === false && sameValue(refundsOf(result.payment)[0]?.decision, givenBack()), 'a decision is made once');
    }
    assert((await accept(fixture, 'r2', 751n)).code === 'refused', 'nothing was given back to what is left');
  },
  'decideRefund: 20 at once with different outcomes -> one winner, and all are given the same': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 500n);
    const decisions = times(20, (index) => (index % 2 === 0 ? givenBack(`re_${index}`) : { ...refused, code: `code_${index}` }));
    const results = await Promise.all(decisions.map((decision) => fixture.refunds.decideRefund(key, refundOver('r1', 500n), decision)));
    const winners = decisions.filter((_, index) => results[index]?.won);
    assert(winners.length === 1, `one wins, not ${winners.length}`);
    assert(results.every((result) => result && sameValue(refundsOf(result.payment)[0]?.decision, winners[0])), 'everybody is given the winner\'s');
  },
  'decideRefund: no such refund, no such payment -> undefined, and nothing is created': async (fixture) => {
    assert((await fixture.refunds.decideRefund(key, refundOver('r1', 1n), givenBack())) === undefined, 'there is no such payment');
    assert((await fixture.journal.read(key)) === undefined, 'nothing was created');
    await posted(fixture);
    assert((await fixture.refunds.decideRefund(key, refundOver('r1', 1n), givenBack())) === undefined, 'there is no such refund');
    assert((await found(fixture)).refunds === undefined, 'nothing was created');
  },
};

/** Where the index has the payment. */
const placesIn = async ({ workIndex, caughtUp }: RefundsFixture) => {
  await caughtUp();
  const pages = await Promise.all(times(WORK_SHARDS, (shard) => workIndex.query({ shard, posted: 'below', epoch: epochOf(9), limit: 10 })));
  return pages.flatMap((page) => page.entries).map(({ postedEpoch, acceptedAt: at }) => ({ postedEpoch, acceptedAt: at }));
};

const marking: Cases = {
  'markPosted: names every refund -> true, all of them told, and placed at its epoch': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 100n);
    await accept(fixture, 'r2', 100n, 61_000);
    assert(sameValue(await placesIn(fixture), [{ postedEpoch: 0, acceptedAt: acceptedAt(61_000) }]), 'it waits like one that was never posted');
    assert(await fixture.journal.markPosted(key, markOf(1, ['r1', 'r2'])), 'that is all of it');
    assert((await refundsIn(fixture)).every((refund) => refund.posted), 'both are told');
    assert(sameValue(await placesIn(fixture), [{ postedEpoch: 1, acceptedAt: acceptanceOf().acceptedAt }]), 'it is placed at the epoch');
  },
  'markPosted: names fewer than there are -> false, those are told, and nothing else changes': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 100n);
    await accept(fixture, 'r2', 100n);
    const before = await placesIn(fixture);
    for (const epoch of [1, 2]) assert(!(await fixture.journal.markPosted(key, markOf(epoch, ['r1']))), 'there is more');
    const payment = await found(fixture);
    assert(sameValue(payment.refunds?.map((refund) => refund.posted), [true, false]) && payment.postedEpoch === 1, 'the one is told, the epoch stays');
    assert(sameValue(await placesIn(fixture), before), 'it is found as before');
    assert(!(await fixture.journal.markPosted(key, markOf(2))), 'a mark that knows of none');
    assert((await found(fixture)).postedEpoch === 1, 'the epoch stays');
  },
  'markPosted: of an older epoch -> tells nothing and moves nothing': async (fixture) => {
    await posted(fixture);
    await fixture.journal.markPosted(key, markOf(2));
    await accept(fixture, 'r1', 100n);
    await accept(fixture, 'r2', 100n);
    await fixture.journal.markPosted(key, markOf(1, ['r1']));
    await fixture.journal.markPosted(key, markOf(1, ['r1', 'r2']));
    const payment = await found(fixture);
    assert(payment.postedEpoch === 2 && payment.refunds?.every((refund) => !refund.posted) === true, 'a ledger of the past says nothing');
    assert((await placesIn(fixture))[0]?.postedEpoch === 0, 'it waits');
  },
  'markPosted: racing a new refund -> told apart: placed at the epoch only when it came first': async (fixture) => {
    for (let n = 0; n < 15; n += 1) {
      const of = paymentKey(`race-${n}`);
      await fixture.journal.accept(of, acceptanceOf());
      await fixture.journal.decide(of, approval());
      await fixture.journal.markPosted(of, markOf(1));
      await fixture.refunds.acceptRefund({ ...charged, ...of }, refundOver('r1', 100n));
      const race = [fixture.journal.markPosted(of, markOf(2, ['r1'])), fixture.refunds.acceptRefund({ ...charged, ...of }, refundOver('r2', 100n))] as const;
      const [isComplete] = await Promise.all(race);
      const payment = await fixture.journal.read(of);
      assert(payment?.postedEpoch === (isComplete ? 2 : 1), 'the epoch rises only with all refunds');
      assert(sameValue(payment?.refunds?.map((refund) => refund.posted), [true, false]), 'the new one waits');
      assert(!(await fixture.journal.confirm(of, two, 1)) && !(await fixture.journal.confirm(of, two, 2)), 'nothing takes it out of work');
    }
  },
  'confirm: every refund seen and marked -> true; fewer, or more, or not marked since -> false': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 100n);
    assert(!(await fixture.journal.confirm(key, one, 1)), 'seen by the standby, and not told yet');
    assert(!(await fixture.journal.confirm(key, one)), 'the standby has not seen it');
    await fixture.journal.markPosted(key, markOf(1, ['r1']));
    for (const refunds of [0, 2]) assert(!(await fixture.journal.confirm(key, one, refunds)), 'another number than there are');
    assert(await fixture.journal.confirm(key, one, 1), 'all of it is in both ledgers');
    assert(!(await found(fixture)).inWork && (await placesIn(fixture)).length === 0, 'it is out of work');
  },
  'scan: a payment with refunds -> exactly as read': async (fixture) => {
    await posted(fixture);
    await accept(fixture, 'r1', 100n);
    await fixture.refunds.decideRefund(key, refundOver('r1', 100n), refused);
    const { payments } = await fixture.workIndex.scan({ limit: 10 });
    assert(payments.some((payment) => sameValue(payment, payments[0])) && sameValue(payments[0], await found(fixture)), 'the scan shows its refunds');
  },
  'a journal that cannot be reached -> a retryable fault of port journal from each method': async (fixture) => {
    await fixture.cutOff();
    for (const call of [() => accept(fixture, 'r1', 1n), () => fixture.refunds.decideRefund(key, refundOver('r1', 1n), refused)]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'journal' && fault.retryable, 'the outcome is unknown');
    }
  },
};

export const refundsContract = (make: () => Promise<RefundsFixture>): readonly ContractCase[] => casesOf(make, { ...accepting, ...deciding, ...marking });
