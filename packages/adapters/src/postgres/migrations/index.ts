// All steps of the schema in order. Modules rather than .sql files, so that a bundle carries them.
import type { Migration } from './migration.ts';
import { books } from './0001-books.ts';
import { guards } from './0002-guards.ts';
import { refunds } from './0003-refunds.ts';
import { deliveries } from './0004-deliveries.ts';
import { publishing } from './0005-publishing.ts';
import { refundEntries } from './0006-refund-entries.ts';
import { forgetting } from './0007-forgetting.ts';
import { balanceByRow } from './0008-balance-by-row.ts';
import { paymentNumber } from './0009-payment-number.ts';

export type { Migration } from './migration.ts';
export const migrations: readonly Migration[] = [books, guards, refunds, deliveries, publishing, refundEntries, forgetting, balanceByRow, paymentNumber];
