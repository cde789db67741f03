// The promises of Upkeep, Bookmarks and DeadLetters: what may still change is never purged, what is not acted upon stays.
import { assert } from '../../support/assert.ts';
import { keyText, merchantId, transactionId } from '../../domain/payment/payment.ts';
import type { PaymentKey } from '../../domain/payment/payment.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { epochMs } from '../../domain/time.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { Journal } from '../journal.ts';
import type { Bookmarks, Upkeep } from '../upkeep.ts';
import type { ContractCase } from './contract.ts';
import { acceptanceOf, acceptedAt, approval, asideFor, decline, paymentKey } from './payment-samples.ts';
import { casesOf } from './with-fixture.ts';

export interface UpkeepFixture {
  readonly journal: Journal;
  readonly upkeep: Upkeep;
  readonly close: () => Promise<void>;
}

export interface DeadLettersFixture {
  readonly letters: DeadLetters;
  /** Puts a hint into the dead-letter queue, as failing too often does. */
  readonly bury: (key: PaymentKey) => Promise<void>;
  /** The payments named by the hints that wait in the queue it came from. */
  readonly waiting: () => Promise<readonly PaymentKey[]>;
  readonly close: () => Promise<void>;
}

const key = paymentKey('order-7');
const later = { at: epochMs(acceptedAt(10_000)), acceptedBefore: epochMs(acceptedAt(1)) };

/** Accepted, decided, posted and confirmed, as far as `until`. */
async function lived(journal: Journal, until: 'accepted' | 'decided' | 'posted' | 'confirmed'): Promise<void> {
  const acceptance = acceptanceOf();
  await journal.accept(key, acceptance);
  if (until === 'accepted') return;
  await journal.decide(key, approval());
  if (until === 'decided') return;
  await journal.markPosted(key, { epoch: epochOf(1), at: acceptedAt(2000), region: 'us-east-1', acceptedAt: acceptance.acceptedAt, refunds: [] });
  if (until === 'posted') return;
  await journal.confirm(key, epochOf(1));
}

const upkeepCases: Readonly<Record<string, (fixture: UpkeepFixture) => Promise<void>>> = {
  'a payment that is done and old -> a tombstone: no customer, amount or method, its decision and fingerprint stay': async ({ journal, upkeep }) => {
    await lived(journal, 'confirmed');
    const before = await journal.read(key);
    assert(await upkeep.purge(key, later), 'it is purged');
    const after = await journal.read(key);
    assert(after !== undefined && after.acceptance === undefined && !after.inWork && after.postedEpoch === 1, 'its acceptance is gone and it is in no work');
    const acceptance = acceptanceOf();
    assert(after.tombstone?.fingerprint === acceptance.fingerprint && after.tombstone.acceptedAt === acceptance.acceptedAt && after.tombstone.acceptedRegion === acceptance.acceptedRegion, 'what a repeat needs stays');
    assert(after.tombstone.live && after.tombstone.purgedAt === later.at, 'its mode stays and the time of the purge is noted');
    assert(JSON.stringify(after.decision) === JSON.stringify(before?.decision) && after.settledAt === before?.settledAt, 'the decision stays as it was');
    assert(!JSON.stringify(after, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)).includes(acceptance.customerId), 'nobody is named');
  },
  'purged again -> no, and nothing changes': async ({ journal, upkeep }) => {
    await lived(journal, 'confirmed');
    await upkeep.purge(key, later);
    assert(!(await upkeep.purge(key, { ...later, at: epochMs(later.at + 1) })), 'it is one already');
    assert((await journal.read(key))?.tombstone?.purgedAt === later.at, 'the first time stays');
  },
  'not decided, not posted, in work, too young, spent or never seen -> not purged': async ({ journal, upkeep }) => {
    for (const until of ['accepted', 'decided', 'posted'] as const) {
      await lived(journal, until);
      assert(!(await upkeep.purge(key, later)), `${until} is not done`);
      assert((await journal.read(key))?.acceptance !== undefined, 'its acceptance stays');
    }
    await journal.confirm(key, epochOf(1));
    assert(!(await upkeep.purge(key, { ...later, acceptedBefore: acceptanceOf().acceptedAt })), 'it is too young');
    await journal.spend(paymentKey('spent'), decline);
    assert(!(await upkeep.purge(paymentKey('spent'), later)) && !(await upkeep.purge(paymentKey('nobody'), later)), 'there is nothing to purge');
    assert((await journal.read(paymentKey('nobody'))) === undefined, 'and nothing was made');
  },
  'a tombstone accepted, decided, spent, marked or confirmed again -> stays a tombstone with its decision': async ({ journal, upkeep }) => {
    await lived(journal, 'confirmed');
    await upkeep.purge(key, later);
    const accepted = await journal.accept(key, acceptanceOf());
    assert(accepted.code === 'exists' && accepted.payment.tombstone !== undefined, 'the id is taken');
    assert((await journal.decide(key, decline)) === undefined, 'there is nothing to decide');
    const spent = await journal.spend(key, decline);
    assert(spent.code === 'exists' && spent.payment.decision?.outcome === 'processed', 'it is not spent');
    await journal.markPosted(key, { epoch: epochOf(2), at: acceptedAt(9000), region: 'us-east-2', acceptedAt: acceptedAt(0), refunds: [] });
    assert(!(await journal.confirm(key, epochOf(2))), 'it is in no work');
    await journal.recordFault(key, asideFor('late'));
    const after = await journal.read(key);
    assert(after?.tombstone !== undefined && !after.inWork && after.decision?.outcome === 'processed' && after.quarantine === undefined, 'it is what it was');
  },
  'a payment that is set aside, released -> no quarantine, its faults still counted; again -> no': async ({ journal, upkeep }) => {
    await lived(journal, 'accepted');
    await journal.recordFault(key, asideFor('the acquirer refuses it'));
    assert(await upkeep.release(key), 'it is released');
    const after = await journal.read(key);
    assert(after?.quarantine === undefined && after?.attempts === 1 && after.inWork, 'it is tried once more');
    assert(!(await upkeep.release(key)) && !(await upkeep.release(paymentKey('nobody'))), 'there is nothing to release');
    assert((await journal.read(paymentKey('nobody'))) === undefined, 'and nothing was made');
  },
};

