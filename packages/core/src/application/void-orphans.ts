// Gives back the charges that lost their decision, one payment at a time, after an audit has named them.
// Invariant: a charge is voided only if, read now, it still stands and the stored decision, older than any charge can be
// on its way, is against it; what was decided as processed keeps the charge that its decision names.
// Dying between the record and the void leaves the charge standing: the next audit finds it again.
import { lostCharges, standingCharges } from '../domain/audit/compare.ts';
import type { ChargeEntry } from '../domain/audit/entries.ts';
import { keyText } from '../domain/payment/payment.ts';
import type { PaymentKey } from '../domain/payment/payment.ts';
import type { EpochRecord } from '../domain/region/epoch.ts';
import type { Acquirer } from '../ports/acquirer.ts';
import type { ChargeReport, LedgerReport } from '../ports/audit-reports.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { OperationLog } from '../ports/operation-log.ts';
import { readCase } from './audit.ts';
import { repeat } from './repeat.ts';

export interface VoidOrphansPorts {
  readonly journal: Journal;
  readonly ledger: LedgerReport;
  readonly acquirer: ChargeReport;
  readonly voids: Pick<Acquirer, 'void'>;
  readonly operations: OperationLog;
  readonly clock: Clock;
}

export interface VoidOrphansOptions {
  readonly by: string;
  readonly epoch: EpochRecord;
  /** How long a decision must have stood: a charge may be on its way for that long. */
  readonly inFlightMs: number;
}

export interface VoidResult {
  readonly key: PaymentKey;
  readonly voided: readonly ChargeEntry[];
  /** Why nothing was, or not everything. */
  readonly left?: string;
}

/** Throws PortFault; whatever it had done by then stands, and running it again goes on. */
export async function voidOrphans(ports: VoidOrphansPorts, keys: readonly PaymentKey[], options: VoidOrphansOptions): Promise<readonly VoidResult[]> {
  const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  const results: VoidResult[] = [];
  for (const key of distinct) results.push(await voidOrphansOf(ports, key, options));
  return results;
}

async function voidOrphansOf(ports: VoidOrphansPorts, key: PaymentKey, options: VoidOrphansOptions): Promise<VoidResult> {
  const found = await readCase(ports, options.epoch, key);
  if (!found) return { key, voided: [], left: 'its item in the journal cannot be read' };
  if (!found.journal) return { key, voided: [], left: 'the journal does not know it: cancel its id first, which spends it, and run this again' };
  if (found.journal.outcome === undefined) return { key, voided: [], left: 'it is not decided yet' };
  if (ports.clock.now() - found.journal.newestAt < options.inFlightMs) return { key, voided: [], left: 'it was decided too recently' };
  const lost = lostCharges(found);
  for (const charge of lost) {
    await repeat(ports.clock, () => ports.operations.append({ at: ports.clock.now(), by: options.by, what: 'void_orphan', subject: `${keyText(key)} ${charge.reference}` }));
    await repeat(ports.clock, () => ports.voids.void({ ...key, live: charge.live }, charge.reference));
  }
  if (lost.length === 0) return { key, voided: [], left: 'no charge of it is lost any more' };
  // An acquirer may not know a charge under the key of its payment, and then has nothing to give back.
  const after = await repeat(ports.clock, () => ports.acquirer.of(key));
  const stubborn = standingCharges(after).filter((charge) => lost.some((each) => each.reference === charge.reference)).map((charge) => charge.reference);
  return { key, voided: lost.filter((charge) => !stubborn.includes(charge.reference)), ...(stubborn.length > 0 && { left: `the acquirer did not give back ${stubborn.join(', ')}: it must be done by hand there` }) };
}
