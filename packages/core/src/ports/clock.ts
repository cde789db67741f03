import type { EpochMs } from '../domain/time.ts';

/** Time comes only through here, so that a simulation can own it. */
export interface Clock {
  now(): EpochMs;
  /** Resolves after `durationMs`. Used between bounded retries and polls, never to guess that something is done. */
  sleep(durationMs: number): Promise<void>;
}
