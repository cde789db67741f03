// The promises of the KeyStore port: a key once added is found for ever as it was added, "no such key" is certain, and
// a revocation is never put off.
import { assert } from '../../support/assert.ts';
import { keyIdOf, paymentScopes } from '../../domain/key/api-key.ts';
import type { ApiKey, Revocation, StandingKey } from '../../domain/key/api-key.ts';
import { merchantId } from '../../domain/payment/payment.ts';
import { epochMs } from '../../domain/time.ts';
import { isPortFault } from '../fault.ts';
import type { KeyStore } from '../key-store.ts';
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
const shop = merchantId('shop');
const live: ApiKey = { merchantId: shop, live: true, scopes: paymentScopes, name: 'till 1', createdAt: epochMs(1_767_614_400_000) };
const test: ApiKey = { merchantId: shop, live: false, scopes: ['admin'], createdAt: epochMs(1_767_614_400_001) };
const standing = (keySha256: string, key: ApiKey, revocation?: Revocation): StandingKey => ({ ...key, keyId: keyIdOf(keySha256), ...(revocation && { revocation }) });

const leaked: Revocation = { revokedAt: epochMs(1_767_614_500_000), by: 'ada', reason: 'leaked' };
const rotated: Revocation = { revokedAt: epochMs(1_767_700_000_000), by: 'ada', reason: 'rotated' };

type Check = (fixture: KeyStoreFixture) => Promise<void>;

const adding: Readonly<Record<string, Check>> = {
  'a key never added -> undefined, and a key beside it does not help': async ({ keys }) => {
    assert((await keys.find(hash)) === undefined, 'there is no such key');
    await keys.add(otherHash, live);
    assert((await keys.find(hash)) === undefined, 'there is no such key');
    assert((await keys.findById(keyIdOf(hash))) === undefined, 'nor by its id');
  },
  'a live and a test key -> each found as it was added, by its digest and by its id': async ({ keys }) => {
    await keys.add(hash, live);
    await keys.add(otherHash, test);
    assert(sameValue(await keys.find(hash), standing(hash, live)) && sameValue(await keys.find(otherHash), standing(otherHash, test)), 'both are found');
    assert(sameValue(await keys.find(hash), standing(hash, live)), 'and found again');
    assert(sameValue(await keys.findById(keyIdOf(hash)), { ...standing(hash, live), keySha256: hash }), 'and by its id');
  },
  'a key added right after it was missed -> found, for a miss is not remembered': async ({ keys }) => {
    await keys.find(hash);
    await keys.add(hash, live);
    assert(sameValue(await keys.find(hash), standing(hash, live)), 'it is found');
  },
  'the same key added again -> no fault, and it stands as it was added first': async ({ keys }) => {
    await keys.add(hash, live);
    await keys.add(hash, { ...live, createdAt: epochMs(1_999_999_999_999) });
    assert(sameValue(await keys.find(hash), standing(hash, live)), 'it stands');
  },
  'another key under the same hash -> a fault not worth repeating, and the first stands': async ({ keys }) => {
    await keys.add(hash, live);
    for (const other of [test, { ...live, merchantId: merchantId('market') }, { ...live, scopes: ['admin'] as const }]) {
      const fault = await faultOf(keys.add(hash, other));
      assert(isPortFault(fault) && fault.port === 'keys' && !fault.retryable, 'keys are immutable');
    }
    assert(sameValue(await keys.find(hash), standing(hash, live)), 'the first stands');
  },
  'one key added 10 times at once -> no fault': async ({ keys }) => {
    await Promise.all(times(10, () => keys.add(hash, live)));
    assert(sameValue(await keys.find(hash), standing(hash, live)), 'it stands');
  },
};

const revoking: Readonly<Record<string, Check>> = {
  'a key revoked -> found with its revocation, which a repeat does not change; others stay as they are': async ({ keys }) => {
    await keys.add(hash, live);
    await keys.add(otherHash, test);
    assert(sameValue(await keys.revoke(hash, leaked), leaked), 'it is revoked');
    assert(sameValue(await keys.revoke(hash, leaked), leaked), 'and again');
    assert(sameValue(await keys.find(hash), standing(hash, live, leaked)), 'it is found as revoked');
    assert(sameValue(await keys.find(otherHash), standing(otherHash, test)), 'the other key works');
  },
  'a later revocation -> the earlier one stands': async ({ keys }) => {
    await keys.add(hash, live);
    await keys.revoke(hash, leaked);
    assert(sameValue(await keys.revoke(hash, rotated), leaked), 'it is not put off');
    assert(sameValue(await keys.findById(keyIdOf(hash)), { ...standing(hash, live, leaked), keySha256: hash }), 'it is not put off');
  },
  'an earlier revocation -> replaces the later one': async ({ keys }) => {
    await keys.add(hash, live);
    await keys.revoke(hash, rotated);
    assert(sameValue(await keys.revoke(hash, leaked), leaked), 'it takes effect earlier');
    assert(sameValue(await keys.find(hash), standing(hash, live, leaked)), 'it takes effect earlier');
  },
};

const listing: Readonly<Record<string, Check>> = {
  'the keys of a merchant, in pages -> each once, newest first, as they stand, and no other merchant\'s': async ({ keys }) => {
    const hashes = times(5, (i) => String(i).repeat(64));
    for (const [i, each] of hashes.entries()) await keys.add(each, { ...live, createdAt: epochMs(1_767_614_400_000 + i) });
    await keys.add(hash, { ...live, merchantId: merchantId('shop2') });
    await keys.revoke(hashes[3] ?? '', leaked);
    const found: StandingKey[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 5; pages += 1) {
      const page = await keys.list({ merchantId: shop, limit: 2, ...(cursor !== undefined && { cursor }) });
      found.push(...page.keys);
      ({ cursor } = page);
      if (cursor === undefined) break;
    }
    assert(sameValue(found.map((key) => key.keyId), hashes.toReversed().map(keyIdOf)), 'every key once, newest first');
    assert(sameValue(found[1]?.revocation, leaked), 'a revoked key is listed as revoked');
  },
};

const cut: Readonly<Record<string, Check>> = {
  'keys that cannot be reached -> a retryable fault of port keys from each method, never "no such key"': async ({ keys, cutOff }) => {
    await cutOff();
    const calls: readonly (() => Promise<unknown>)[] = [
      () => keys.find(hash), () => keys.findById(keyIdOf(hash)), () => keys.add(hash, live), () => keys.revoke(hash, leaked), () => keys.list({ merchantId: shop, limit: 1 }),
    ];
    for (const call of calls) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'keys' && fault.retryable, 'nothing is known');
    }
  },
};

export const keyStoreContract = (make: () => Promise<KeyStoreFixture>): readonly ContractCase[] => casesOf(make, { ...adding, ...revoking, ...listing, ...cut });
