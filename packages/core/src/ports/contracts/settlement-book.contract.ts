// The promises of the SettlementBook port: an entry is assigned once, under the fence, and a standby says what it holds.
import { entryId } from '../../domain/publishing/entry.ts';
import { settlementFileKey } from '../../domain/publishing/settlement-file.ts';
import type { SettlementFileName } from '../../domain/publishing/settlement-file.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { epochMs } from '../../domain/time.ts';
import { assert } from '../../support/assert.ts';
import { isPortFault } from '../fault.ts';
import type { SettlementBook, SettlementFile } from '../settlement-book.ts';
import { dayOf, post, processedOn, standing } from './book-samples.ts';
import type { BookFixture } from './book-samples.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

const first = epochOf(1);
const second = epochOf(2);
const at = epochMs(1_767_700_000_000);

const assign = (settlement: SettlementBook, day: number, closes = false, epoch = first) => settlement.assign(epoch, { date: dayOf(day), closes, at });

/** Assigns until nothing is left. */
async function assignAll(settlement: SettlementBook, day: number, closes = false, epoch = first): Promise<readonly SettlementFile[]> {
  const files: SettlementFile[] = [];
  for (;;) {
    const file = standing(await assign(settlement, day, closes, epoch));
    if (file === 'nothing') return files;
    files.push(file);
  }
}

const idsIn = async (settlement: SettlementBook, file: SettlementFile): Promise<string> => (await settlement.entries(file.id)).map(entryId).toSorted().join(' ');
const nameOf = (day: number, n = 1, currency = 'EUR', live = true): SettlementFileName => ({ live, businessDate: dayOf(day), currency, n });
const only = (files: readonly SettlementFile[]): SettlementFile => {
  const [file] = files;
  assert(file !== undefined && files.length === 1, 'there is one file');
  return file;
};

const assigning: Readonly<Record<string, (fixture: BookFixture) => Promise<void>>> = {
  'assign: entries of two currencies -> a file each, with count, total and entries': async (fixture) => {
    const { settlement } = fixture;
    await post(fixture, first, [processedOn('a', { minor: 100n }), processedOn('b', { minor: 250n }), processedOn('c', { currency: 'USD', minor: 7n })]);
    const files = await assignAll(settlement, 5);
    assert(files.map(settlementFileKey).join(' ') === 'settlements/2026-01-05/EUR/1.csv settlements/2026-01-05/USD/1.csv', 'a file for each currency');
    const [euro, dollar] = files as [SettlementFile, SettlementFile];
    assert(euro.entryCount === 2 && euro.totalMinor === 350n && euro.epoch === 1 && euro.assignedAt === at && euro.publishedEpoch === 0 && euro.sha256 === undefined, 'what its row says');
    assert((await idsIn(settlement, euro)) === 'shop/a shop/b' && (await idsIn(settlement, dollar)) === 'shop/c', 'what is in it');
    assert(sameValue(await settlement.files({ limit: 10 }), files), 'the files are read as they were assigned');
    assert(sameValue(await settlement.files({ limit: 10, after: euro.id }), [dollar]), 'from a file on');
  },
  'assign: entries of test keys -> files of their own, with numbers of their own': async (fixture) => {
    const { settlement } = fixture;
    await post(fixture, first, [processedOn('a'), processedOn('t', { live: false })]);
    const files = await assignAll(settlement, 5);
    assert(files.map(settlementFileKey).toSorted().join(' ') === 'settlements/2026-01-05/EUR/1.csv test-settlements/2026-01-05/EUR/1.csv', 'a file each');
    for (const file of files) assert((await idsIn(settlement, file)) === (file.live ? 'shop/a' : 'shop/t'), 'never together');
  },
  'assign: the day and earlier -> in the file; later days -> not': async (fixture) => {
    await post(fixture, first, [processedOn('a', { day: 3 }), processedOn('b', { day: 5 }), processedOn('c', { day: 6 })]);
    assert((await idsIn(fixture.settlement, only(await assignAll(fixture.settlement, 5)))) === 'shop/a shop/b', 'up to the day');
    assert((await assign(fixture.settlement, 5)) === 'nothing', 'nothing is left');
  },
  'assign: a late entry -> the next number of the day; a file that exists stays': async (fixture) => {
    const { settlement } = fixture;
    await post(fixture, first, [processedOn('a')]);
    const one = only(await assignAll(settlement, 5));
    await post(fixture, first, [processedOn('late')]);
    const two = only(await assignAll(settlement, 5));
    assert(two.n === 2 && (await idsIn(settlement, two)) === 'shop/late' && (await idsIn(settlement, one)) === 'shop/a', 'in a file of its own');
  },
  'assign: eight at once -> every entry in one file': async (fixture) => {
    const { settlement } = fixture;
    await post(fixture, first, times(40, (index) => processedOn(`p-${index}`)));
    await Promise.all(times(8, () => assignAll(settlement, 5)));
    const ids = (await Promise.all((await settlement.files({ limit: 100 })).map((file) => settlement.entries(file.id)))).flat().map(entryId);
    assert(ids.length === 40 && new Set(ids).size === 40, 'none twice, none missing');
  },
  'next to close: -> the earliest open day with entries, then the day itself, then none': async (fixture) => {
    const { settlement } = fixture;
    assert((await settlement.nextToClose(first, dayOf(5))) === dayOf(5), 'a day without entries is closed as well');
    assert((await assign(settlement, 5, true)) === 'nothing' && (await settlement.nextToClose(first, dayOf(5))) === undefined, 'closed');
    await post(fixture, first, [processedOn('late', { day: 4 }), processedOn('a', { day: 7 }), processedOn('b', { day: 9 })]);
    assert((await settlement.nextToClose(first, dayOf(5))) === undefined, 'a closed day stays closed, whatever comes late');
    assert((await settlement.nextToClose(first, dayOf(8))) === dayOf(7), 'the earliest open day with entries');
    assert((await idsIn(settlement, only(await assignAll(settlement, 7, true)))) === 'shop/a shop/late', 'what was late is in the next file that is closed');
    assert((await settlement.nextToClose(first, dayOf(8))) === dayOf(8), 'the day itself');
    await assignAll(settlement, 8, true);
    assert((await settlement.nextToClose(first, dayOf(8))) === undefined && (await settlement.nextToClose(first, dayOf(9))) === dayOf(9), 'the next one follows');
  },
  'assign: without closing the day -> it is still to be closed': async (fixture) => {
    await post(fixture, first, [processedOn('a')]);
    await assignAll(fixture.settlement, 5, false);
    assert((await fixture.settlement.nextToClose(first, dayOf(5))) === dayOf(5), 'the day is open');
  },
};

