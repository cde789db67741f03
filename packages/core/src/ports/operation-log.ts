import type { EpochMs } from '../domain/time.ts';

/** What an operator did by hand. */
export interface Operation {
  readonly at: EpochMs;
  /** Who: the user that ran the command. */
  readonly by: string;
  readonly what: 'redrive' | 'discard' | 'void_orphan' | 'redeliver' | 'cancel' | 'refund';
  /** What it was done to: a payment, a dead letter, a charge or a delivery, by its name. */
  readonly subject: string;
  readonly reason?: string;
}

/** Kept for ever. Throws PortFault of port `journal`. */
export interface OperationLog {
  /** Returns when it is stored. The same one appended twice, after a lost answer, may stand there twice. */
  append(operation: Operation): Promise<void>;
  /** Newest first; what was appended moments ago may still be missing. */
  list(limit: number): Promise<readonly Operation[]>;
}
