// The promises of the KeyStore port: a key once added is found for ever as it was added, and "no such key" is certain.
import { assert } from '../../support/assert.ts';
import { merchantId } from '../../domain/payment/payment.ts';
import { isPortFault } from '../fault.ts';
import type { ApiKey, KeyStore } from '../key-store.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface KeyStoreFixture {
  /** Without any key. */
  readonly keys: KeyStore;
  /** From now on the keys cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const hash = 'a1'.repeat(32);
const otherHash = 'b2'.repeat(32);
const live: ApiKey = { merchantId: merchantId('shop'), live: true };
const test: ApiKey = { merchantId: merchantId('shop'), live: false };

const cases: Readonly<Record<string, (fixture: KeyStoreFixture) => Promise<void>>> = {
  'a key never added -> undefined, and a key beside it does not help': async ({ keys }) => {
    assert((await keys.find(hash)) === undefined, 'there is no such key');
    await keys.add(otherHash, live);
    assert((await keys.find(hash)) === undefined, 'there is no such key');
  },
  'a live and a test key -> each found as it was added': async ({ keys }) => {
    await keys.add(hash, live);
    await keys.add(otherHash, test);
    assert(sameValue(await keys.find(hash), live) && sameValue(await keys.find(otherHash), test), 'both are found');
    assert(sameValue(await keys.find(hash), live), 'and found again');
  },
  'a key added right after it was missed -> found, for a miss is not remembered': async ({ keys }) => {
    await keys.find(hash);
    await keys.add(hash, live);
    assert(sameValue(await keys.find(hash), live), 'it is found');
  },
  'the same key added again -> no fault': async ({ keys }) => {
    await keys.add(hash, live);
    await keys.add(hash, live);
    assert(sameValue(await keys.find(hash), live), 'it stands');
  },
  'another key under the same hash -> a fault not worth repeating, and the first stands': async ({ keys }) => {
    await keys.add(hash, live);
    for (const other of [test, { ...live, merchantId: merchantId('market') }]) {
      const fault = await faultOf(keys.add(hash, other));
      assert(isPortFault(fault) && fault.port === 'keys' && !fault.retryable, 'keys are immutable');
    }
    assert(sameValue(await keys.find(hash), live), 'the first stands');
  },
  'one key added 10 times at once -> no fault': async ({ keys }) => {
    await Promise.all(times(10, () => keys.add(hash, live)));
    assert(sameValue(await keys.find(hash), live), 'it stands');
  },
  'keys that cannot be reached -> a retryable fault of port keys from each method, never "no such key"': async ({ keys, cutOff }) => {
    await cutOff();
    for (const call of [() => keys.find(hash), () => keys.add(hash, live)]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'keys' && fault.retryable, 'nothing is known');
    }
  },
};

export const keyStoreContract = (make: () => Promise<KeyStoreFixture>): readonly ContractCase[] => casesOf(make, cases);
