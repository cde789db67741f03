// One region's ledger server in memory: a log of commits, and the books that they make. A standby holds a prefix
// of its primary's log, so that promoting it loses exactly the tail. Each method is one transaction.
// Who follows whom, promotion and rejoining belong to InMemoryLedgerPair.
import type { DecidedPayment, DecidedRefund, Epoch, EpochMs, Ledger, LedgerSnapshot, LedgerStatus, PaymentKey, PostResult, Region } from '@understudy/core';
import { assert, decidedRefundsOf, epochOf, keyText, PortFault } from '@understudy/core';
import type { PublishingNote } from './in-memory-books.ts';
import type { OutboxNote } from './in-memory-outbox.ts';

export interface LedgerRow {
  readonly payment: DecidedPayment;
  /** The fence under which it was committed. */
  readonly epoch: Epoch;
}

export interface RefundRow extends LedgerRow {
  readonly refund: DecidedRefund;
}

export type LedgerCommit =
  | { readonly kind: 'rows'; readonly at: EpochMs; readonly rows: readonly LedgerRow[]; readonly refunds: readonly RefundRow[] }
  | { readonly kind: 'fence'; readonly at: EpochMs; readonly fence: Epoch }
  | { readonly kind: 'note'; readonly at: EpochMs; readonly note: PublishingNote }
  | { readonly kind: 'outbox'; readonly at: EpochMs; readonly notes: readonly OutboxNote[] };

export interface LedgerServerOptions {
  readonly region: Region;
  readonly role: LedgerStatus['role'];
  now(): EpochMs;
  /** Called first by every method: what is under way, such as a promotion, may be done by now. */
  beforeUse(): void;
  afterCommit(): void;
}

interface Standing {
  readonly row: LedgerRow;
  /** Its place in the log. */
  readonly commit: number;
  readonly refunds: { readonly row: RefundRow; readonly commit: number }[];
}

const booksTake = ({ acceptance }: DecidedPayment): boolean => acceptance.amount.minor > 0n;

/** What a row says of its payment; the postings follow from it. */
const saysTheSame = (a: DecidedPayment, b: DecidedPayment): boolean =>
  a.decision.outcome === b.decision.outcome && a.decision.acquirerReference === b.decision.acquirerReference
  && a.acceptance.amount.minor === b.acceptance.amount.minor && a.acceptance.amount.currency === b.acceptance.amount.currency;

const refundSaysTheSame = (a: DecidedRefund, b: DecidedRefund): boolean =>
  a.decision.outcome === b.decision.outcome && a.decision.acquirerReference === b.decision.acquirerReference && a.amountMinor === b.amountMinor;

const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

export class InMemoryLedger implements Ledger {
  readonly #options: LedgerServerOptions;
  /** Replaced as a whole when the server is rebuilt, so that an open snapshot keeps its own instant. */
  #log: LedgerCommit[] = [];
  #standing = new Map<string, Standing>();
  readonly #refusals = new Map<string, string>();
  #fence = epochOf(0);
  role: LedgerStatus['role'];
  up = true;

  constructor(options: LedgerServerOptions) {
    this.#options = options;
    this.role = options.role;
  }

  get fence(): Epoch {
    return this.#fence;
  }

  get log(): readonly LedgerCommit[] {
    return this.#log;
  }

  /** Every row in commit order. */
  rows(): readonly LedgerRow[] {
    return this.#log.flatMap((commit) => (commit.kind === 'rows' ? commit.rows : []));
  }

  /** Every refund's row in commit order. */
  refundRows(): readonly RefundRow[] {
    return this.#log.flatMap((commit) => (commit.kind === 'rows' ? commit.refunds : []));
  }

  /** From now on the database refuses this payment's content, as a constraint would; undefined takes that back. */
  refuse(key: PaymentKey, reason: string | undefined): void {
    if (reason === undefined) this.#refusals.delete(keyText(key));
    else this.#refusals.set(keyText(key), reason);
  }

