// The stories of moves in memory.
import type { MoveLog, MoveLogEntry } from '@understudy/core';

export class InMemoryMoveLog implements MoveLog {
  readonly #runs = new Map<string, readonly MoveLogEntry[]>();

  async append(runId: string, entry: MoveLogEntry): Promise<void> {
    this.#runs.set(runId, [...(this.#runs.get(runId) ?? []), entry]);
  }

  async read(runId: string): Promise<readonly MoveLogEntry[]> {
    return this.#runs.get(runId) ?? [];
  }
}
