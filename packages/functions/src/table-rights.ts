// What each right at a table allows there, as data: the roles on AWS are made from it, and the twin's table holds every
// function to it, so the two cannot drift apart. Invariant: a right at a table that is not listed here does not compile.
import { CUSTOMER_INDEX, WORK_INDEX } from '@understudy/adapters/dynamodb';
import type { Right } from './shared/rights.ts';

export type TableRight = Extract<Right, `table:${string}` | `sessions:${string}` | `${string}index:read`>;

export interface TableGrant {
  readonly table: 'journal' | 'sessions';
  /** Of the index alone; without one, of the table alone. */
  readonly index?: string;
  /** DynamoDB's actions, which are named like its operations. */
  readonly actions: readonly string[];
}

export const tableGrants: Readonly<Record<TableRight, TableGrant>> = {
  'table:read': { table: 'journal', actions: ['GetItem'] },
  'table:write': { table: 'journal', actions: ['PutItem', 'UpdateItem'] },
  'table:delete': { table: 'journal', actions: ['DeleteItem'] },
  'table:scan': { table: 'journal', actions: ['Scan'] },
  'index:read': { table: 'journal', index: WORK_INDEX, actions: ['Query', 'Scan'] },
  'customer-index:read': { table: 'journal', index: CUSTOMER_INDEX, actions: ['Query'] },
  'sessions:read': { table: 'sessions', actions: ['GetItem'] },
  'sessions:write': { table: 'sessions', actions: ['PutItem'] },
};

export const isTableRight = (right: string): right is TableRight => Object.hasOwn(tableGrants, right);