const bookmarkCases: Readonly<Record<string, (fixture: { readonly bookmarks: Bookmarks; readonly close: () => Promise<void> }) => Promise<void>>> = {
  'a place -> read back, under its own name only, until the walk ends': async ({ bookmarks }) => {
    assert((await bookmarks.read('walk')) === undefined, 'there is none at first');
    await bookmarks.write('walk', 'P#shop#a');
    await bookmarks.write('walk', 'P#shop#b');
    assert((await bookmarks.read('walk')) === 'P#shop#b' && (await bookmarks.read('other')) === undefined, 'the last one counts');
    await bookmarks.write('walk', undefined);
    assert((await bookmarks.read('walk')) === undefined, 'the next walk begins anew');
  },
};

const a: PaymentKey = { merchantId: merchantId('shop'), transactionId: transactionId('a') };
const b: PaymentKey = { ...a, merchantId: merchantId('market') };
const textsOf = (keys: readonly (PaymentKey | undefined)[]): string => keys.map((each) => (each ? keyText(each) : 'none')).toSorted().join(' ');

const letterCases: Readonly<Record<string, (fixture: DeadLettersFixture) => Promise<void>>> = {
  'letters that were looked at and put back -> there again, and nothing was sent': async ({ letters, bury, waiting }) => {
    for (const each of [a, b]) await bury(each);
    for (let look = 1; look <= 2; look += 1) {
      const held = await letters.hold(100);
      assert(textsOf(held.map((letter) => letter.key)) === textsOf([a, b]), `both are seen at look ${look}`);
      for (const letter of held) await letters.release(letter);
    }
    assert((await waiting()).length === 0, 'no hint waits');
  },
  'letters in hand -> nobody else sees them': async ({ letters, bury }) => {
    await bury(a);
    assert((await letters.hold(100)).length === 1 && (await letters.hold(100)).length === 0, 'one look at a time');
  },
  'more letters than one answer holds -> all': async ({ letters, bury }) => {
    for (let i = 0; i < 25; i += 1) await bury({ ...a, transactionId: transactionId(`t${i}`) });
    assert((await letters.hold(100)).length === 25, 'each is seen once');
  },
  'a letter brought back -> its hint waits, once, and the letter is gone; the other stays': async ({ letters, bury, waiting }) => {
    for (const each of [a, b]) await bury(each);
    for (const letter of await letters.hold(100)) await (letter.key?.merchantId === 'shop' ? letters.redrive(letter) : letters.release(letter));
    assert(textsOf(await waiting()) === keyText(a), 'the hint is back');
    assert(textsOf((await letters.hold(100)).map((letter) => letter.key)) === keyText(b), 'the other letter is still there');
  },
  'a letter removed -> gone, and nothing was sent': async ({ letters, bury, waiting }) => {
    await bury(a);
    for (const letter of await letters.hold(100)) await letters.remove(letter);
    assert((await letters.hold(100)).length === 0 && (await waiting()).length === 0, 'nothing is left of it');
  },
};

export const upkeepContract = (make: () => Promise<UpkeepFixture>): readonly ContractCase[] => casesOf(make, upkeepCases);
export const bookmarksContract = (make: () => Promise<{ readonly bookmarks: Bookmarks; readonly close: () => Promise<void> }>): readonly ContractCase[] => casesOf(make, bookmarkCases);
export const deadLettersContract = (make: () => Promise<DeadLettersFixture>): readonly ContractCase[] => casesOf(make, letterCases);
