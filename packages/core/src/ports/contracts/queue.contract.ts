// The promises of the Queue port. A hint may arrive twice or late; it never arrives at another region's queue.
import { assert } from '../../support/assert.ts';
import { keyText, merchantId, transactionId } from '../../domain/payment/payment.ts';
import type { PaymentKey } from '../../domain/payment/payment.ts';
import type { Region } from '../../domain/region/region.ts';
import { isPortFault } from '../fault.ts';
import type { Queue } from '../queue.ts';
import type { ContractCase } from './contract.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface QueueFixture {
  readonly queue: Queue;
  /** The payments named by the hints that wait in a region's queue. */
  readonly waiting: (region: Region) => Promise<readonly PaymentKey[]>;
  /** From now on this region's queue cannot be reached. */
  readonly cutOff: (region: Region) => Promise<void>;
  readonly close: () => Promise<void>;
}

const payment: PaymentKey = { merchantId: merchantId('shop'), transactionId: transactionId('order:7.1_a-B') };
const sameIdElsewhere: PaymentKey = { ...payment, merchantId: merchantId('market') };

const textsOf = (keys: readonly PaymentKey[]): string => keys.map(keyText).toSorted().join(' ');

const cases: Readonly<Record<string, (fixture: QueueFixture) => Promise<void>>> = {
  'a hint sent to a region -> waits there, and nowhere else': async ({ queue, waiting }) => {
    await queue.send('us-east-2', payment);
    assert(textsOf(await waiting('us-east-2')) === keyText(payment), 'the hint names the payment that was sent');
    assert((await waiting('us-east-1')).length === 0, 'the other region has no hint');
  },
  'payments of two merchants with one id -> two hints that stay apart': async ({ queue, waiting }) => {
    await queue.send('us-east-1', payment);
    await queue.send('us-east-1', sameIdElsewhere);
    assert(textsOf(await waiting('us-east-1')) === `${keyText(sameIdElsewhere)} ${keyText(payment)}`, 'both payments are named');
  },
  'the same hint again -> no fault': async ({ queue, waiting }) => {
    await queue.send('us-east-1', payment);
    await queue.send('us-east-1', payment);
    const waits = await waiting('us-east-1');
    assert(waits.length > 0 && waits.every((key) => keyText(key) === keyText(payment)), 'only this payment is named');
  },
  'a queue that cannot be reached -> a retryable fault of port queue, each time': async ({ queue, cutOff }) => {
    await cutOff('us-east-1');
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const fault = await faultOf(queue.send('us-east-1', payment));
      assert(isPortFault(fault) && fault.port === 'queue' && fault.retryable, `attempt ${attempt} ends in a retryable fault of port queue`);
    }
  },
  'one region cut off -> hints still reach the other': async ({ queue, cutOff, waiting }) => {
    await cutOff('us-east-1');
    await faultOf(queue.send('us-east-1', payment));
    await queue.send('us-east-2', payment);
    assert(textsOf(await waiting('us-east-2')) === keyText(payment), 'the hint waits in the region that lives');
  },
};

export const queueContract = (make: () => Promise<QueueFixture>): readonly ContractCase[] => casesOf(make, cases);
