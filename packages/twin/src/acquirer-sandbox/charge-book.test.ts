// Which of several charges of one payment a look-up tells: whoever gives back what it finds must not miss money.
import { expect, test } from 'vitest';
import { ChargeBook } from './charge-book.ts';
import type { ChargeEvent } from './charge-book.ts';

const content = { merchantId: 'm', transactionId: 't', amountMinor: '5', currency: 'EUR', paymentMethod: 'tok', live: false };
const charged = (reference: string, outcome: 'approved' | 'declined' | 'in_progress'): ChargeEvent => ({ type: 'charged', key: 'k', content, outcome, reference, atEpochMs: 0 });
const voided = (reference: string): ChargeEvent => ({ type: 'voided', key: 'k', reference });

test.each<[string, readonly ChargeEvent[], string]>([
  ['a decline after an approval', [charged('a', 'approved'), charged('b', 'declined')], 'a'],
  ['a decline after one in progress', [charged('a', 'in_progress'), charged('b', 'declined')], 'a'],
  ['one in progress, and a later approval that was voided', [charged('a', 'in_progress'), charged('b', 'approved'), voided('b')], 'a'],
  ['two approvals, the later one voided', [charged('a', 'approved'), charged('b', 'approved'), voided('b')], 'a'],
  ['two declines', [charged('a', 'declined'), charged('b', 'declined')], 'b'],
])('charge book: %s -> the look-up tells the one that holds money, or may yet', (_which, events, reference) => {
  const book = new ChargeBook();
  for (const event of events) book.apply(event);
  expect(book.find('m', 't')?.reference).toBe(reference);
});
