import { describe, expect, test } from 'vitest';
import { minorUnits } from '../money/money.ts';
import { keyText, merchantId, transactionId } from '../payment/payment.ts';
import { epochMs } from '../time.ts';
import { Agreement } from './agreement.ts';
import type { AuditEntry, ChargeEntry, JournalEntry, LedgerEntry } from './entries.ts';
import { hashOf, pack, Sheet } from './packing.ts';

const key = { merchantId: merchantId('shop'), transactionId: transactionId('order-7') };
const at = epochMs(1_700_000_000_123);
const amount = { minor: minorUnits(1250n), currency: 'EUR' };
const journal = (change: Partial<JournalEntry> = {}): JournalEntry =>
  ({ ...key, side: 'journal', standing: 'posted', outcome: 'processed', reference: 'ch_1', amount, reversalDue: false, setAside: false, refunds: [], newestAt: at, ...change });
const ledger = (change: Partial<LedgerEntry> = {}): LedgerEntry =>
  ({ ...key, side: 'ledger', row: { amount, outcome: 'processed', reference: 'ch_1' }, refunds: [], balanced: true, newestAt: at, ...change });
const charge = (change: Partial<ChargeEntry> = {}): ChargeEntry =>
  ({ ...key, side: 'acquirer', reference: 'ch_1', amount, outcome: 'approved', voided: false, refundedMinor: minorUnits(0n), live: true, newestAt: at, ...change });
const refund = { refundId: 'r-1', minor: minorUnits(1n), outcome: 'processed' } as const;

function packed(...entries: readonly AuditEntry[]): Agreement {
  const sheet = new Sheet(new Uint8Array(100_000));
  for (const entry of entries) if (pack(entry, hashOf(entry), sheet) !== 0) throw new Error('a test packs no more than fits');
  return new Agreement(sheet.bytes.subarray(0, sheet.filled));
}

describe('packing', () => {
  test.each<[string, AuditEntry]>([
    ['a plain one of each side: the journal', journal()], ['the ledger', ledger()], ['the acquirer', charge()],
    ['a charge of the test side', charge({ live: false })],
    ['texts beyond ASCII', charge({ reference: 'çh ÿ 雪 \ud800 \n' })],
    ['an id with the separator in it', ledger({ transactionId: transactionId('a\u00ffb') })],
    ['empty texts', charge({ reference: '', amount: { ...amount, currency: '' } })],
    ['the largest amount that is plain', charge({ amount: { ...amount, minor: minorUnits(2n ** 64n - 1n) } })],
    ['the smallest that is not', charge({ amount: { ...amount, minor: minorUnits(2n ** 64n) } })],
    ['more than a call has arguments', journal({ reference: 'r'.repeat(70_000), setAside: true })],
    ['refunds', journal({ refunds: [{ ...refund, posted: false }] })],
  ])('%s -> unpacked equal', (_what, entry) => {
    expect([...packed(entry).others()]).toEqual([entry]);
  });

  test('no room -> nothing is added, and how much is lacking is said', () => {
    for (const entry of [charge(), charge({ voided: true })]) {
      const sheet = new Sheet(new Uint8Array(20));
      const lacking = pack(entry, hashOf(entry), sheet);
      expect(sheet.filled).toBe(0);
      expect(pack(entry, hashOf(entry), new Sheet(new Uint8Array(lacking - 1)))).toBe(lacking);
      expect(pack(entry, hashOf(entry), new Sheet(new Uint8Array(lacking)))).toBe(0);
    }
  });

  test('hashes: many ids -> spread evenly over partitions, the same id always in the same one', () => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let i = 0; i < 16_000; i += 1) {
      const partition = hashOf({ ...key, transactionId: transactionId(`order-${i}`) }) % 16;
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(300);
    expect(hashOf(key)).toBe(hashOf({ ...key }));
  });

  test('hashes: two keys of the same text, as a stranger may report them -> the same hash', () => {
    for (const merchant of ['', 'a', 'ab', 'abc']) {
      const [one, two] = [{ merchantId: merchantId(`${merchant}#x`), transactionId: transactionId('yz') }, { merchantId: merchantId(merchant), transactionId: transactionId('x#yz') }];
      expect(keyText(one)).toBe(keyText(two));
      expect(hashOf(one)).toBe(hashOf(two));
    }
  });
});

