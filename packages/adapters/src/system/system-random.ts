// Unpredictable randomness: an id made here cannot be guessed and does not repeat between regions.
import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from '@understudy/core';

export const systemRandom: Random = {
  integer: (below) => randomInt(below),
  id: () => randomBytes(16).toString('hex'),
};
