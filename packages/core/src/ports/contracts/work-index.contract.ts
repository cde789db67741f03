// The promises of the WorkIndex port: once it has caught up, all that is in work is found, exactly once, where it
// stands; the scan is complete whether the index follows or not.
import { assert } from '../../support/assert.ts';
import { keyText } from '../../domain/payment/payment.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { isPortFault } from '../fault.ts';
import type { Journal } from '../journal.ts';
import { WORK_SHARDS } from '../work-index.ts';
import type { WorkEntry, WorkIndex } from '../work-index.ts';
import type { ContractCase } from './contract.ts';
import { acceptanceOf, acceptedAt, approval, cancellation, paymentKey } from './payment-samples.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface WorkIndexFixture {
  /** Empty; the index is of one region. */
  readonly journal: Journal;
  readonly workIndex: WorkIndex;
  /** Resolves when the index shows all that was written so far. */
  readonly caughtUp: () => Promise<void>;
  /** Where it can be made to: the index stops following, and follows again. */
  readonly lag?: { readonly stall: () => void; readonly resume: () => void };
  /** From now on neither the index nor the journal can be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const key = paymentKey('order-7');

interface Walk {
  readonly posted: 'below' | 'equal';
  readonly epoch: number;
  readonly from?: number;
  readonly limit?: number;
}

/** All entries of one shard, page by page. */
const walkShard = async (workIndex: WorkIndex, shard: number, walk: Walk): Promise<readonly WorkEntry[]> => {
  const limit = walk.limit ?? 100;
  const found: WorkEntry[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 1000; page += 1) {
    const answer = await workIndex.query({ shard, posted: walk.posted, epoch: epochOf(walk.epoch), ...(walk.from !== undefined && { from: epochOf(walk.from) }), limit, ...(cursor !== undefined && { cursor }) });
    assert(answer.entries.length <= limit, 'a page holds no more than was asked for');
    found.push(...answer.entries);
    cursor = answer.cursor;
    if (cursor === undefined) return found;
  }
  assert(false, 'the walk of a shard ends');
};

const walkAll = async (workIndex: WorkIndex, walk: Walk): Promise<readonly WorkEntry[]> =>
  (await Promise.all(times(WORK_SHARDS, (shard) => walkShard(workIndex, shard, walk)))).flat();

const textsOf = (entries: readonly WorkEntry[]): string => entries.map((entry) => keyText(entry.key)).toSorted().join(' ');

const post = async (journal: Journal, of: ReturnType<typeof paymentKey>, epoch: number): Promise<void> => {
  await journal.decide(of, approval());
  const accepted = (await journal.read(of))?.acceptance?.acceptedAt ?? acceptedAt(0);
  await journal.markPosted(of, { epoch: epochOf(epoch), at: acceptedAt(epoch), region: 'us-east-1', acceptedAt: accepted });
};

const scanAll = async (workIndex: WorkIndex, limit: number) => {
  const found: Awaited<ReturnType<WorkIndex['scan']>>['payments'][number][] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 1000; page += 1) {
    const answer = await workIndex.scan({ limit, ...(cursor !== undefined && { cursor }) });
    assert(answer.payments.length <= limit, 'a page holds no more than was asked for');
    found.push(...answer.payments);
    cursor = answer.cursor;
    if (cursor === undefined) return found;
  }
  assert(false, 'the scan ends');
};