describe('agreement', () => {
  const agreedOf = (...entries: readonly AuditEntry[]) => [...packed(...entries).agreed()];

  test('three plain entries of the three sides -> agreed, as young as the youngest, and no others', () => {
    const later = epochMs(at + 5);
    for (const entries of [[journal(), ledger(), charge({ newestAt: later })], [charge({ live: false }), ledger({ newestAt: later }), journal()]]) {
      expect(agreedOf(...entries)).toEqual([{ amount: { ...amount, merchantId: 'shop' }, newestAt: later }]);
      expect([...packed(...entries).others()]).toEqual([]);
    }
  });

  test('owners in turn -> each amount with its own merchant and currency', () => {
    const trio = (merchant: string, currency: string): readonly AuditEntry[] => {
      const [mine, money] = [{ merchantId: merchantId(merchant) }, { ...amount, currency }];
      return [journal({ ...mine, amount: money }), ledger({ ...mine, row: { amount: money, outcome: 'processed', reference: 'ch_1' } }), charge({ ...mine, amount: money })];
    };
    const owners = [['shop', 'EUR'], ['shop2', 'EUR'], ['shop', 'EURO'], ['sho', 'EUR']] as const;
    for (const [merchant, currency] of owners) expect(agreedOf(...trio(merchant, currency))).toMatchObject([{ amount: { merchantId: merchant, currency } }]);
    const all = agreedOf(...owners.flatMap(([merchant, currency], i) => trio(`${merchant}${i}`, currency)));
    expect(all.map((each) => `${each.amount.merchantId} ${each.amount.currency}`)).toEqual(['shop0 EUR', 'shop21 EUR', 'shop2 EURO', 'sho3 EUR']);
  });

  const { reference: _named, ...unnamed } = journal();
  const { amount: _kept, ...purged } = journal();
  test.each<[string, readonly AuditEntry[]]>([
    ['no journal', [ledger(), charge()]],
    ['no row', [journal(), charge()]],
    ['no charge', [journal(), ledger()]],
    ['another amount', [journal(), ledger(), charge({ amount: { ...amount, minor: minorUnits(1251n) } })]],
    ['another currency', [journal(), ledger(), charge({ amount: { ...amount, currency: 'USD' } })]],
    ['another reference', [journal(), ledger(), charge({ reference: 'ch_2' })]],
    ['a reference that ends otherwise', [journal(), ledger(), charge({ reference: 'ch_11' })]],
    ['no reference in the journal', [unnamed, ledger(), charge()]],
    ['purged', [purged, ledger(), charge()]],
    ['not posted', [journal({ standing: 'decided' }), ledger(), charge()]],
    ['set aside', [journal({ setAside: true }), ledger(), charge()]],
    ['a reversal is due', [journal({ reversalDue: true }), ledger(), charge()]],
    ['a refund in the journal', [journal({ refunds: [{ ...refund, posted: true }] }), ledger(), charge()]],
    ['a refund in the ledger', [journal(), ledger({ refunds: [refund] }), charge()]],
    ['a refund at the acquirer', [journal(), ledger(), charge({ refundedMinor: minorUnits(1n) })]],
    ['unbalanced', [journal(), ledger({ balanced: false }), charge()]],
    ['failed in the ledger', [journal(), ledger({ row: { amount, outcome: 'failed', reference: 'ch_1' } }), charge()]],
    ['failed in the journal', [journal({ outcome: 'failed' }), ledger(), charge()]],
    ['declined', [journal(), ledger(), charge({ outcome: 'declined' })]],
    ['voided', [journal(), ledger(), charge({ voided: true })]],
    ['the same charge twice', [journal(), ledger(), charge(), charge()]],
    ['the same charge on both sides', [journal(), ledger(), charge(), charge({ live: false })]],
    ['a second charge that was declined, first', [charge({ outcome: 'declined' }), journal(), ledger(), charge()]],
    ['a second row, last', [journal(), charge(), ledger(), ledger()]],
    ['the journal three times', [journal(), journal(), ledger(), charge(), journal()]],
  ])('%s -> not agreed, and all of its entries are to be judged', (_what, entries) => {
    expect(agreedOf(...entries)).toEqual([]);
    expect([...packed(...entries).others()]).toEqual(entries);
  });

  test('a reference that differs in one character, wherever it is -> not agreed', () => {
    for (let length = 1; length <= 12; length += 1) {
      const reference = 'abcdefghijkl'.slice(0, length);
      const row = { amount, outcome: 'processed', reference } as const;
      expect(agreedOf(journal({ reference }), ledger({ row }), charge({ reference }))).toHaveLength(1);
      for (let i = 0; i < length; i += 1) {
        const other = `${reference.slice(0, i)}X${reference.slice(i + 1)}`;
        expect(agreedOf(journal({ reference }), ledger({ row }), charge({ reference: other }))).toEqual([]);
      }
    }
  });
});
