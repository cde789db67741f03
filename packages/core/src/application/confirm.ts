// The standby's part: what its own replica shows may leave the work index, because whichever server is promoted
// next holds it. Invariant: a replica confirms only what belongs to the current epoch's timeline. A returned
// zombie, or a replica of one, carries another fence and confirms nothing.
import { keyText } from '../domain/payment/payment.ts';
import type { PaymentKey } from '../domain/payment/payment.ts';
import type { Region } from '../domain/region/region.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { WorkIndex } from '../ports/work-index.ts';
import { inParallel } from './in-parallel.ts';
import { walkOfWork } from './work-pages.ts';

export interface ConfirmPorts {
  readonly region: Region;
  readonly epochs: EpochRegister;
  readonly ledger: Ledger;
  readonly workIndex: WorkIndex;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface ConfirmPass {
  /** `idle`: active here, or moving. `not_a_replica`: this server is no standby of the current epoch. */
  readonly code: 'idle' | 'not_a_replica' | 'walked';
  readonly confirmed: number;
}

const PARALLEL_MAX = 8;

/** One pass. Throws PortFault when the epoch, the index or the ledger cannot be read. */
export async function confirm(ports: ConfirmPorts): Promise<ConfirmPass> {
  const record = await ports.epochs.read();
  if (record.activeRegion === ports.region || record.phase !== 'open') return { code: 'idle', confirmed: 0 };
  return ports.ledger.withSnapshot(async (snapshot): Promise<ConfirmPass> => {
    if (!snapshot.inRecovery || snapshot.fence !== record.epoch) return { code: 'not_a_replica', confirmed: 0 };
    let confirmed = 0;
    for await (const entries of walkOfWork(ports.workIndex, { posted: 'equal', epoch: record.epoch })) {
      const present = await snapshot.present(entries.map((entry) => entry.key));
      const visible = entries.filter((entry) => present.has(keyText(entry.key)));
      const results = await inParallel(visible, PARALLEL_MAX, (entry) => {
        const refunds = present.get(keyText(entry.key)) ?? [];
        return confirmOne(ports, entry.key, () => ports.journal.confirm(entry.key, record.epoch, refunds.length));
      });
      confirmed += results.filter(Boolean).length;
    }
    ports.metrics.count('Confirmed', confirmed);
    return { code: 'walked', confirmed };
  });
}

/** A confirmation that fails is made by a later pass. */
async function confirmOne(ports: ConfirmPorts, key: PaymentKey, write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('confirm_unknown', { transaction_id: key.transactionId, cause: error.message });
    return false;
  }
}