const cases: Readonly<Record<string, (fixture: WorkIndexFixture) => Promise<void>>> = {
  'accepted payments -> all found below the first epoch, once, never posted, over many shards': async ({ journal, workIndex, caughtUp }) => {
    const keys = times(150, (index) => paymentKey(`order-${index}`));
    await Promise.all(keys.map((each, index) => journal.accept(each, acceptanceOf({ acceptedAt: acceptedAt(index) }))));
    await caughtUp();
    const shards = await Promise.all(times(WORK_SHARDS, (shard) => walkShard(workIndex, shard, { posted: 'below', epoch: 1 })));
    const found = shards.flat();
    assert(textsOf(found) === keys.map(keyText).toSorted().join(' '), 'each is found once');
    const expected = keys.map((each, index) => ({ key: each, postedEpoch: 0, acceptedAt: acceptedAt(index) }));
    assert(expected.every((entry) => found.some((other) => sameValue(other, entry))), 'each entry says where its payment stands');
    assert(shards.filter((entries) => entries.length > 0).length > WORK_SHARDS / 3, 'the load is spread over the shards');
  },
  'all -> what the shards hold together, whatever it is posted under; of more than the limit nothing': async ({ journal, workIndex, caughtUp }) => {
    const empty = await workIndex.all(1);
    assert(empty?.length === 0, 'of nothing, all is nothing');
    const keys = times(60, (index) => paymentKey(`order-${index}`));
    await Promise.all(keys.map(async (each, index) => {
      await journal.accept(each, acceptanceOf({ acceptedAt: acceptedAt(index) }));
      if (index % 3 > 0) await post(journal, each, index % 3);
      if (index % 6 === 1) await journal.confirm(each, epochOf(1));
    }));
    await caughtUp();
    const byShard = await walkAll(workIndex, { posted: 'below', epoch: 9 });
    const all = await workIndex.all(1000);
    assert(all !== undefined && textsOf(all) === textsOf(byShard), 'each is found once');
    assert(byShard.every((entry) => all.some((other) => sameValue(other, entry))), 'each entry says where its payment stands');
    assert((await workIndex.all(byShard.length - 1)) === undefined, 'part of it is not taken for all');
  },
  'posted payments -> found below a later epoch and at exactly theirs, nowhere else': async ({ journal, workIndex, caughtUp }) => {
    const epochs = [1, 2, 10, 100];
    await Promise.all(epochs.map(async (epoch) => {
      await journal.accept(paymentKey(`e${epoch}`), acceptanceOf());
      await post(journal, paymentKey(`e${epoch}`), epoch);
    }));
    await caughtUp();
    for (const epoch of [1, 2, 3, 10, 11, 100, 101]) {
      const below = await walkAll(workIndex, { posted: 'below', epoch });
      assert(textsOf(below) === epochs.filter((each) => each < epoch).map((each) => `shop#e${each}`).toSorted().join(' '), `what is below ${epoch} is found`);
      const since = await walkAll(workIndex, { posted: 'below', from: 2, epoch: Math.max(2, epoch) });
      assert(textsOf(since) === epochs.filter((each) => each >= 2 && each < epoch).map((each) => `shop#e${each}`).toSorted().join(' '), `what is from 2 to below ${epoch} is found`);
      const equal = await walkAll(workIndex, { posted: 'equal', epoch });
      assert(textsOf(equal) === (epochs.includes(epoch) ? `shop#e${epoch}` : ''), `what is at ${epoch} is found`);
      assert(equal.every((entry) => entry.postedEpoch === epoch && entry.acceptedAt === acceptedAt(0)), 'the entry says so');
    }
  },
  'a shard of many -> oldest epoch first, then by acceptance, the same in pages of one': async ({ journal, workIndex, caughtUp }) => {
    const keys = times(120, (index) => paymentKey(`order-${index}`));
    await Promise.all(keys.map(async (each, index) => {
      await journal.accept(each, acceptanceOf({ acceptedAt: acceptedAt(((index * 37) % 120) * 1000) }));
      if (index % 3 > 0) await post(journal, each, index % 3 === 1 ? 9 : 10);
    }));
    await caughtUp();
    let several = 0;
    for (let shard = 0; shard < WORK_SHARDS; shard += 1) {
      const entries = await walkShard(workIndex, shard, { posted: 'below', epoch: 11 });
      const order = entries.toSorted((a, b) => a.postedEpoch - b.postedEpoch || a.acceptedAt - b.acceptedAt);
      assert(sameValue(entries, order), 'the order is by epoch, then by acceptance');
      if (entries.length > 1) several += 1;
      if (several <= 5) assert(sameValue(await walkShard(workIndex, shard, { posted: 'below', epoch: 11, limit: 1 }), entries), 'pages give the same');
    }
    assert(several > 0, 'some shard held several');
  },
  'a confirmed payment -> gone, and a later posting does not bring it back': async ({ journal, workIndex, caughtUp }) => {
    await journal.accept(key, acceptanceOf());
    await post(journal, key, 1);
    await journal.confirm(key, epochOf(1));
    await post(journal, key, 2);
    await caughtUp();
    assert((await walkAll(workIndex, { posted: 'below', epoch: 9 })).length === 0, 'it is in no shard');
    assert((await walkAll(workIndex, { posted: 'equal', epoch: 2 })).length === 0, 'it is in no shard');
  },
  'decided, in quarantine, not posted -> still in work': async ({ journal, workIndex, caughtUp }) => {
    await journal.accept(key, acceptanceOf());
    await journal.decide(key, approval());
    await journal.recordFault(key, { reason: 'poison', at: acceptedAt(1), epoch: epochOf(1) });
    await caughtUp();
    assert(textsOf(await walkAll(workIndex, { posted: 'below', epoch: 1 })) === keyText(key), 'it is in work');
  },
  'an id spent before it was seen -> never in work': async ({ journal, workIndex, caughtUp }) => {
    await journal.spend(key, cancellation);
    await caughtUp();
    assert((await walkAll(workIndex, { posted: 'below', epoch: 9 })).length === 0, 'there is nothing to settle');
  },
  'scan -> every payment once, exactly as read, out of work and spent ones too, in small pages': async ({ journal, workIndex }) => {
    const keys = times(30, (index) => paymentKey(`order-${index}`));
    await Promise.all(keys.map(async (each, index) => {
      if (index % 5 === 4) return journal.spend(each, cancellation);
      await journal.accept(each, acceptanceOf());
      if (index % 5 > 0) await post(journal, each, 1);
      return index % 5 === 2 ? journal.confirm(each, epochOf(1)) : undefined;
    }));
    const scanned = await scanAll(workIndex, 7);
    assert(scanned.length === keys.length, `each is found once, ${scanned.length} in all`);
    for (const each of keys) {
      const payment = await journal.read(each);
      assert(scanned.some((other) => sameValue(other, payment)), `${keyText(each)} is found as it stands`);
    }
  },
  'scan right after a write -> shows it, though the index stands still': async ({ journal, workIndex, lag }) => {
    lag?.stall();
    await journal.accept(key, acceptanceOf());
    assert((await scanAll(workIndex, 10)).length === 1, 'the scan is strong');
    await journal.decide(key, approval());
    assert((await scanAll(workIndex, 10))[0]?.decision !== undefined, 'the scan is strong');
  },
  'an index that stands still, where it can be made to -> misses and shows what was, and finds all once it follows': async ({ journal, workIndex, lag, caughtUp }) => {
    if (!lag) return;
    await journal.accept(paymentKey('before'), acceptanceOf());
    await caughtUp();
    lag.stall();
    await post(journal, paymentKey('before'), 1);
    await journal.accept(paymentKey('after'), acceptanceOf());
    assert(textsOf(await walkAll(workIndex, { posted: 'below', epoch: 1 })) === 'shop#before', 'it shows what was');
    lag.resume();
    await caughtUp();
    assert(textsOf(await walkAll(workIndex, { posted: 'below', epoch: 1 })) === 'shop#after', 'it shows what is');
    assert(textsOf(await walkAll(workIndex, { posted: 'equal', epoch: 1 })) === 'shop#before', 'it shows what is');
  },
  'an index that cannot be reached -> a retryable fault of port journal from each method': async ({ workIndex, cutOff }) => {
    await cutOff();
    for (const call of [() => workIndex.query({ shard: 0, posted: 'below', epoch: epochOf(1), limit: 1 }), () => workIndex.all(1), () => workIndex.scan({ limit: 1 })]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'journal' && fault.retryable, 'nothing is known');
    }
  },
};

export const workIndexContract = (make: () => Promise<WorkIndexFixture>): readonly ContractCase[] => casesOf(make, cases);
