// An entry as bytes, to be put aside. Most payments agree, and then their entries are plain: nothing is to be said of
// them but when, how much, and by which charge, and each of the three says it in the same bytes. Any other is JSON.
// Invariant: unpacked, an entry is equal; two plain entries with the same body are of one payment, one amount, one charge.
import { minorUnits } from '../money/money.ts';
import type { MinorUnits, Money } from '../money/money.ts';
import { merchantId, transactionId } from '../payment/payment.ts';
import type { MerchantId, PaymentKey } from '../payment/payment.ts';
import { epochMs } from '../time.ts';
import type { EpochMs } from '../time.ts';
import { entryOf, lineOf } from './entries.ts';
import type { AuditEntry } from './entries.ts';

/** Room for packed entries, one after the other. */
export class Sheet {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  filled = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** Where the parts of a packed entry begin. The body of a plain one is its amount and its texts, of any other its JSON. */
const SIZE = 0;
const HASH = 4;
const NEWEST_AT = 8;
const KIND = 16;
const BODY = 17;
const TEXTS = BODY + 8;

/** Kinds: a bit for each side, if it is plain, and one more for a charge that is live. */
const NOT_PLAIN = 0;
const JOURNAL = 1;
const LEDGER = 2;
const ACQUIRER = 4;
const LIVE = 8;
export const ALL_SIDES: number = JOURNAL | LEDGER | ACQUIRER;

/** The texts of a plain entry are ASCII, and so none of them holds it. */
const SEPARATOR = 0xff;
const BETWEEN = '\u00ff';
const ASCII_MAX = 0x7f;
const MINOR_END = 1n << 64n;
/** As arguments of one call. */
const CHARACTERS_AT_ONCE = 4096;

/** The same for all entries of one payment, which is told from others by `keyText`. Spreads similar ids, needs no platform, guards nothing. */
export const hashOf = (key: PaymentKey): number => hashOn(hashOn(hashOn(0, key.merchantId), '#'), key.transactionId) >>> 0;

const FACTOR = 0x01000193;
const FACTOR_TWICE: number = Math.imul(FACTOR, FACTOR);

/** `hash * FACTOR + character` for each: two at a step, for each multiplication waits for the one before. */
function hashOn(before: number, text: string): number {
  let hash = before;
  let i = text.length % 2;
  if (i === 1) hash = (Math.imul(hash, FACTOR) + text.charCodeAt(0)) | 0;
  for (; i < text.length; i += 2) hash = (Math.imul(hash, FACTOR_TWICE) + Math.imul(text.charCodeAt(i), FACTOR) + text.charCodeAt(i + 1)) | 0;
  return hash;
}

/** NOT_PLAIN, unless it says that the payment was processed, and that nothing happened to it since. */
function kindOf(entry: AuditEntry): number {
  switch (entry.side) {
    case 'journal':
      return entry.standing === 'posted' && entry.outcome === 'processed' && !entry.reversalDue && !entry.setAside && entry.refunds.length === 0 ? JOURNAL : NOT_PLAIN;
    case 'ledger':
      return entry.row?.outcome === 'processed' && entry.balanced && entry.refunds.length === 0 ? LEDGER : NOT_PLAIN;
    case 'acquirer': {
      const isPlain = entry.outcome === 'approved' && !entry.voided && entry.refundedMinor === 0n;
      return isPlain ? ACQUIRER | (entry.live ? LIVE : 0) : NOT_PLAIN;
    }
  }
}

/** Adds an entry to the sheet, and says 0. If there is no room: adds nothing, and says how much it lacked room for. */
export function pack(entry: AuditEntry, hash: number, sheet: Sheet): number {
  const kind = kindOf(entry);
  const { amount, reference } = (entry.side === 'ledger' ? entry.row : entry) ?? {};
  if (kind !== NOT_PLAIN && amount && amount.minor < MINOR_END && reference !== undefined) {
    const size = TEXTS + entry.merchantId.length + amount.currency.length + entry.transactionId.length + reference.length + 3;
    if (!hasRoom(sheet, size)) return size;
    if (putPlain(entry, { amount, reference }, sheet)) return finish(entry, { hash, kind, size }, sheet);
  }
  const json = asciiOf(lineOf(entry));
  const size = BODY + json.length;
  if (!hasRoom(sheet, size)) return size;
  putText(json, sheet.bytes, sheet.filled + BODY);
  return finish(entry, { hash, kind: NOT_PLAIN, size }, sheet);
}

const hasRoom = ({ bytes, filled }: Sheet, size: number): boolean => filled + size <= bytes.length;

/** The body was put already. */
function finish({ newestAt }: AuditEntry, { hash, kind, size }: { readonly hash: number; readonly kind: number; readonly size: number }, sheet: Sheet): 0 {
  const { view, filled } = sheet;
  view.setUint32(filled + SIZE, size);
  view.setUint32(filled + HASH, hash);
  view.setFloat64(filled + NEWEST_AT, newestAt);
  view.setUint8(filled + KIND, kind);
  sheet.filled += size;
  return 0;
}

/** Whether all its texts are ASCII; if not, what was put is none. */
function putPlain(key: PaymentKey, { amount, reference }: { readonly amount: Money; readonly reference: string }, { bytes, view, filled }: Sheet): boolean {
  view.setBigUint64(filled + BODY, amount.minor);
  let at = filled + TEXTS;
  let bits = putText(key.merchantId, bytes, at);
  bytes[(at += key.merchantId.length)] = SEPARATOR;
  bits |= putText(amount.currency, bytes, (at += 1));
  bytes[(at += amount.currency.length)] = SEPARATOR;
  bits |= putText(key.transactionId, bytes, (at += 1));
  bytes[(at += key.transactionId.length)] = SEPARATOR;
  bits |= putText(reference, bytes, at + 1);
  return bits <= ASCII_MAX;
}

/** The bits of all its characters. */
function putText(text: string, bytes: Uint8Array, at: number): number {
  let bits = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    bytes[at + i] = character;
    bits |= character;
  }
  return bits;
}

