/** The twin's event stream as its readers want it: one object an event, first those it kept, then each as it happens. */

/** What every event carries; the rest depends on its type. */
export interface FeedEvent {
  readonly type: string;
  readonly at: number;
  readonly [field: string]: unknown;
}

const DATA = 'data: ';

/** Ends with the stream; throws an AbortError or TimeoutError when `signal` says so. */
export async function* eventFeed(consoleUrl: string, signal: AbortSignal): AsyncGenerator<FeedEvent, void> {
  const answer = await fetch(`${consoleUrl}/twin/events`, { signal });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of answer.body ?? []) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith(DATA)) yield JSON.parse(line.slice(DATA.length)) as FeedEvent;
  }
}
