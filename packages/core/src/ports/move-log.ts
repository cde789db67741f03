import type { EpochMs } from '../domain/time.ts';

export interface MoveLogEntry {
  readonly at: EpochMs;
  /** The row of the move table that was taken, such as `F-40`. */
  readonly row: string;
  readonly because: string;
  /** What the step found or did; small. */
  readonly detail?: string;
}

/** The story of a move, for reports. Not needed to resume: the epoch record alone is. Throws PortFault of port `epoch`. */
export interface MoveLog {
  append(runId: string, entry: MoveLogEntry): Promise<void>;
  read(runId: string): Promise<readonly MoveLogEntry[]>;
}
