/**
 * What a twin has to say when a wait for it was in vain: where nobody can reach the machine, the text of the failure is all
 * there is. Invariant: bounded in size and time, and it never throws: it explains a failure and must not take its place.
 * It tells the state, what the supervisor did, the steps of moves and whatever was out of the ordinary in each part's log.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { eventFeed } from './event-feed.ts';
import type { RunningTwin } from './running-twin.ts';

const EVENTS_MAX = 40;
/** The stream of events never ends: what has come by then is what was kept. */
const EVENTS_WAIT_MS = 1_000;
/** A twin that hangs is a story too. */
const PART_LIMIT_MS = 3_000;
const LOG_LINES_MAX = 25;
/** From the end of a log: some hundred lines. */
const LOG_BYTES_MAX = 512 * 1024;
const LINE_CHARACTERS_MAX = 400;

const logs = ['us-east-1', 'us-east-2', 'witness', 'ledger-us-east-1', 'ledger-us-east-2', 'table', 'acquirer'] as const;

/** What of a running twin is asked. */
type Told = Pick<RunningTwin, 'dataDir' | 'state'> & { readonly urls: Pick<RunningTwin['urls'], 'console'> };

export async function storyOf(twin: Told): Promise<string> {
  const parts = await Promise.all([
    part('state', async () => [JSON.stringify(await twin.state())]),
    part('twin', () => eventsOf(twin)),
    ...logs.map((name) => part(name, () => logOf(join(twin.dataDir, 'logs', `${name}.log`)))),
  ]);
  return parts.filter((text) => text !== '').join('\n');
}

/** `error`, followed by the story. */
export async function withStory(twin: Told, error: unknown): Promise<Error> {
  const sentence = error instanceof Error ? error.message : String(error);
  return new Error(`${sentence}\n${await storyOf(twin)}`, { cause: error });
}

async function part(name: string, read: () => Promise<readonly string[]>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer after ${PART_LIMIT_MS} ms`)), PART_LIMIT_MS);
  });
  const lines = await Promise.race([read(), late]).catch((error: unknown) => [`cannot be told: ${String(error)}`]);
  clearTimeout(timer);
  return lines.length === 0 ? '' : [`--- ${name}`, ...lines.map((line) => line.slice(0, LINE_CHARACTERS_MAX))].join('\n');
}

async function eventsOf({ urls }: Told): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    for await (const event of eventFeed(urls.console, AbortSignal.timeout(EVENTS_WAIT_MS))) lines.push(JSON.stringify(event));
  } catch (error) {
    // The limit above has ended the stream; anything else is a twin that does not answer.
    if (lines.length === 0) throw error;
  }
  return lines.slice(-EVENTS_MAX);
}

async function logOf(path: string): Promise<readonly string[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, LOG_BYTES_MAX);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').split('\n').filter(isRemarkable).slice(-LOG_LINES_MAX);
  } finally {
    await file.close();
  }
}

/** Not the routine of a part that does its work: requests, ticks that found nothing, metrics. */
function isRemarkable(line: string): boolean {
  if (line === '') return false;
  let entry: { readonly level?: unknown; readonly event?: unknown } | null;
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return true;
  }
  if (entry?.level === undefined) return false;
  return entry.level !== 'info' || ['move_step', 'reconciled'].includes(String(entry.event));
}
