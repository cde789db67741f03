// What the client needs of the platform it runs on, so that browsers, Node and Lambda look alike to it and a test can
// play all three. Nothing here decides anything.

export interface Response {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export interface RequestInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** A redirect is no answer: whoever sends one would be sent the key. */
  readonly redirect: 'manual';
}

/** The platform's `fetch`, or one that behaves like it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Clock {
  /** Milliseconds since any moment; it never goes back. */
  now(): number;
  /** Calls once after that time; the answer prevents it. */
  after(delayMs: number, call: () => void): () => void;
}

export interface World {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** From 0 up to, and without, 1. */
  readonly random: () => number;
}

const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

export const thisPlatform = (): World => ({ fetch: (url, init) => fetch(url, init), clock: systemClock, random: Math.random });

/** Resolves after that time, or as soon as the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = (): void => {
      prevent();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const prevent = clock.after(delayMs, wake);
    signal.addEventListener('abort', wake);
  });
}
