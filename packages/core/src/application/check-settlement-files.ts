// Compares every settlement file in a bucket with the ledger. It changes nothing and may run anywhere, at any time.
// Invariant: it believes neither side's totals: it adds up the file's own lines and the ledger's own postings.
import { settlementFileKey, parseSettlementFile, settlementFileText } from '../domain/publishing/settlement-file.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SettlementFile, SettlementFiles } from '../ports/settlement-book.ts';

export interface SettlementCheck {
  readonly files: number;
  readonly entries: number;
  /** One sentence each, the first hundred; empty when all is well. */
  readonly faults: readonly string[];
}

const PAGE = 100;
const FAULTS_MAX = 100;

/** One file in memory at a time. Throws PortFault. */
export async function checkSettlementFiles(settlement: SettlementFiles, bucket: ObjectStore): Promise<SettlementCheck> {
  const faults: string[] = [];
  let [files, entries] = [0, 0];
  for (let after: number | undefined; ; ) {
    const page = await settlement.files({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const file of page) {
      const fault = await faultOf(file, settlement, bucket);
      if (fault !== undefined && faults.length < FAULTS_MAX) faults.push(`${settlementFileKey(file)} ${fault}`);
      files += 1;
      entries += file.entryCount;
    }
    after = page.at(-1)?.id;
    if (page.length < PAGE) return { files, entries, faults };
  }
}

async function faultOf(file: SettlementFile, settlement: SettlementFiles, bucket: ObjectStore): Promise<string | undefined> {
  const entries = await settlement.entries(file.id);
  const posted = entries.reduce((sum, entry) => sum + entry.amountMinor, 0n);
  if (entries.length !== file.entryCount) return `has ${file.entryCount} entries by its row and ${entries.length} assigned`;
  if (posted !== file.totalMinor) return `has the total ${file.totalMinor} by its row and ${posted} by its postings, in minor units`;
  if (file.publishedEpoch === 0) return undefined;
  const text = await bucket.get(settlementFileKey(file));
  if (text === undefined) return 'is published and not in this bucket';
  const parsed = parseSettlementFile(text, file.currency);
  if (!parsed) return 'is no settlement file, or its trailer is not the sum of its lines';
  if (parsed.count !== entries.length || parsed.totalMinor !== posted) return `says ${parsed.count} entries with the total ${parsed.totalMinor}; the ledger has ${entries.length} with ${posted}, in minor units`;
  return text === settlementFileText(file, entries) ? undefined : 'differs from the ledger within its lines';
}
