// What an audit reads, in memory: the books of one ledger, the acquirer's charges, and bytes put aside.
import type { ChargeEntry, ChargeReport, LedgerEntry, LedgerReport, Operation, OperationLog, PageRequest, PaymentKey, RefundEntry, ReportPage, Spool } from '@understudy/core';
import { epochMs, keyText, minorUnits } from '@understudy/core';
import type { InMemoryAcquirer } from './in-memory-acquirer.ts';
import type { InMemoryLedger } from './in-memory-ledger.ts';

const pageOf = <Entry>(entries: readonly Entry[], { limit, cursor }: PageRequest): ReportPage<Entry> => {
  const from = Number(cursor ?? 0);
  const end = from + limit;
  return { entries: entries.slice(from, end), ...(end < entries.length && { cursor: String(end) }) };
};

export class InMemoryLedgerReport implements LedgerReport {
  readonly #ledger: InMemoryLedger;

  constructor(ledger: InMemoryLedger) {
    this.#ledger = ledger;
  }

  async page(request: PageRequest): Promise<ReportPage<LedgerEntry>> {
    return pageOf(this.#entries(), request);
  }

  async of(key: PaymentKey): Promise<LedgerEntry | undefined> {
    return this.#entries().find((entry) => keyText(entry) === keyText(key));
  }

  /** Postings are not kept here: they follow from the row. */
  #entries(): readonly LedgerEntry[] {
    this.#ledger.use();
    return this.#ledger.log.flatMap((commit) => (commit.kind !== 'rows' ? [] : commit.rows.map(({ payment }) => ({
      side: 'ledger' as const, merchantId: payment.merchantId, transactionId: payment.transactionId, balanced: true, newestAt: commit.at, refunds: this.#refundsOf(payment),
      row: {
        amount: payment.acceptance.amount, outcome: payment.decision.outcome,
        ...(payment.decision.acquirerReference !== undefined && { reference: payment.decision.acquirerReference }),
      },
    }))));
  }

  #refundsOf(payment: PaymentKey): readonly RefundEntry[] {
    const rows = this.#ledger.refundRows().filter((row) => keyText(row.payment) === keyText(payment));
    return rows.map(({ refund }) => ({ refundId: refund.refundId, minor: refund.amountMinor, outcome: refund.decision.outcome }));
  }
}

export class InMemoryChargeReport implements ChargeReport {
  readonly #acquirer: InMemoryAcquirer;

  constructor(acquirer: InMemoryAcquirer) {
    this.#acquirer = acquirer;
  }

  async page(request: PageRequest): Promise<ReportPage<ChargeEntry>> {
    return pageOf(this.#entries(), request);
  }

  async of(key: PaymentKey): Promise<readonly ChargeEntry[]> {
    return this.#entries().filter((entry) => keyText(entry) === keyText(key));
  }

  /** This acquirer dates nothing, so its charges are as old as can be; a refund counts with the first charge of its payment that was approved. */
  #entries(): readonly ChargeEntry[] {
    const counted = new Set<string>();
    return this.#acquirer.charges().map(({ merchantId, transactionId, reference, amount, outcome, voided, live }) => {
      const side = `${keyText({ merchantId, transactionId })} ${live}`;
      const first = outcome === 'approved' && !counted.has(side);
      if (first) counted.add(side);
      const refunds = this.#acquirer.refunds().filter((refund) => first && refund.outcome === 'approved' && `${keyText(refund)} ${refund.live}` === side);
      const refundedMinor = minorUnits(refunds.reduce((sum, refund) => sum + refund.amount.minor, 0n));
      return { side: 'acquirer', merchantId, transactionId, reference, amount, outcome, voided, refundedMinor, live, newestAt: epochMs(0) };
    });
  }
}

export class InMemorySpool implements Spool {
  readonly #appended = new Map<number, number[]>();

  async append(partition: number, bytes: Uint8Array): Promise<void> {
    this.#appended.set(partition, [...(this.#appended.get(partition) ?? []), ...bytes]);
  }

  async read(partition: number): Promise<Uint8Array> {
    return Uint8Array.from(this.#appended.get(partition) ?? []);
  }
}

export class InMemoryOperationLog implements OperationLog {
  readonly #operations: Operation[] = [];

  async append(operation: Operation): Promise<void> {
    this.#operations.push(operation);
  }

  async list(limit: number): Promise<readonly Operation[]> {
    return this.#operations.toSorted((a, b) => b.at - a.at).slice(0, limit);
  }
}
