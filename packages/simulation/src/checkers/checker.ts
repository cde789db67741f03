// What a checker is given and what it says. A checker knows nothing of how a life went but what clients were told, what
// was seen behind the ports, and what the stores hold.
import type { World } from '@understudy/adapters/in-memory';
import type { EpochRecord, Finding, Payment } from '@understudy/core';
import type { InMemoryLedger } from '@understudy/adapters/in-memory';
import type { History } from '../history.ts';
import type { Session } from '@understudy/core';

export interface Evidence {
  readonly world: World;
  readonly history: History;
  readonly sessions: readonly Session[];
  readonly payments: readonly Payment[];
  readonly record: EpochRecord;
  /** Of the active region. */
  readonly ledger: InMemoryLedger;
  /** What the audit found, and the charges that it had to find. */
  readonly findings: readonly Finding[];
  readonly left: ReadonlySet<string>;
  /** All that can be published is. */
  readonly isClosed: boolean;
}

export interface Checker {
  readonly name: string;
  /** The promise, in one sentence. */
  readonly promise: string;
  /** `always`: at any moment, so also while there is trouble. `rest`: once everything has come to rest. */
  readonly holds: 'always' | 'rest';
  /** A sentence for each breach. */
  readonly check: (evidence: Evidence) => readonly string[];
}

export async function gather(world: World, history: History, sessions: readonly Session[]): Promise<Evidence> {
  const record = await world.backstage.epochs.read();
  return { world, history, sessions, payments: world.backstage.journal.payments(), record, findings: [], left: new Set(), isClosed: false, ledger: world.backstage.ledgers.servers[record.activeRegion] };
}
