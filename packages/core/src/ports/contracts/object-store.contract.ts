// The promises of the ObjectStore port: what is put once stays as it was, byte by byte, and is listed in order.
import { assert } from '../../support/assert.ts';
import { isPortFault } from '../fault.ts';
import type { ObjectStore } from '../object-store.ts';
import type { ContractCase } from './contract.ts';
import { times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

/** An empty bucket. */
export interface ObjectStoreFixture {
  readonly bucket: ObjectStore;
  /** From now on it cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const put = (bucket: ObjectStore, key: string, body = `body of ${key}`, contentType = 'text/csv') => bucket.putIfAbsent({ key, body, contentType });

async function listAll(bucket: ObjectStore, prefix: string, from?: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = from; ; ) {
    const { keys, more } = await bucket.list({ prefix, ...(after === undefined ? {} : { after }) });
    assert(keys.length <= 1000, 'a page is bounded');
    found.push(...keys);
    after = keys.at(-1);
    if (!more || after === undefined) return found;
  }
}

/** Line ends, quotes, characters of one to four bytes, and what chunked framing and XML must not touch. */
const awkward = 'a,"b"\r\n\r\n0\r\n\r\nnaïve 東京 🚨 <&>%20+\n';

const cases: Readonly<Record<string, (fixture: ObjectStoreFixture) => Promise<void>>> = {
  'put: a new key -> put; it is there, as it was': async ({ bucket }) => {
    assert((await put(bucket, 'a/1.csv', awkward)) === 'put', 'it is put');
    assert((await bucket.get('a/1.csv')) === awkward, 'the text comes back');
    assert(await bucket.has('a/1.csv'), 'it is there');
  },
  'put: texts of many sizes and types -> each comes back byte by byte': async ({ bucket }) => {
    for (const [index, size] of [0, 1, 63, 4096, 65_535, 65_536, 65_537, 140_000, 1_048_577].entries()) {
      const body = awkward.repeat(Math.ceil(size / awkward.length)).slice(0, size);
      for (const type of ['text/csv', 'application/json', 'application/octet-stream']) {
        const key = `${index}/${type}`;
        assert((await put(bucket, key, body, type)) === 'put', 'it is put');
        assert((await bucket.get(key)) === body, `${size} characters of ${type} come back`);
      }
    }
  },
  'put: a key that exists -> exists, and the first text stays': async ({ bucket }) => {
    await put(bucket, 'a', 'first');
    assert((await put(bucket, 'a', 'second')) === 'exists', 'nothing is overwritten');
    assert((await put(bucket, 'a', 'first')) === 'exists', 'the same again exists too');
    assert((await bucket.get('a')) === 'first', 'the first stays');
  },
  'put: twenty of one key at once -> one is put': async ({ bucket }) => {
    const results = await Promise.all(times(20, (index) => put(bucket, 'a', `body ${index}`).catch((error: unknown) => error)));
    const won = results.indexOf('put');
    assert(won >= 0 && results.filter((result) => result === 'put').length === 1, 'one wins');
    assert((await bucket.get('a')) === `body ${won}`, 'what stands is of the one that won');
  },
  'get and has: an unknown key -> undefined and false': async ({ bucket }) => {
    await put(bucket, 'a/b');
    for (const key of ['a', 'a/', 'a/b/c', 'never']) {
      assert((await bucket.get(key)) === undefined, `${key} is not there`);
      assert(!(await bucket.has(key)), `${key} is not there`);
    }
  },
  'list: a prefix -> its keys only, in the order of their bytes': async ({ bucket }) => {
    const keys = ['r/1/shop/a.json', 'r/1/shop/a-1.json', 'r/1/shop-2/a.json', 'r/1/shop/a~1.json', 'r/1/shop/B.json', 'r/1/shop/a:b.json', 'r/2/shop/a.json', 's'];
    for (const key of keys) await put(bucket, key);
    const listed = await listAll(bucket, 'r/1/');
    assert(listed.join(' ') === keys.filter((key) => key.startsWith('r/1/')).toSorted((a, b) => (a < b ? -1 : 1)).join(' '), 'the order of the bytes');
    assert((await listAll(bucket, 'none/')).length === 0, 'a prefix without keys lists nothing');
    assert((await listAll(bucket, '')).length === keys.length, 'the empty prefix lists all');
  },
  'list: after a key, there or not -> what follows it': async ({ bucket }) => {
    for (const key of ['p/a', 'p/b', 'p/d']) await put(bucket, key);
    assert((await listAll(bucket, 'p/', 'p/b')).join() === 'p/d', 'after one that is there');
    assert((await listAll(bucket, 'p/', 'p/c')).join() === 'p/d', 'after one that is not');
    assert((await listAll(bucket, 'p/', 'p/d')).length === 0, 'after the last');
  },
  'list: more keys than a page holds -> each of them, once': async ({ bucket }) => {
    const keys = times(1207, (index) => `p/${String(index).padStart(5, '0')}`);
    for (let start = 0; start < keys.length; start += 50) await Promise.all(keys.slice(start, start + 50).map((key) => put(bucket, key, 'x')));
    assert((await listAll(bucket, 'p/')).join() === keys.join(), 'all, in order');
  },
  'a bucket that cannot be reached -> a retryable fault of port bucket from every method': async ({ bucket, cutOff }) => {
    await put(bucket, 'a');
    await cutOff();
    for (const call of [() => put(bucket, 'b'), () => bucket.get('a'), () => bucket.has('a'), () => bucket.list({ prefix: '' })]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'bucket' && fault.retryable, 'whether it was done is unknown');
    }
  },
};

export const objectStoreContract = (make: () => Promise<ObjectStoreFixture>): readonly ContractCase[] => casesOf(make, cases);
