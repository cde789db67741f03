// What the history saw happening behind the ports, as two promises.
import type { Checker } from './checker.ts';

export const confirmedInBoth: Checker = {
  name: 'confirmed in both',
  promise: 'What leaves work under the current epoch stands in the standby of this very timeline, with its refunds.',
  holds: 'always',
  check: ({ history }) => history.seen.filter(({ property }) => property === 'confirmed').map(({ sentence }) => sentence),
};

export const movesInOrder: Checker = {
  name: 'moves in order',
  promise: 'Each move raises the epoch by one, nothing is settled while it moves, and healed is said when no told row is missing.',
  holds: 'always',
  check: ({ history }) => history.seen.filter(({ property }) => property === 'moves').map(({ sentence }) => sentence),
};
