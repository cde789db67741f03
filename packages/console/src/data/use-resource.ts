// Something read from the server, again at intervals where asked. Invariant: an answer that comes late never replaces a newer
// one, and what was read before stays visible while it is read again.
import { useCallback, useEffect, useState } from 'react';
import { getJson } from './http.ts';

export interface Resource<T> {
  readonly value: T | undefined;
  /** Why the last read failed, if it did. */
  readonly error: Error | undefined;
  readonly reload: () => void;
}

/** `path` undefined: nothing is read yet. Without `everyMs` it is read once, and whenever `reload` is called. */
export function useResource<T>(path: string | undefined, { everyMs }: { readonly everyMs?: number } = {}): Resource<T> {
  const [read, setRead] = useState<{ readonly path?: string; readonly value?: T; readonly error?: Error }>({});
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    if (path === undefined) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        const value = await getJson<T>(path, stop.signal);
        if (!stop.signal.aborted) setRead({ path, value });
      } catch (error) {
        // What belongs to another path is not shown as this one's.
        if (!stop.signal.aborted) setRead((before) => ({ ...(before.path === path ? before : { path }), error: error instanceof Error ? error : new Error(String(error)) }));
      }
      if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs, round]);
  const isCurrent = read.path === path;
  return { value: isCurrent ? read.value : undefined, error: isCurrent ? read.error : undefined, reload };
}
