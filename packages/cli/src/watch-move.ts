// Follows a move to its end, by the epoch record and the move's own story, and says each phase with its time.
// Invariant: it only reads, so stopping it stops nothing; a read that fails is tried again until the limit.
import type { EpochRecord, EpochRegister, MoveLog, MoveLogEntry, MoveRequest } from '@understudy/core';
import { isPortFault } from '@understudy/core';

/** Aurora promotes within minutes; healing takes as long as the backlog, and goes on without anybody watching. */
const WATCH_MS_MAX = 15 * 60_000;
const LOOK_EVERY_MS = 500;

export interface WatchPorts {
  readonly epochs: EpochRegister;
  readonly moveLog: MoveLog;
  readonly say: (line: string) => void;
  /** Tests have their own. */
  readonly watchMsMax?: number;
}

export interface Phase {
  readonly name: MoveEnd | 'claimed' | 'open';
  readonly afterMs: number;
}

export type MoveEnd = 'healed' | 'refused' | 'turned_back' | 'unknown';

export interface MoveOutcome {
  readonly end: MoveEnd;
  readonly phases: readonly Phase[];
  /** The last row of the move's story, and why. */
  readonly because?: string;
  readonly record?: EpochRecord;
}

/** `told`: how many entries the story had before the request was made; they belong to an earlier try of the same run. */
export async function watchMove(ports: WatchPorts, request: MoveRequest, told: number): Promise<MoveOutcome> {
  const startedAt = performance.now();
  const phases: Phase[] = [];
  let [said, because, record]: [number, string | undefined, EpochRecord | undefined] = [told, undefined, undefined];
  const reach = (name: Phase['name']) => {
    if (phases.some((phase) => phase.name === name)) return;
    phases.push({ name, afterMs: Math.round(performance.now() - startedAt) });
    ports.say(`${secondsText(performance.now() - startedAt)}  ${name.replace('_', ' ')}`);
  };
  while (performance.now() - startedAt < (ports.watchMsMax ?? WATCH_MS_MAX)) {
    const seen = await look(ports, request);
    if (seen) {
      record = seen.record;
      const fresh = seen.story.slice(said);
      for (const entry of withoutRepeats(fresh, because)) ports.say(`${secondsText(performance.now() - startedAt)}  ${(because = sentenceOf(entry))}`);
      said += fresh.length;
      const end = endOf(record, request, fresh);
      if (record.epoch > request.fromEpoch) reach('claimed');
      if (record.epoch > request.fromEpoch && record.phase === 'open') reach('open');
      if (end !== undefined) {
        reach(end);
        return { end, phases, record, ...(because !== undefined && { because }) };
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return { end: 'unknown', phases, ...(record && { record }), ...(because !== undefined && { because }) };
}

interface Seen {
  readonly record: EpochRecord;
  readonly story: readonly MoveLogEntry[];
}

/** The story first: a refusal in it is judged by a record that is no older. */
async function look({ epochs, moveLog }: WatchPorts, { runId }: MoveRequest): Promise<Seen | undefined> {
  try {
    const story = await moveLog.read(runId);
    return { story, record: await epochs.read() };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return undefined;
  }
}

/** The end that is certain, or undefined. A second orchestrator of a run that has gone on is refused, and that ends nothing. */
export function endOf(record: EpochRecord, request: MoveRequest, fresh: readonly MoveLogEntry[]): MoveEnd | undefined {
  if (record.epoch <= request.fromEpoch) return fresh.some((entry) => entry.detail === 'refuse') ? 'refused' : undefined;
  if (record.phase !== 'open') return undefined;
  if (record.activeRegion !== request.to) return 'turned_back';
  return record.healedAt === undefined ? undefined : 'healed';
}

const sentenceOf = ({ row, because }: MoveLogEntry): string => `${row} ${because}`;

/** A step that waits is written down each time. */
const withoutRepeats = (entries: readonly MoveLogEntry[], last: string | undefined): readonly MoveLogEntry[] =>
  entries.filter((entry, i) => sentenceOf(entry) !== (i === 0 ? last : sentenceOf(entries[i - 1] as MoveLogEntry)));

export const secondsText = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(6)} s`;

