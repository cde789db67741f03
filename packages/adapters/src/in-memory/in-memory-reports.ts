// What an audit reads, in memory: the books of one ledger, the acquirer's charges, and lines put aside.
import type { ChargeEntry, ChargeReport, LedgerEntry, LedgerReport, Operation, OperationLog, PageRequest, PaymentKey, ReportPage, Spool } from '@understudy/core';
import { epochMs, keyText } from '@understudy/core';
import type { ChargeRecord, InMemoryAcquirer } from './in-memory-acquirer.ts';
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
      side: 'ledger' as const, merchantId: payment.merchantId, transactionId: payment.transactionId, balanced: true, newestAt: commit.at,
      row: {
        amount: payment.acceptance.amount, outcome: payment.decision.outcome,
        ...(payment.decision.acquirerReference !== undefined && { reference: payment.decision.acquirerReference }),
      },
    }))));
  }
}

export class InMemoryChargeReport implements ChargeReport {
  readonly #acquirer: InMemoryAcquirer;

  constructor(acquirer: InMemoryAcquirer) {
    this.#acquirer = acquirer;
  }

  async page(request: PageRequest): Promise<ReportPage<ChargeEntry>> {
    return pageOf(this.#acquirer.charges().map(entryOf), request);
  }

  async of(key: PaymentKey): Promise<readonly ChargeEntry[]> {
    return this.#acquirer.charges().filter((charge) => keyText(charge) === keyText(key)).map(entryOf);
  }
}

/** This acquirer dates nothing, so its charges are as old as can be. */
const entryOf = ({ merchantId, transactionId, reference, amount, outcome, voided, live }: ChargeRecord): ChargeEntry =>
  ({ side: 'acquirer', merchantId, transactionId, reference, amount, outcome, voided, live, newestAt: epochMs(0) });

export class InMemorySpool implements Spool {
  readonly #lines = new Map<number, string[]>();

  async add(partition: number, line: string): Promise<void> {
    const lines = this.#lines.get(partition);
    if (lines) lines.push(line);
    else this.#lines.set(partition, [line]);
  }

  async *lines(partition: number): AsyncGenerator<string> {
    yield* this.#lines.get(partition) ?? [];
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
