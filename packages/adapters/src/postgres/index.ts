// The ledger on PostgreSQL.
export { createLedgerPool, defaultLimits } from './ledger-pool.ts';
export type { LedgerConnection, LedgerLimits, LedgerPool } from './ledger-pool.ts';
export { LEDGER_PAGE_MAX, ledgerRefundRows, ledgerRows, newestEntry } from './ledger-rows.ts';
export type { LedgerRefundRow, LedgerRow } from './ledger-rows.ts';
export { migrate } from './migrate.ts';
export type { MigrateResult } from './migrate.ts';
export { PostgresLedger } from './postgres-ledger.ts';
export { PostgresOutbox } from './postgres-outbox.ts';
export { PostgresLedgerControl } from './postgres-ledger-control.ts';
export { PostgresReceiptBook } from './postgres-receipt-book.ts';
export { PostgresSettlementBook } from './postgres-settlement-book.ts';
export { PostgresLedgerBrowser } from './postgres-ledger-browser.ts';
export { PostgresLedgerReport } from './postgres-ledger-report.ts';
export { grantService } from './service-role.ts';