  async post(epoch: Epoch, payments: readonly DecidedPayment[]): Promise<PostResult> {
    this.use();
    if (this.role === 'standby' || this.#fence !== epoch) return { code: 'fenced', fence: this.#fence };
    const reason = payments.map((payment) => this.#refusalOf(payment)).find((found) => found !== undefined);
    if (reason !== undefined) return { code: 'refused', reason };
    const absent = new Map(payments.map((payment) => [keyText(payment), payment] as const).filter(([text]) => !this.#standing.has(text)));
    const rows = [...absent].sort(([a], [b]) => compareTexts(a, b)).map(([, payment]) => ({ payment, epoch }));
    const distinct = new Map(payments.map((payment) => [keyText(payment), payment]));
    const refunds = [...distinct.values()].flatMap((payment) => this.#absentRefunds(payment).map((refund) => ({ payment, refund, epoch })));
    if (rows.length + refunds.length > 0) this.#commit({ kind: 'rows', at: this.#options.now(), rows, refunds });
    return { code: 'posted', inserted: new Set([...absent.keys(), ...refunds.map((row) => keyText(row.payment))]) };
  }

  async withSnapshot<T>(use: (snapshot: LedgerSnapshot) => Promise<T>): Promise<T> {
    this.use();
    const standing = this.#standing;
    const instant = this.#log.length;
    return use({
      fence: this.#fence,
      inRecovery: this.role === 'standby',
      present: async (keys) => new Map(keys.flatMap((key) => {
        const found = standing.get(keyText(key));
        if (!found || found.commit >= instant) return [];
        return [[keyText(key), found.refunds.filter(({ commit }) => commit < instant).map(({ row }) => row.refund.refundId)] as const];
      })),
    });
  }

  /** Whether this server is the primary of `epoch`. */
  isPrimaryOf(epoch: Epoch): boolean {
    this.use();
    return this.role === 'primary' && this.#fence === epoch;
  }

  /** What the books of receipts and settlement files remember: replicated and lost like everything else here. */
  note(note: PublishingNote): void {
    this.#commit({ kind: 'note', at: this.#options.now(), note });
  }

  /** How far the telling of its rows has come; see InMemoryOutbox. */
  noteOutbox(notes: readonly OutboxNote[]): void {
    this.use();
    if (this.role === 'standby') throw new PortFault({ port: 'ledger', retryable: true, message: 'a standby notes nothing' });
    if (notes.length > 0) this.#commit({ kind: 'outbox', at: this.#options.now(), notes });
  }

  raiseFence(range: { readonly from: Epoch; readonly to: Epoch }): { readonly code: 'raised' } | { readonly code: 'refused'; readonly fence: Epoch } {
    this.use();
    if (this.role === 'standby') return { code: 'refused', fence: this.#fence };
    if (this.#fence === range.to) return { code: 'raised' };
    if (this.#fence < range.from || this.#fence > range.to) return { code: 'refused', fence: this.#fence };
    this.#commit({ kind: 'fence', at: this.#options.now(), fence: range.to });
    return { code: 'raised' };
  }

  /** Replays the next commits of the server that this one follows. */
  replay(source: readonly LedgerCommit[], commitsMax: number): void {
    assert(this.role === 'standby', 'only a standby replays');
    for (const commit of source.slice(this.#log.length, this.#log.length + commitsMax)) this.#append(commit);
  }

  /** Throws all it has away and becomes an exact copy: how a lost primary comes back. */
  rebuild(source: readonly LedgerCommit[]): void {
    this.#log = [];
    this.#standing = new Map();
    this.#fence = epochOf(0);
    this.role = 'standby';
    this.replay(source, source.length);
  }

  /** Fails as an unreachable server does. */
  use(): void {
    this.#options.beforeUse();
    if (!this.up) throw new PortFault({ port: 'ledger', retryable: true, message: `the ledger of ${this.#options.region} cannot be reached` });
  }

  /** Why the database would not take this payment, as a constraint says it: naming the payment, not the customer. */
  #refusalOf(payment: DecidedPayment): string | undefined {
    const text = keyText(payment);
    const standing = this.#standing.get(text);
    if (standing && !saysTheSame(standing.row.payment, payment)) return `the row of ${text} says something else`;
    if (!booksTake(payment)) return `the amount of ${text} is not positive`;
    const posted = new Map(standing?.refunds.map(({ row }) => [row.refund.refundId, row.refund]));
    const differing = decidedRefundsOf(payment).find((refund) => {
      const row = posted.get(refund.refundId);
      return row && !refundSaysTheSame(row, refund);
    });
    if (differing) return `the row of refund ${differing.refundId} of ${text} says something else`;
    const refunded = new Map([...posted, ...decidedRefundsOf(payment).map((refund) => [refund.refundId, refund] as const)]);
    const total = [...refunded.values()].reduce((sum, refund) => (refund.decision.outcome === 'processed' ? sum + refund.amountMinor : sum), 0n);
    if (total > 0n && (payment.decision.outcome !== 'processed' || total > payment.acceptance.amount.minor)) return `the refunds of ${text} exceed it`;
    return this.#refusals.get(text);
  }

  #absentRefunds(payment: DecidedPayment): readonly DecidedRefund[] {
    const posted = new Set(this.#standing.get(keyText(payment))?.refunds.map(({ row }) => row.refund.refundId));
    return decidedRefundsOf(payment).filter((refund) => !posted.has(refund.refundId));
  }

  #commit(commit: LedgerCommit): void {
    this.#append(commit);
    this.#options.afterCommit();
  }

  #append(commit: LedgerCommit): void {
    if (commit.kind === 'fence') this.#fence = commit.fence;
    if (commit.kind === 'rows') {
      for (const row of commit.rows) this.#standing.set(keyText(row.payment), { row, commit: this.#log.length, refunds: [] });
      for (const row of commit.refunds) this.#standing.get(keyText(row.payment))?.refunds.push({ row, commit: this.#log.length });
    }
    this.#log.push(commit);
  }
}
