// The promises of the ReceiptBook port: an entry is due until noted, and each day is compared once under each epoch.
import { entryId } from '../../domain/publishing/entry.ts';
import { receiptName } from '../../domain/publishing/receipt.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { assert } from '../../support/assert.ts';
import { isPortFault } from '../fault.ts';
import type { DayToCheck } from '../receipt-book.ts';
import { dayOf, post, processedOn, standing } from './book-samples.ts';
import type { BookFixture } from './book-samples.ts';
import type { ContractCase } from './contract.ts';
import { decided } from './ledger-samples.ts';
import { cancellation, decline } from './payment-samples.ts';
import { sameValue } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

const first = epochOf(1);
const second = epochOf(2);

const dueIds = async ({ receipts }: BookFixture): Promise<string> => standing(await receipts.due(first, 100)).map(entryId).toSorted().join(' ');
const checkAll = async ({ receipts }: BookFixture, epoch = first): Promise<readonly DayToCheck[]> => {
  const days: DayToCheck[] = [];
  for (;;) {
    const day = standing(await receipts.dayToCheck(epoch));
    if (day === undefined) return days;
    days.push(day);
    await receipts.checked(epoch, { businessDate: day.businessDate });
  }
};

const cases: Readonly<Record<string, (fixture: BookFixture) => Promise<void>>> = {
  'due: processed payments -> entries, with what their receipts say; declines and cancellations are none': async (fixture) => {
    await post(fixture, first, [processedOn('a', { minor: 99n, currency: 'USD', live: false }), decided('no', { decision: decline }), decided('undone', { decision: cancellation })]);
    const [entry, ...others] = standing(await fixture.receipts.due(first, 100));
    const payment = processedOn('a');
    assert(others.length === 0, 'only the processed one');
    assert(sameValue(entry, {
      merchantId: 'shop', transactionId: 'a', customerId: 'customer-1', live: false, amountMinor: 99n, currency: 'USD',
      decidedAt: payment.decision.decidedAt, businessDate: dayOf(5), acquirerReference: 'ch_a',
    }), 'the entry is made from the decision');
  },
  'due: noted as written -> not due any more, also when noted again': async (fixture) => {
    await post(fixture, first, [processedOn('a'), processedOn('b'), processedOn('a', { merchant: 'market' })]);
    assert((await dueIds(fixture)) === 'market/a shop/a shop/b', 'all are due');
    for (let repeat = 0; repeat < 2; repeat += 1) assert((await fixture.receipts.written(first, ['shop/a', 'market/a', 'shop/never'])) === 'noted', 'it is noted');
    assert((await dueIds(fixture)) === 'shop/b', 'only the other is due');
    await post(fixture, first, [processedOn('a')]);
    assert((await dueIds(fixture)) === 'shop/b', 'posting again makes nothing due');
  },
  'due: more than the limit -> as many as the limit': async (fixture) => {
    await post(fixture, first, [processedOn('a'), processedOn('b'), processedOn('c')]);
    assert(standing(await fixture.receipts.due(first, 2)).length === 2, 'a bounded page');
  },
  'days to check: -> newest first, each once under an epoch, and again under the next': async (fixture) => {
    assert((await checkAll(fixture)).length === 0, 'no entries, no days');
    await post(fixture, first, [processedOn('a', { day: 3 }), processedOn('b', { day: 5 }), processedOn('c', { day: 5 }), processedOn('d', { day: 4 })]);
    const all = [5, 4, 3].map((day) => ({ businessDate: dayOf(day) }));
    assert(sameValue(await checkAll(fixture), all), 'newest first');
    await post(fixture, first, [processedOn('e', { day: 5 })]);
    assert((await checkAll(fixture)).length === 0, 'once under this epoch');
    await fixture.control.raiseFence(fixture.region, { from: first, to: second });
    assert(sameValue(await checkAll(fixture, second), all), 'again under the next');
  },
  'days to check: noted up to a receipt -> goes on there under this epoch, and anew under the next': async (fixture) => {
    await post(fixture, first, [processedOn('a'), processedOn('b')]);
    await fixture.receipts.checked(first, { businessDate: dayOf(5), after: 'shop/a.json' });
    assert(sameValue(await fixture.receipts.dayToCheck(first), { businessDate: dayOf(5), after: 'shop/a.json' }), 'it goes on');
    await fixture.control.raiseFence(fixture.region, { from: first, to: second });
    assert(sameValue(await fixture.receipts.dayToCheck(second), { businessDate: dayOf(5) }), 'it begins anew');
  },
  'entries of a day: -> in the order in which a bucket lists their receipts, page by page': async (fixture) => {
    const ids = ['a', 'a-1', 'a.b', 'a:b', 'B', 'a0'];
    const payments = [...ids.map((id) => processedOn(id)), processedOn('a', { merchant: 'shop-2' }), processedOn('a', { merchant: 'Shop' })];
    await post(fixture, first, [...payments, processedOn('other', { day: 6 })]);
    const names: string[] = [];
    for (let day: DayToCheck = { businessDate: dayOf(5) }; ; day = { ...day, after: names.at(-1) ?? '' }) {
      const page = standing(await fixture.receipts.entriesOfDay(first, day, 3));
      names.push(...page.map(receiptName));
      if (page.length < 3) break;
    }
    assert(names.join(' ') === payments.map(receiptName).toSorted((a, b) => (a < b ? -1 : 1)).join(' '), 'the order of the bytes');
  },
  'another epoch, or a standby -> fenced, and nothing is noted': async (fixture) => {
    await post(fixture, first, [processedOn('a')]);
    await fixture.caughtUp();
    const day = { businessDate: dayOf(5) };
    for (const [receipts, epoch] of [[fixture.receipts, second], [fixture.standbyReceipts, first]] as const) {
      const answers = [
        await receipts.due(epoch, 10), await receipts.written(epoch, ['shop/a']), await receipts.dayToCheck(epoch), await receipts.entriesOfDay(epoch, day, 10), await receipts.checked(epoch, day),
      ];
      assert(answers.every((answer) => answer === 'fenced'), 'every method is fenced');
    }
    assert((await dueIds(fixture)) === 'shop/a', 'it is due as before');
    assert((await checkAll(fixture)).length === 1, 'the day is to check as before');
  },
  'a ledger that cannot be reached -> a retryable fault of port ledger': async ({ receipts, cutOff }) => {
    await cutOff();
    for (const call of [() => receipts.due(first, 1), () => receipts.written(first, ['shop/a'])]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'ledger' && fault.retryable, 'unknown');
    }
  },
};

export const receiptBookContract = (make: () => Promise<BookFixture>): readonly ContractCase[] => casesOf(make, cases);
