// The promises of the EventTopic port. A hint may arrive twice, late or never; what arrives names the payment exactly.
import { assert } from '../../support/assert.ts';
import { keyText, merchantId, transactionId } from '../../domain/payment/payment.ts';
import type { PaymentKey } from '../../domain/payment/payment.ts';
import type { EventTopic } from '../event-topic.ts';
import { isPortFault } from '../fault.ts';
import type { ContractCase } from './contract.ts';
import { times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface EventTopicFixture {
  readonly topic: EventTopic;
  /** The payments that the topic's subscribers heard of. */
  readonly heard: () => Promise<readonly PaymentKey[]>;
  /** From now on the topic cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const keyOf = (id: string, merchant = 'shop'): PaymentKey => ({ merchantId: merchantId(merchant), transactionId: transactionId(id) });
const textsOf = (keys: readonly PaymentKey[]): string => keys.map(keyText).toSorted().join(' ');

const cases: Readonly<Record<string, (fixture: EventTopicFixture) => Promise<void>>> = {
  'payments of two merchants with one id -> subscribers hear of both, apart': async ({ topic, heard }) => {
    await topic.publish([keyOf('order:7.1_a-B'), keyOf('order:7.1_a-B', 'market')]);
    assert(textsOf(await heard()) === 'market#order:7.1_a-B shop#order:7.1_a-B', 'both are named');
  },
  'more payments than one message batch holds -> every one is heard of': async ({ topic, heard }) => {
    const keys = times(23, (n) => keyOf(`p${n}`));
    await topic.publish(keys);
    assert(textsOf(await heard()) === textsOf(keys), 'none is missing');
  },
  'nothing to publish -> no fault, and nobody hears anything': async ({ topic, heard }) => {
    await topic.publish([]);
    assert((await heard()).length === 0, 'nothing was published');
  },
  'unreachable -> a retryable fault of port events': async ({ topic, cutOff }) => {
    await cutOff();
    const fault = await faultOf(topic.publish([keyOf('a')]));
    assert(isPortFault(fault) && fault.port === 'events' && fault.retryable, 'the caller hears that it may be lost');
  },
};

export const eventTopicContract = (make: () => Promise<EventTopicFixture>): readonly ContractCase[] => casesOf(make, cases);
