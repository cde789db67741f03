// The promises of the Journal port. What matters most: an id is taken once, a decision is made once and everybody
// is given the same one, nothing that was posted is lowered, and only the exact epoch takes a payment out of work.
import { assert } from '../../support/assert.ts';
import { minorUnits } from '../../domain/money/money.ts';
import type { Payment, PaymentKey } from '../../domain/payment/payment.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { isPortFault } from '../fault.ts';
import type { Journal, PostedMark } from '../journal.ts';
import type { ContractCase } from './contract.ts';
import { acceptanceOf, acceptedAt, approval, asideFor, cancellation, decline, paymentKey } from './payment-samples.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface JournalFixture {
  /** Empty. */
  readonly journal: Journal;
  /** From now on the journal cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Cases = Readonly<Record<string, (fixture: JournalFixture) => Promise<void>>>;

const key = paymentKey('order-7');
const one = epochOf(1);
const two = epochOf(2);

const fresh = (of: PaymentKey): Payment => ({ ...of, acceptance: acceptanceOf(), postedEpoch: epochOf(0), inWork: true, attempts: 0 });
const markOf = (epoch: number): PostedMark => ({ epoch: epochOf(epoch), at: acceptedAt(epoch * 10_000), region: epoch % 2 === 1 ? 'us-east-1' : 'us-east-2', acceptedAt: acceptanceOf().acceptedAt });

const stands = async (journal: Journal, expected: Payment, of = key): Promise<void> => {
  const found = await journal.read(of);
  assert(sameValue(found, expected), `the journal holds ${String(expected.transactionId)} as expected, not ${String(found && Object.keys(found))}`);
};

const acceptedIn = async (journal: Journal): Promise<void> => {
  assert((await journal.accept(key, acceptanceOf())).code === 'created', 'the id was free');
};

const postedIn = async (journal: Journal, epoch: number): Promise<void> => {
  await acceptedIn(journal);
  await journal.decide(key, approval());
  await journal.markPosted(key, markOf(epoch));
};

const settledBy = (epoch: number): Pick<Payment, 'settledAt' | 'settledRegion'> => ({ settledAt: markOf(epoch).at, settledRegion: markOf(epoch).region });

const accepting: Cases = {
  'accept: a free id -> created, and read back exactly, in work and never posted': async ({ journal }) => {
    await acceptedIn(journal);
    await stands(journal, fresh(key));
  },
  'accept: no payment method, no session, a test key -> read back without them': async ({ journal }) => {
    const { paymentMethod: _method, sessionId: _session, ...bare } = acceptanceOf({ live: false, acceptedRegion: 'us-east-2' });
    await journal.accept(key, bare);
    await stands(journal, { ...fresh(key), acceptance: bare });
  },
  'accept: amounts of nothing and beyond any float -> read back exactly': async ({ journal }) => {
    for (const minor of [0n, 1n, 9_007_199_254_740_993n, 99_999_999_999_999_999_999n]) {
      const acceptance = acceptanceOf({ amount: { minor: minorUnits(minor), currency: 'KWD' } });
      await journal.accept(paymentKey(`amount-${minor}`), acceptance);
      assert((await journal.read(paymentKey(`amount-${minor}`)))?.acceptance?.amount.minor === minor, `${minor} is exact`);
    }
  },
  'accept: a taken id -> what stands there, unchanged': async ({ journal }) => {
    await acceptedIn(journal);
    const again = await journal.accept(key, acceptanceOf({ fingerprint: '0'.repeat(64), acceptedAt: acceptedAt(5) }));
    assert(again.code === 'exists' && sameValue(again.payment, fresh(key)), 'the first acceptance is given');
    await stands(journal, fresh(key));
  },
  'accept: an id whose payment was decided and posted -> given with all of that': async ({ journal }) => {
    await postedIn(journal, 1);
    const again = await journal.accept(key, acceptanceOf());
    assert(again.code === 'exists', 'the id is taken');
    assert(sameValue(again.payment, { ...fresh(key), decision: approval(), postedEpoch: one, ...settledBy(1) }), 'the newest state is given');
  },
  'accept: the same id of another merchant -> created, and they stay apart': async ({ journal }) => {
    const other = paymentKey('order-7', 'market');
    await acceptedIn(journal);
    assert((await journal.accept(other, acceptanceOf())).code === 'created', 'ids of two merchants never meet');
    await journal.decide(key, approval());
    await stands(journal, fresh(other), other);
  },
  'accept: every character an id may have -> its own payment': async ({ journal }) => {
    const ids = ['a', 'A', '1', '.', '_', ':', '-', 'a:b', 'a.b', `${'Z9._:-'.repeat(21)}xy`];
    for (const id of ids) assert((await journal.accept(paymentKey(id), acceptanceOf())).code === 'created', `${id} was free`);
    for (const id of ids) await stands(journal, fresh(paymentKey(id)), paymentKey(id));
  },
  'accept: 200 at once with one id -> one created, and all are given that one': async ({ journal }) => {
    const acceptances = times(200, (index) => acceptanceOf({ acceptedAt: acceptedAt(index) }));
    const answers = await Promise.all(acceptances.map((acceptance) => journal.accept(key, acceptance)));
    const created = answers.flatMap((answer, index) => (answer.code === 'created' ? [index] : []));
    assert(created.length === 1, `one is created, not ${created.length}`);
    const winner = acceptances[created[0] ?? -1];
    const others = answers.filter((answer) => answer.code === 'exists');
    assert(others.every(({ payment }) => sameValue(payment.acceptance, winner)), 'everybody is given the one that was created');
  },
  'read: an id never seen -> undefined': async ({ journal }) => {
    assert((await journal.read(key)) === undefined, 'there is no such payment');
  },
};

const deciding: Cases = {
  'decide: an accepted payment -> won, the decided payment, still in work and not posted': async ({ journal }) => {
    await acceptedIn(journal);
    const result = await journal.decide(key, decline);
    const decided = { ...fresh(key), decision: decline };
    assert(result?.won === true && sameValue(result.payment, decided), 'the decided payment is given');
    await stands(journal, decided);
  },
  'decide: the same decision again, as after a lost answer -> won': async ({ journal }) => {
    await acceptedIn(journal);
    await journal.decide(key, approval());
    const again = await journal.decide(key, approval());
    assert(again?.won === true && sameValue(again.payment.decision, approval()), 'it is the decision that stands');
  },
  'decide: another decision later -> lost, and given the one that stands': async ({ journal }) => {
    await acceptedIn(journal);
    await journal.decide(key, approval());
    const { acquirerReference: _none, ...withoutReference } = approval();
    const others = [decline, cancellation, approval('ch_9'), withoutReference, { ...approval(), decidedAt: acceptedAt(9) }, { ...approval(), code: 'x' }];
    for (const other of others) {
      const result = await journal.decide(key, other);
      assert(result?.won === false && sameValue(result.payment.decision, approval()), 'a decision is made once');
    }
    await stands(journal, { ...fresh(key), decision: approval() });
  },
  'decide: posted and confirmed already -> lost, and nothing changes': async ({ journal }) => {
    await postedIn(journal, 1);
    await journal.confirm(key, one);
    assert((await journal.decide(key, decline))?.won === false, 'the decision stands');
    await stands(journal, { ...fresh(key), decision: approval(), postedEpoch: one, ...settledBy(1), inWork: false });
  },
  'decide: 50 at once with different outcomes -> one winner, and all are given the same': async ({ journal }) => {
    await acceptedIn(journal);
    const decisions = times(50, (index) => (index % 2 === 0 ? approval(`ch_${index}`) : { ...decline, code: `code_${index}` }));
    const results = await Promise.all(decisions.map((decision) => journal.decide(key, decision)));
    const winners = decisions.filter((_, index) => results[index]?.won);
    assert(winners.length === 1, `one wins, not ${winners.length}`);
    assert(results.every((result) => sameValue(result?.payment.decision, winners[0])), 'everybody is given the winner\'s');
  },
  'decide: an id never seen -> undefined, and nothing is created': async ({ journal }) => {
    assert((await journal.decide(key, approval())) === undefined, 'there is no such payment');
    assert((await journal.read(key)) === undefined, 'nothing was created');
  },
  'decide: an id spent before it was seen -> undefined, for nothing was accepted; its cancellation stands': async ({ journal }) => {
    await journal.spend(key, cancellation);
    assert((await journal.decide(key, approval())) === undefined, 'there is nothing to decide');
    assert(sameValue((await journal.read(key))?.decision, cancellation), 'the cancellation stands');
  },
  'decide: a payment in quarantine -> decided and out of it, its attempts kept': async ({ journal }) => {
    await acceptedIn(journal);
    await journal.recordFault(key, asideFor('poison'));
    const result = await journal.decide(key, approval());
    assert(result?.won === true && result.payment.quarantine === undefined, 'the quarantine is over');
    await stands(journal, { ...fresh(key), decision: approval(), attempts: 1 });
  },
};

const spending: Cases = {
  'spend: an id never seen -> spent: cancelled, not accepted, not in work': async ({ journal }) => {
    assert((await journal.spend(key, cancellation)).code === 'spent', 'the id is spent');
    await stands(journal, { ...key, decision: cancellation, postedEpoch: epochOf(0), inWork: false, attempts: 0 });
  },
  'spend: an accepted payment -> given, and unchanged': async ({ journal }) => {
    await acceptedIn(journal);
    const result = await journal.spend(key, cancellation);
    assert(result.code === 'exists' && sameValue(result.payment, fresh(key)), 'what stands is given');
    await stands(journal, fresh(key));
  },
  'spend: an id spent already -> given with the first cancellation': async ({ journal }) => {
    await journal.spend(key, cancellation);
    const result = await journal.spend(key, { ...cancellation, decidedAt: acceptedAt(9) });
    assert(result.code === 'exists' && sameValue(result.payment.decision, cancellation), 'the first stands');
  },
  'spend: then an acceptance of that id -> refused with the cancellation': async ({ journal }) => {
    await journal.spend(key, cancellation);
    const result = await journal.accept(key, acceptanceOf());
    assert(result.code === 'exists' && result.payment.acceptance === undefined, 'a spent id is never accepted');
    assert(sameValue(result.payment.decision, cancellation), 'its cancellation is given');
  },
  'spend: racing acceptances of the same ids -> one of the two each time, and the other is given it': async ({ journal }) => {
    await Promise.all(times(25, async (index) => {
      const id = paymentKey(`race-${index}`);
      const race = index % 2 === 0
        ? [journal.accept(id, acceptanceOf()), journal.spend(id, cancellation)] as const
        : ([journal.spend(id, cancellation), journal.accept(id, acceptanceOf())].toReversed() as [ReturnType<Journal['accept']>, ReturnType<Journal['spend']>]);
      const [accepted, spent] = await Promise.all(race);
      assert((accepted.code === 'created') !== (spent.code === 'spent'), 'exactly one of them took the id');
      const found = await journal.read(id);
      assert((found?.acceptance !== undefined) === (accepted.code === 'created'), 'what stands is the winner\'s');
      const given = accepted.code === 'exists' ? accepted.payment : spent.code === 'exists' ? spent.payment : undefined;
      assert(sameValue(given, found), 'the loser was given what stands');
    }));
  },
};

const posting: Cases = {
  'markPosted: a decided payment -> its epoch, and when and where it was settled; still in work': async ({ journal }) => {
    await postedIn(journal, 1);
    await stands(journal, { ...fresh(key), decision: approval(), postedEpoch: one, ...settledBy(1) });
  },
  'markPosted: a later epoch -> raised, and settled when it first was': async ({ journal }) => {
    await postedIn(journal, 1);
    await journal.markPosted(key, markOf(2));
    await stands(journal, { ...fresh(key), decision: approval(), postedEpoch: two, ...settledBy(1) });
  },
  'markPosted: an equal or an earlier epoch -> nothing changes': async ({ journal }) => {
    await postedIn(journal, 2);
    await journal.markPosted(key, { ...markOf(2), at: acceptedAt(77) });
    await journal.markPosted(key, markOf(1));
    await stands(journal, { ...fresh(key), decision: approval(), postedEpoch: two, ...settledBy(2) });
  },
  'markPosted: 30 epochs at once, in no order -> the highest stands, one first settlement, in work': async ({ journal }) => {
    await acceptedIn(journal);
    await journal.decide(key, approval());
    await Promise.all(times(30, (index) => journal.markPosted(key, markOf(((index * 7) % 30) + 1))));
    const found = await journal.read(key);
    assert(found?.postedEpoch === 30 && found.inWork, 'the highest epoch stands');
    assert(times(30, (index) => settledBy(index + 1)).some((settled) => sameValue(settled, { settledAt: found.settledAt, settledRegion: found.settledRegion })),
      'when and where belong together');
  },
  'markPosted: an id never seen -> nothing is created': async ({ journal }) => {
    await journal.markPosted(key, markOf(1));
    assert((await journal.read(key)) === undefined, 'nothing was created');
  },
  'markPosted: after the confirmation -> raised, and never back in work': async ({ journal }) => {
    await postedIn(journal, 1);
    await journal.confirm(key, one);
    await journal.markPosted(key, markOf(2));
    await stands(journal, { ...fresh(key), decision: approval(), postedEpoch: two, ...settledBy(1), inWork: false });
  },
  'confirm: decided and posted under exactly that epoch -> true, once, and out of work': async ({ journal }) => {
    await postedIn(journal, 2);
    assert(await journal.confirm(key, two), 'it is confirmed');
    assert(!(await journal.confirm(key, two)), 'it is not in work any more');
    await stands(journal, { ...fresh(key), decision: approval(), postedEpoch: two, ...settledBy(2), inWork: false });
  },
  'confirm: posted under an earlier or a later epoch -> false, and in work': async ({ journal }) => {
    await postedIn(journal, 2);
    assert(!(await journal.confirm(key, one)) && !(await journal.confirm(key, epochOf(3))), 'only the exact epoch confirms');
    assert((await journal.read(key))?.inWork === true, 'it stays in work');
  },
  'confirm: not decided, whatever its epoch -> false, and in work': async ({ journal }) => {
    await acceptedIn(journal);
    assert(!(await journal.confirm(key, epochOf(0))), 'nothing is decided and nothing posted');
    await journal.markPosted(key, markOf(1));
    assert(!(await journal.confirm(key, one)), 'nothing is decided');
    assert((await journal.read(key))?.inWork === true, 'it stays in work');
  },
  'confirm: an id never seen, or spent -> false, and nothing is created': async ({ journal }) => {
    assert(!(await journal.confirm(key, one)), 'there is no such payment');
    assert((await journal.read(key)) === undefined, 'nothing was created');
    await journal.spend(key, cancellation);
    assert(!(await journal.confirm(key, epochOf(0))), 'it never was in work');
  },
  'confirm: 20 at once -> one true': async ({ journal }) => {
    await postedIn(journal, 1);
    const confirmed = await Promise.all(times(20, () => journal.confirm(key, one)));
    assert(confirmed.filter(Boolean).length === 1, 'it leaves work once');
  },
  'confirm: racing a later posting -> out of work exactly when it was confirmed first': async ({ journal }) => {
    await Promise.all(times(20, async (index) => {
      const id = paymentKey(`race-${index}`);
      await journal.accept(id, acceptanceOf());
      await journal.decide(id, approval());
      await journal.markPosted(id, markOf(1));
      const [confirmed] = await Promise.all([journal.confirm(id, one), journal.markPosted(id, markOf(2))]);
      const found = await journal.read(id);
      assert(found?.postedEpoch === 2 && found.inWork === !confirmed, 'in work unless confirmed, and posted under the later epoch');
    }));
  },
};

const faulting: Cases = {
  'recordFault: without a quarantine -> counted, not set aside': async ({ journal }) => {
    await acceptedIn(journal);
    await journal.recordFault(key, undefined);
    await journal.recordFault(key, undefined);
    await stands(journal, { ...fresh(key), attempts: 2 });
  },
  'recordFault: with a quarantine -> set aside; a later fault counts and keeps it, a later quarantine replaces it': async ({ journal }) => {
    await acceptedIn(journal);
    await journal.recordFault(key, asideFor('first'));
    await journal.recordFault(key, undefined);
    await stands(journal, { ...fresh(key), attempts: 2, quarantine: asideFor('first') });
    await journal.recordFault(key, asideFor('second', 2));
    await stands(journal, { ...fresh(key), attempts: 3, quarantine: asideFor('second', 2) });
  },
  'recordFault: decided and not yet posted -> counted and set aside, for it can still fail to post': async ({ journal }) => {
    await acceptedIn(journal);
    await journal.decide(key, approval());
    await journal.recordFault(key, asideFor('ledger refuses'));
    await stands(journal, { ...fresh(key), decision: approval(), attempts: 1, quarantine: asideFor('ledger refuses') });
  },
  'recordFault: decided and posted -> nothing changes': async ({ journal }) => {
    await postedIn(journal, 1);
    await journal.recordFault(key, asideFor('late'));
    await stands(journal, { ...fresh(key), decision: approval(), postedEpoch: one, ...settledBy(1) });
  },
  'recordFault: an id never seen -> nothing is created': async ({ journal }) => {
    await journal.recordFault(key, asideFor('ghost'));
    assert((await journal.read(key)) === undefined, 'nothing was created');
  },
  'recordFault: 20 at once -> 20 counted': async ({ journal }) => {
    await acceptedIn(journal);
    await Promise.all(times(20, () => journal.recordFault(key, undefined)));
    assert((await journal.read(key))?.attempts === 20, 'each is counted once');
  },
  'a journal that cannot be reached -> a retryable fault of port journal from each method, never an answer': async ({ journal, cutOff }) => {
    await cutOff();
    const calls = [
      () => journal.accept(key, acceptanceOf()), () => journal.read(key), () => journal.decide(key, approval()), () => journal.spend(key, cancellation),
      () => journal.markPosted(key, markOf(1)), () => journal.confirm(key, one), () => journal.recordFault(key, undefined),
    ];
    for (const call of calls) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'journal' && fault.retryable, 'the outcome is unknown');
    }
  },
};

export const journalContract = (make: () => Promise<JournalFixture>): readonly ContractCase[] =>
  casesOf(make, { ...accepting, ...deciding, ...spending, ...posting, ...faulting });
