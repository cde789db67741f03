// The promises of the CustomerIndex port: newest first, each payment once over any number of pages, and nothing of
// another merchant or customer.
import { assert } from '../../support/assert.ts';
import { customerId, merchantId } from '../../domain/payment/payment.ts';
import type { TransactionId } from '../../domain/payment/payment.ts';
import type { CustomerEntry, CustomerIndex } from '../customer-index.ts';
import { isPortFault } from '../fault.ts';
import type { Journal } from '../journal.ts';
import type { ContractCase } from './contract.ts';
import { acceptanceOf, acceptedAt, cancellation, paymentKey } from './payment-samples.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface CustomerIndexFixture {
  readonly journal: Journal;
  readonly customers: CustomerIndex;
  /** The index then knows every write so far. */
  readonly caughtUp: () => Promise<void>;
  /** From now on the index cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const shop = merchantId('shop');
const one = customerId('customer-1');

async function pages(customers: CustomerIndex, limit: number): Promise<readonly TransactionId[]> {
  const found: CustomerEntry[] = [];
  for (let page = 0; page < 20; page += 1) {
    const after = found.at(-1);
    const entries = await customers.query({ merchantId: shop, customerId: one, limit, ...(after && { after }) });
    found.push(...entries);
    if (entries.length < limit) break;
  }
  return found.map((entry) => entry.transactionId);
}

const cases: Readonly<Record<string, (fixture: CustomerIndexFixture) => Promise<void>>> = {
  'a customer without payments -> nothing': async ({ customers }) => {
    assert((await pages(customers, 3)).length === 0, 'there is nothing');
  },
  'payments of one customer, in pages of any size -> each once, newest first': async ({ journal, customers, caughtUp }) => {
    const ids = times(7, (i) => `p${i}`);
    for (const [i, id] of ids.entries()) await journal.accept(paymentKey(id), acceptanceOf({ acceptedAt: acceptedAt(i) }));
    await caughtUp();
    for (const limit of [1, 3, 7, 100]) assert(sameValue(await pages(customers, limit), ids.toReversed()), `pages of ${limit} hold all`);
  },
  'payments of one instant, in pages of one -> each once': async ({ journal, customers, caughtUp }) => {
    const ids = times(4, (i) => `p${i}`);
    for (const id of ids) await journal.accept(paymentKey(id), acceptanceOf());
    await caughtUp();
    assert(sameValue((await pages(customers, 1)).toSorted(), ids), 'each is there once');
  },
  'another merchant\'s and another customer\'s payments, and an id that was spent -> not among them': async ({ journal, customers, caughtUp }) => {
    await journal.accept(paymentKey('mine'), acceptanceOf());
    await journal.accept(paymentKey('mine', 'market'), acceptanceOf());
    await journal.accept(paymentKey('theirs'), acceptanceOf({ customerId: customerId('customer-2') }));
    await journal.spend(paymentKey('spent'), cancellation);
    await caughtUp();
    assert(sameValue(await pages(customers, 10), ['mine']), 'only this customer of this merchant');
  },
  'an index that cannot be reached -> a retryable fault of port journal, never "nothing"': async ({ customers, cutOff }) => {
    await cutOff();
    const fault = await faultOf(customers.query({ merchantId: shop, customerId: one, limit: 1 }));
    assert(isPortFault(fault) && fault.port === 'journal' && fault.retryable, 'nothing is known');
  },
};

export const customerIndexContract = (make: () => Promise<CustomerIndexFixture>): readonly ContractCase[] => casesOf(make, cases);
