export const LEDGER_DATABASE = 'understudy';
export const LEDGER_OWNER = 'understudy_owner';
export const LEDGER_PORT = 5432;
