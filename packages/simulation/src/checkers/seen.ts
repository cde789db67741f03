// What the history saw happening, one promise for each thing that it watches.
import type { Checker } from './checker.ts';

export const confirmedInBoth: Checker = {
  name: 'confirmed in both',
  promise: 'What leaves work stands in the standby of this very timeline, with its refunds.',
  holds: 'always',
  check: ({ history }) => history.seen.filter(({ property }) => property === 'confirmed').map(({ sentence }) => sentence),
};

export const movesInOrder: Checker = {
  name: 'moves in order',
  promise: 'Each move raises the epoch by one, nothing is settled while it moves, and healed is said when no told row is missing.',
  holds: 'always',
  check: ({ history }) => history.seen.filter(({ property }) => property === 'moves').map(({ sentence }) => sentence),
};

export const twoVotes: Checker = {
  name: 'two votes',
  promise: 'No detector takes over from a region that the witness reaches and that has its ledger.',
  holds: 'always',
  check: ({ history }) => history.seen.filter(({ property }) => property === 'votes').map(({ sentence }) => sentence),
};

export const keysKnown: Checker = {
  name: 'keys known',
  promise: 'A key that stands is never refused, and a revoked one is let in nowhere.',
  holds: 'always',
  check: ({ history }) => history.seen.filter(({ property }) => property === 'keys').map(({ sentence }) => sentence),
};

export const purgedAnswersAlike: Checker = {
  name: 'purged answers alike',
  promise: 'A purged payment answers a repeat as before, and is never charged again.',
  holds: 'rest',
  check: ({ history }) => history.seen.filter(({ property }) => property === 'purged').map(({ sentence }) => sentence),
};