const asciiOf = (json: string): string => json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** How much was processed, and whose. */
export interface Amount extends Money {
  readonly merchantId: MerchantId;
}

/** Whose payments, in which currency, as the texts of a plain entry begin. */
interface Owner {
  readonly from: number;
  readonly size: number;
  readonly merchantId: MerchantId;
  readonly currency: string;
}

/** Packed entries, one after the other, to be compared without unpacking them. `at` is where one begins. */
export class Packed {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly end: number;
  /** Read anew only if it is another one: a text takes longer to make than to compare. */
  #lastOwner: Owner = { from: 0, size: 0, merchantId: merchantId(''), currency: '' };

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** Where the next one begins. */
  after(at: number): number {
    return at + this.#view.getUint32(at + SIZE);
  }

  hash(at: number): number {
    return this.#view.getInt32(at + HASH);
  }

  newestAt(at: number): EpochMs {
    return epochMs(this.#view.getFloat64(at + NEWEST_AT));
  }

  /** The bit of its side, or 0 of an entry that is not plain. */
  plainSide(at: number): number {
    return this.#view.getUint8(at + KIND) & ALL_SIDES;
  }

  /** Both are plain. Compares four bytes at once; the last four it may compare twice. */
  haveSameBody(a: number, b: number): boolean {
    const view = this.#view;
    const size = this.after(a) - a;
    if (this.after(b) - b !== size) return false;
    for (let i = BODY; i < size - 4; i += 4) if (view.getInt32(a + i) !== view.getInt32(b + i)) return false;
    return view.getInt32(a + size - 4) === view.getInt32(b + size - 4);
  }

  /** Of a plain one. */
  amount(at: number): Amount {
    if (!this.#isOfLastOwner(at + TEXTS)) this.#lastOwner = this.#ownerAt(at + TEXTS);
    const { merchantId: merchant, currency } = this.#lastOwner;
    return { merchantId: merchant, currency, minor: this.#minor(at) };
  }

  #isOfLastOwner(at: number): boolean {
    const { from, size } = this.#lastOwner;
    for (let i = 0; i < size; i += 1) if (this.#bytes[from + i] !== this.#bytes[at + i]) return false;
    return size > 0;
  }

  #ownerAt(from: number): Owner {
    const end = this.#bytes.indexOf(SEPARATOR, this.#bytes.indexOf(SEPARATOR, from) + 1);
    const [merchant = '', currency = ''] = this.#text(from, end).split(BETWEEN);
    return { from, size: end + 1 - from, merchantId: merchantId(merchant), currency };
  }

  unpack(at: number): AuditEntry {
    const kind = this.#view.getUint8(at + KIND);
    if (kind === NOT_PLAIN) return entryOf(this.#text(at + BODY, this.after(at)));
    const [merchant = '', currency = '', transaction = '', reference = ''] = this.#text(at + TEXTS, this.after(at)).split(BETWEEN);
    const shared = { merchantId: merchantId(merchant), transactionId: transactionId(transaction), newestAt: this.newestAt(at) };
    const amount = { minor: this.#minor(at), currency };
    switch (kind & ALL_SIDES) {
      case JOURNAL: return { side: 'journal', ...shared, standing: 'posted', outcome: 'processed', reference, amount, reversalDue: false, setAside: false, refunds: [] };
      case LEDGER: return { side: 'ledger', ...shared, row: { amount, outcome: 'processed', reference }, refunds: [], balanced: true };
      default: return { side: 'acquirer', ...shared, reference, amount, outcome: 'approved', voided: false, refundedMinor: minorUnits(0n), live: (kind & LIVE) !== 0 };
    }
  }

  #minor(at: number): MinorUnits {
    return minorUnits(this.#view.getBigUint64(at + BODY));
  }

  #text(from: number, to: number): string {
    let text = '';
    for (let at = from; at < to; at += CHARACTERS_AT_ONCE) text += Reflect.apply(String.fromCharCode, undefined, this.#bytes.subarray(at, Math.min(at + CHARACTERS_AT_ONCE, to)));
    return text;
  }
}
