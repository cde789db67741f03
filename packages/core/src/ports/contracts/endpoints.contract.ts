// The promises of the Endpoints port: a list is read as it was last written, and of two writes at once one stands.
import { assert } from '../../support/assert.ts';
import type { Endpoint } from '../../domain/event/endpoint.ts';
import { merchantId } from '../../domain/payment/payment.ts';
import { epochMs } from '../../domain/time.ts';
import type { Endpoints } from '../endpoints.ts';
import { isPortFault } from '../fault.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface EndpointsFixture {
  /** Without any endpoint. */
  readonly endpoints: Endpoints;
  /** From now on the lists cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const shop = merchantId('shop');
const endpoint = (id: string, change: Partial<Endpoint> = {}): Endpoint => ({ id, url: `https://shop.example/${id}`, live: true, keyId: 'k1', createdAt: epochMs(1_767_614_400_000), ...change });

const cases: Readonly<Record<string, (fixture: EndpointsFixture) => Promise<void>>> = {
  'a merchant without endpoints -> revision 0, an empty list': async ({ endpoints }) => {
    assert(sameValue(await endpoints.read(shop), { revision: 0, endpoints: [] }), 'there are none');
  },
  'written -> read as written, and not by another merchant': async ({ endpoints }) => {
    const list = [endpoint('wh_1'), endpoint('wh_2', { events: ['payment.failed', 'refund.failed'], live: false })];
    assert(await endpoints.replace(shop, 0, list), 'the first list stands');
    assert(sameValue(await endpoints.read(shop), { revision: 1, endpoints: list }), 'it is read as it was written');
    assert((await endpoints.read(merchantId('market'))).revision === 0, 'another merchant has none');
    assert(await endpoints.replace(shop, 1, []), 'it can be emptied');
    assert(sameValue(await endpoints.read(shop), { revision: 2, endpoints: [] }), 'its revision goes on');
  },
  'the list has changed meanwhile -> refused, and nothing is written': async ({ endpoints }) => {
    await endpoints.replace(shop, 0, [endpoint('wh_1')]);
    assert(!(await endpoints.replace(shop, 0, [endpoint('wh_2')])), 'revision 0 has passed');
    assert(!(await endpoints.replace(shop, 7, [endpoint('wh_2')])), 'revision 7 has not come');
    assert(sameValue((await endpoints.read(shop)).endpoints, [endpoint('wh_1')]), 'the first list stands');
  },
  'many write at once -> one of them stands': async ({ endpoints }) => {
    const wins = await Promise.all(times(6, (n) => endpoints.replace(shop, 0, [endpoint(`wh_${n}`)])));
    assert(wins.filter(Boolean).length === 1, 'exactly one is told that it stands');
    assert((await endpoints.read(shop)).endpoints[0]?.id === `wh_${wins.indexOf(true)}`, 'and it does');
  },
  'unreachable -> a retryable fault of port endpoints': async ({ endpoints, cutOff }) => {
    await cutOff();
    const fault = await faultOf(endpoints.read(shop));
    assert(isPortFault(fault) && fault.port === 'endpoints' && fault.retryable, 'nothing is known');
  },
};

export const endpointsContract = (make: () => Promise<EndpointsFixture>): readonly ContractCase[] => casesOf(make, cases);
