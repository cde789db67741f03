import type { Checker } from './checker.ts';

export const epochsGrow: Checker = {
  name: 'epochs grow',
  promise: 'In the order of commits the epochs of a ledger never decrease.',
  holds: 'always',
  check: ({ world }) => Object.values(world.backstage.ledgers.servers).flatMap((server) =>
    server.rows().filter((row, i, rows) => row.epoch < (rows[i - 1]?.epoch ?? 0)).map((row) => `epochs decrease at ${row.payment.transactionId}`)),
};
