// The samples of the last minutes, a second apart. Only what is new is asked for.
import { useEffect, useState } from 'react';
import type { Metrics, MetricsSample } from '../contract/index.ts';
import { getJson } from './http.ts';

const EVERY_MS = 1_000;
/** What the charts show. */
export const WINDOW_MS = 180_000;

/** Kept and new ones in order, none twice and none older than the window; a twin that was started again begins anew. */
export function joinSamples(kept: readonly MetricsSample[], news: readonly MetricsSample[]): readonly MetricsSample[] {
  const last = kept.at(-1)?.at ?? -Infinity;
  const joined = [...kept, ...news.filter(({ at }) => at > last)];
  const newest = joined.at(-1)?.at ?? 0;
  return joined.filter(({ at }) => at > newest - WINDOW_MS);
}

export function useMetrics(): readonly MetricsSample[] {
  const [samples, setSamples] = useState<readonly MetricsSample[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let since = Date.now() - WINDOW_MS;
    const look = async (): Promise<void> => {
      try {
        const { samples: news } = await getJson<Metrics>(`/twin/metrics?sinceMs=${since}`, stop.signal);
        since = news.at(-1)?.at ?? since;
        if (news.length > 0) setSamples((kept) => joinSamples(kept, news));
      } catch {
        // The page says elsewhere that nobody answers; the charts stay as they were.
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, []);
  return samples;
}
