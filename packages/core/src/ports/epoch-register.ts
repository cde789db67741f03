import type { Epoch, EpochRecord, Phase } from '../domain/region/epoch.ts';

/** The one epoch record. Every read is strong. Throws PortFault of port `epoch`; a write's outcome is then unknown. */
export interface EpochRegister {
  read(): Promise<EpochRecord>;
  /** Stores `next` if the record stands at exactly `expected`; else gives what stands. A lost answer shows as refused with my own runId. */
  compareAndSet(expected: { readonly epoch: Epoch; readonly phase: Phase }, next: EpochRecord): Promise<{ readonly won: true } | { readonly won: false; readonly record: EpochRecord }>;
  /** Stores the first record of an installation if there is none. */
  initialise(record: EpochRecord): Promise<void>;
}
