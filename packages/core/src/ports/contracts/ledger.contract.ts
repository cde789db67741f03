// The promises of the Ledger port: a row once, all of a batch or none, only under the fence's epoch, never on a standby.
import { assert } from '../../support/assert.ts';
import { minorUnits } from '../../domain/money/money.ts';
import { keyText } from '../../domain/payment/payment.ts';
import type { PaymentKey } from '../../domain/payment/payment.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { isPortFault } from '../fault.ts';
import type { Ledger, PostResult, PresentRows } from '../ledger.ts';
import type { ContractCase } from './contract.ts';
import { decided } from './ledger-samples.ts';
import type { LedgerFixture } from './ledger-samples.ts';
import { approval, cancellation, decline } from './payment-samples.ts';
import { times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

const first = epochOf(1);
const second = epochOf(2);

const textsOf = (texts: ReadonlySet<string> | PresentRows): string => [...texts.keys()].toSorted().join(' ');
const insertedBy = (result: PostResult): string => (result.code === 'posted' ? textsOf(result.inserted) : result.code);
const presentIn = (ledger: Ledger, keys: readonly PaymentKey[]): Promise<string> =>
  ledger.withSnapshot(async (snapshot) => textsOf(await snapshot.present(keys)));

const posting: Readonly<Record<string, (fixture: LedgerFixture) => Promise<void>>> = {
  'post: payments without rows -> posted, all inserted, and a snapshot shows them': async ({ ledger }) => {
    const batch = [decided('b'), decided('a'), decided('a', { merchant: 'market' })];
    assert(insertedBy(await ledger.post(first, batch)) === 'market#a shop#a shop#b', 'all three are inserted');
    assert((await presentIn(ledger, [...batch, decided('never')])) === 'market#a shop#a shop#b', 'the snapshot has them, and only them');
  },
  'post: each outcome -> a row, declines and cancellations too': async ({ ledger }) => {
    const batch = [decided('yes'), decided('no', { decision: decline }), decided('undone', { decision: cancellation })];
    assert(insertedBy(await ledger.post(first, batch)) === 'shop#no shop#undone shop#yes', 'every decision gets its row');
  },
  'post: the same batch again -> posted, nothing inserted': async ({ ledger }) => {
    const batch = [decided('a'), decided('b')];
    await ledger.post(first, batch);
    assert(insertedBy(await ledger.post(first, batch)) === '', 'a repeat inserts nothing');
  },
  'post: a batch that overlaps an older one -> only the new rows are inserted': async ({ ledger }) => {
    await ledger.post(first, [decided('a')]);
    assert(insertedBy(await ledger.post(first, [decided('b'), decided('a')])) === 'shop#b', 'only the new one is inserted');
  },
  'post: one payment twice in a batch -> one row': async ({ ledger }) => {
    assert(insertedBy(await ledger.post(first, [decided('a'), decided('a')])) === 'shop#a', 'it is inserted once');
  },
  'post: nothing to post -> posted under the fence, fenced under another': async ({ ledger }) => {
    assert(insertedBy(await ledger.post(first, [])) === '', 'an empty batch inserts nothing');
    assert((await ledger.post(second, [])).code === 'fenced', 'an empty batch is fenced like any other');
  },
  'post: a row that says something else than the decision -> refused, the whole batch unwritten': async ({ ledger }) => {
    await ledger.post(first, [decided('a')]);
    for (const other of [
      decided('a', { decision: decline }),
      decided('a', { decision: approval('another charge') }),
      decided('a', { acceptance: { amount: { minor: minorUnits(1251n), currency: 'EUR' } } }),
      decided('a', { acceptance: { amount: { minor: minorUnits(1250n), currency: 'USD' } } }),
    ]) {
      const result = await ledger.post(first, [other, decided('b')]);
      assert(result.code === 'refused' && result.reason.includes('shop#a'), 'the refusal names the payment');
    }
    assert((await presentIn(ledger, [decided('a'), decided('b')])) === 'shop#a', 'nothing else of the batch was written');
  },
  'post: content that the books refuse -> refused without customer data, the whole batch unwritten': async ({ ledger }) => {
    const nothingPaid = decided('zero', { acceptance: { amount: { minor: minorUnits(0n), currency: 'EUR' } } });
    const result = await ledger.post(first, [decided('a'), nothingPaid]);
    assert(result.code === 'refused' && !result.reason.includes('customer-1'), 'an amount of zero is refused');
    assert((await presentIn(ledger, [decided('a'), nothingPaid])) === '', 'nothing of the batch was written');
    assert((await ledger.post(first, [decided('a')])).code === 'posted', 'the rest can be posted without it');
  },
  'post: overlapping batches at once -> each row is inserted by exactly one of them': async ({ ledger }) => {
    const payments = times(12, (n) => decided(`p${n}`));
    const results = await Promise.all(times(8, (n) => ledger.post(first, n % 2 === 0 ? payments : payments.toReversed())));
    const inserted = results.flatMap((result) => (result.code === 'posted' ? [...result.inserted] : []));
    assert(results.every((result) => result.code === 'posted'), 'none is refused');
    assert(inserted.toSorted().join(' ') === payments.map(keyText).toSorted().join(' '), 'every payment is inserted once');
  },
};

const fencing: Readonly<Record<string, (fixture: LedgerFixture) => Promise<void>>> = {
  'post: an epoch other than the fence -> fenced with the fence, nothing written': async ({ ledger, control, region }) => {
    const early = await ledger.post(second, [decided('a')]);
    assert(early.code === 'fenced' && early.fence === 1, 'an epoch above the fence is fenced');
    await control.raiseFence(region, { from: first, to: second });
    const late = await ledger.post(first, [decided('a')]);
    assert(late.code === 'fenced' && late.fence === 2, 'an epoch below the fence is fenced');
    assert((await presentIn(ledger, [decided('a')])) === '', 'nothing was written');
    assert((await ledger.post(second, [decided('a')])).code === 'posted', 'the epoch of the fence posts');
  },
  'post: rows of an older epoch, repeated under the new one -> posted, nothing inserted': async ({ ledger, control, region }) => {
    await ledger.post(first, [decided('a')]);
    await control.raiseFence(region, { from: first, to: second });
    assert(insertedBy(await ledger.post(second, [decided('a'), decided('b')])) === 'shop#b', 'the old row counts');
  },
  'post: on a standby -> fenced with the fence it shows': async ({ standby, control, region, caughtUp }) => {
    await control.raiseFence(region, { from: first, to: second });
    await caughtUp();
    const result = await standby.post(second, [decided('a')]);
    assert(result.code === 'fenced' && result.fence === 2, 'a standby posts nothing, even under its own fence');
  },
  'post: unreachable -> a retryable fault of port ledger': async ({ ledger, cutOff }) => {
    await cutOff();
    const fault = await faultOf(ledger.post(first, [decided('a')]));
    assert(isPortFault(fault) && fault.port === 'ledger' && fault.retryable, 'the outcome is unknown');
  },
};

const snapshots: Readonly<Record<string, (fixture: LedgerFixture) => Promise<void>>> = {
  'snapshot: rows posted and a fence raised meanwhile -> unseen until the next one': async ({ ledger, control, region }) => {
    await ledger.post(first, [decided('a')]);
    const seen = await ledger.withSnapshot(async (snapshot) => {
      await ledger.post(first, [decided('b')]);
      await control.raiseFence(region, { from: first, to: second });
      return { fence: snapshot.fence, rows: textsOf(await snapshot.present([decided('a'), decided('b')])) };
    });
    assert(seen.fence === 1 && seen.rows === 'shop#a', 'the snapshot is of one instant');
    assert((await ledger.withSnapshot(async (snapshot) => snapshot.fence)) === 2, 'the next one sees the fence');
    assert((await presentIn(ledger, [decided('a'), decided('b')])) === 'shop#a shop#b', 'the next one sees the row');
  },
  'snapshot: more keys than one question holds -> every one is answered': async ({ ledger }) => {
    const payments = times(1500, (n) => decided(`p${n}`));
    await ledger.post(first, [payments[0], payments[1499]].filter((payment) => payment !== undefined));
    assert((await presentIn(ledger, payments)) === 'shop#p0 shop#p1499', 'the first and the last are found');
    assert((await presentIn(ledger, [])) === '', 'no keys, no rows');
  },
  'snapshot: of a standby -> in recovery, with the replicated rows and fence': async ({ ledger, standby, caughtUp }) => {
    await ledger.post(first, [decided('a')]);
    await caughtUp();
    const seen = await standby.withSnapshot(async (snapshot) => ({ ...snapshot, rows: textsOf(await snapshot.present([decided('a'), decided('b')])) }));
    assert(seen.inRecovery && seen.fence === 1 && seen.rows === 'shop#a', 'the standby shows what was replicated');
    assert(!(await ledger.withSnapshot(async (snapshot) => snapshot.inRecovery)), 'the primary is not in recovery');
  },
  'snapshot: its user fails -> that very error, and the ledger goes on': async ({ ledger }) => {
    const mine = new Error('mine');
    const thrown = await faultOf(ledger.withSnapshot(async () => Promise.reject(mine)));
    assert(thrown === mine, 'an error of the user is passed through');
    assert((await ledger.post(first, [decided('a')])).code === 'posted', 'the ledger still posts');
  },
  'snapshot: unreachable -> a retryable fault of port ledger': async ({ ledger, cutOff }) => {
    await cutOff();
    const fault = await faultOf(ledger.withSnapshot(async () => 'never'));
    assert(isPortFault(fault) && fault.port === 'ledger' && fault.retryable, 'nothing is known');
  },
};

export const ledgerContract = (make: () => Promise<LedgerFixture>): readonly ContractCase[] =>
  casesOf(make, { ...posting, ...fencing, ...snapshots });