const publishing: Readonly<Record<string, (fixture: BookFixture) => Promise<void>>> = {
  'published: noted -> unpublished no more under this epoch, and again under the next': async (fixture) => {
    const { settlement, control, region } = fixture;
    await post(fixture, first, [processedOn('a')]);
    const file = only(await assignAll(settlement, 5));
    assert(sameValue(await settlement.unpublished(first, 10), [file]), 'it is unpublished');
    const sha256 = 'a'.repeat(64);
    for (let repeat = 0; repeat < 2; repeat += 1) assert((await settlement.published(first, file.id, sha256)) === 'noted', 'it is noted');
    assert(standing(await settlement.unpublished(first, 10)).length === 0, 'it is published');
    await control.raiseFence(region, { from: first, to: second });
    assert(sameValue(await settlement.unpublished(second, 10), [{ ...file, publishedEpoch: 1, sha256 }]), 'the next epoch looks again');
  },
  'unpublished: many that wait and many from before a move -> some of each': async (fixture) => {
    const { settlement, control, region } = fixture;
    await post(fixture, first, [processedOn('a'), processedOn('b', { currency: 'USD' })]);
    for (const file of await assignAll(settlement, 5)) await settlement.published(first, file.id, 'a'.repeat(64));
    await control.raiseFence(region, { from: first, to: second });
    await post(fixture, second, [processedOn('c'), processedOn('d', { currency: 'USD' })]);
    await assignAll(settlement, 5, false, second);
    const epochs = standing(await settlement.unpublished(second, 1)).map((file) => file.epoch);
    assert(epochs.length === 2 && epochs.includes(first) && epochs.includes(second), 'one of each kind');
  },
  'shows: a standby that has it, and one of another epoch -> shows, no replica': async (fixture) => {
    const { settlement, standbySettlement, caughtUp } = fixture;
    await post(fixture, first, [processedOn('a')]);
    const file = only(await assignAll(settlement, 5));
    await caughtUp();
    assert((await standbySettlement.shows(first, file)) === 'shows', 'the standby holds it');
    assert((await standbySettlement.shows(first, { ...file, n: 2 })) === 'behind', 'another file it does not');
    assert((await standbySettlement.shows(second, file)) === 'no_replica', 'it is none of that epoch');
    assert((await settlement.shows(first, file)) === 'no_replica', 'a primary is no replica');
  },
  'unknown: -> the names without a file': async (fixture) => {
    await post(fixture, first, [processedOn('a')]);
    await assignAll(fixture.settlement, 5);
    const names = [nameOf(5), nameOf(5, 2), nameOf(4), nameOf(5, 1, 'USD'), nameOf(5, 1, 'EUR', false)];
    assert(sameValue(await fixture.settlement.unknown(first, names), names.slice(1)), 'all but the one that exists');
    assert(sameValue(await fixture.settlement.unknown(first, []), []), 'of none, none');
  },
  'adopt: a found file -> exactly its entries, and the next number follows it': async (fixture) => {
    const { settlement } = fixture;
    await post(fixture, first, [processedOn('a', { minor: 5n }), processedOn('b', { day: 4, minor: 6n }), processedOn('c')]);
    assert((await settlement.adopt(first, { name: nameOf(5, 3), entryIds: ['shop/b', 'shop/a'], at })) === 'adopted', 'it is taken over');
    const adopted = only(await settlement.files({ limit: 10 }));
    assert(adopted.n === 3 && adopted.entryCount === 2 && adopted.totalMinor === 11n && (await idsIn(settlement, adopted)) === 'shop/a shop/b', 'as it was found');
    assert((await settlement.adopt(first, { name: nameOf(5, 3), entryIds: ['shop/a', 'shop/b'], at })) === 'taken', 'once');
    assert((await assignAll(settlement, 5)).map(settlementFileKey).join() === 'settlements/2026-01-05/EUR/4.csv', 'the next one comes after it');
  },
  'adopt: an entry without a row, in another file, of another currency or of a test key -> nothing is assigned': async (fixture) => {
    const { settlement } = fixture;
    await post(fixture, first, [processedOn('a'), processedOn('b', { day: 6 }), processedOn('d', { currency: 'USD' }), processedOn('t', { live: false })]);
    assert((await settlement.adopt(first, { name: nameOf(5), entryIds: ['shop/a', 'shop/t'], at })) === 'taken', 'one is of a test key');
    assert((await settlement.adopt(first, { name: nameOf(5), entryIds: ['shop/a', 'shop/lost'], at })) === 'missing', 'one is missing');
    assert((await settlement.adopt(first, { name: nameOf(5), entryIds: ['shop/a', 'shop/d'], at })) === 'taken', 'one is of another currency');
    await settlement.adopt(first, { name: nameOf(6), entryIds: ['shop/b'], at });
    assert((await settlement.adopt(first, { name: nameOf(5), entryIds: ['shop/a', 'shop/b'], at })) === 'taken', 'one stands in another file');
    assert((await settlement.files({ limit: 10 })).length === 1, 'no file was left behind');
    assert((await idsIn(settlement, only((await assignAll(settlement, 5)).filter((file) => file.currency === 'EUR' && file.live)))) === 'shop/a', 'it is still free');
  },
  'another epoch, or a standby -> fenced, and nothing is assigned': async (fixture) => {
    await post(fixture, first, [processedOn('a')]);
    await fixture.caughtUp();
    for (const [settlement, epoch] of [[fixture.settlement, second], [fixture.standbySettlement, first]] as const) {
      const answers = [
        await settlement.nextToClose(epoch, dayOf(5)), await assign(settlement, 5, true, epoch), await settlement.unknown(epoch, [nameOf(5)]),
        await settlement.adopt(epoch, { name: nameOf(5), entryIds: ['shop/a'], at }), await settlement.unpublished(epoch, 10), await settlement.published(epoch, 1, 'a'.repeat(64)),
      ];
      assert(answers.every((answer) => answer === 'fenced'), 'every writing method is fenced');
    }
    assert((await fixture.settlement.files({ limit: 10 })).length === 0, 'there is no file');
    assert((await fixture.settlement.nextToClose(first, dayOf(5))) === dayOf(5), 'the day is open');
  },
  'a ledger that cannot be reached -> a retryable fault of port ledger': async ({ settlement, cutOff }) => {
    await cutOff();
    for (const call of [() => assign(settlement, 5), () => settlement.files({ limit: 1 })]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'ledger' && fault.retryable, 'unknown');
    }
  },
};

export const settlementBookContract = (make: () => Promise<BookFixture>): readonly ContractCase[] => casesOf(make, { ...assigning, ...publishing });
