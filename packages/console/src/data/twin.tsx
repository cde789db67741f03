/**
 * What the twin is doing, for every page at once: its state, its latest events, and whether it can be heard at all.
 * Invariant: one stream and one poll per window, whatever number of pages look.
 */
import { createContext, useContext, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { TwinEvent, TwinState } from '../contract/index.ts';
import { useResource } from './use-resource.ts';

export interface TwinView {
  /** Undefined until it was read for the first time. */
  readonly state: TwinState | undefined;
  /** Newest first. */
  readonly events: readonly TwinEvent[];
  /** `lost`: what is shown may be old. */
  readonly connection: 'connecting' | 'live' | 'lost';
  /** Read the state again now, after an action. */
  readonly reload: () => void;
}

const STATE_EVERY_MS = 1_000;
/** What a person scrolls through; the twin keeps more. */
const EVENTS_KEPT_MAX = 300;
/** Events come in bursts: they are shown together. */
const BURST_MS = 100;

const TwinContext = createContext<TwinView | undefined>(undefined);

export function useTwin(): TwinView {
  const view = useContext(TwinContext);
  if (!view) throw new Error('useTwin stands inside a TwinProvider');
  return view;
}

export function TwinProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const { value: state, error, reload } = useResource<TwinState>('/twin/state', { everyMs: STATE_EVERY_MS });
  const events = useEvents(reload);
  const connection = error ? 'lost' : state ? 'live' : 'connecting';
  return <TwinContext value={{ state, events, connection, reload }}>{children}</TwinContext>;
}

/** Where there is no twin: a deployment has its own alarms and dashboards, and its moves are watched from the command line. */
export const WithoutTwin = ({ children }: { readonly children: ReactNode }): ReactNode => <TwinContext value={deployment}>{children}</TwinContext>;

const deployment: TwinView = { state: undefined, events: [], connection: 'live', reload: () => {} };

/** The browser connects again by itself and names the last event it has, so that none is missed or shown twice. */
function useEvents(onNews: () => void): readonly TwinEvent[] {
  const [events, setEvents] = useState<readonly TwinEvent[]>([]);
  const pending = useRef<TwinEvent[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      timer = undefined;
      const news = pending.current.splice(0).reverse();
      const ids = new Set(news.map((event) => event.id));
      // A twin that started again counts from one again: its past replaces that of the one before.
      setEvents((before) => [...news, ...before.filter((event) => !ids.has(event.id))].slice(0, EVENTS_KEPT_MAX));
      onNews();
    };
    const source = new EventSource('/twin/events?untyped');
    source.onmessage = (message: MessageEvent<string>) => {
      pending.current.push(JSON.parse(message.data) as TwinEvent);
      timer ??= setTimeout(show, BURST_MS);
    };
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [onNews]);
  return events;
}
