import type { Checker } from './checker.ts';

export const ledgerLeads: Checker = {
  name: 'ledger leads',
  promise: 'The active region has the primary, with a fence at the current epoch.',
  holds: 'rest',
  check: ({ ledger, record }) => (ledger.role === 'primary' && ledger.fence === record.epoch ? [] : ['the active region has no primary of its epoch']),
};
