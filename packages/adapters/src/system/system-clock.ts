// The machine's own time. Durations may stretch when the machine sleeps; correctness never rests on them.
import { setTimeout as delay } from 'node:timers/promises';
import { epochMs } from '@understudy/core';
import type { Clock } from '@understudy/core';

export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  sleep: (durationMs) => delay(durationMs),
};
