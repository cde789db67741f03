// One connection for one unit of work. It returns to the pool only after its work ended as intended; after anything
// else it is closed, which also ends its transaction and frees its locks. Errors of SQL leave as PortFaults; errors
// of the caller's own code pass through untouched.
import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { PortFault } from '@understudy/core';
import type { LedgerPool } from './ledger-pool.ts';
import { ledgerFault } from './sql-fault.ts';

export interface Connection {
  query<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<readonly R[]>;
  /** The same of a statement that is run all the time: the server plans it once for each connection. One name is one text. */
  prepared<R extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<readonly R[]>;
  /** Several statements without values in one round trip; the rows of the last one. Each has a snapshot of its own. */
  script<R extends QueryResultRow>(...statements: readonly string[]): Promise<readonly R[]>;
  /** Throws unless the server says that it committed. A lost answer means unknown. */
  commit(): Promise<void>;
}

/** `answerMs` overrides the pool's bound on each answer, for work that is meant to wait. */
export async function withConnection<T>(pool: LedgerPool, use: (connection: Connection) => Promise<T>, options: { readonly answerMs?: number } = {}): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw ledgerFault(error);
  });
  let endedWell = false;
  try {
    const result = await use(connectionOver((statement) => client.query(queryOf(statement, options.answerMs))));
    endedWell = true;
    return result;
  } finally {
    client.release(!endedWell);
  }
}

/** The driver also reads `query_timeout` from a single query; its published types know it only for the whole connection. */
const queryOf = ({ name, text, values }: Statement, answerMs: number | undefined): QueryConfig & { readonly query_timeout?: number } => ({
  text,
  ...(name !== undefined && { name }),
  ...(values && { values: [...values] }),
  ...(answerMs !== undefined && { query_timeout: answerMs }),
});

interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
}

function connectionOver(run: (statement: Statement) => Promise<QueryResult>): Connection {
  const query = async (statement: Statement): Promise<QueryResult> => {
    try {
      return await run(statement);
    } catch (error) {
      throw ledgerFault(error);
    }
  };
  return {
    query: async (text, values) => (await query({ text, values })).rows,
    prepared: async (name, text, values) => (await query({ name, text, values })).rows,
    script: async (...statements) => {
      const answer: QueryResult | readonly QueryResult[] = await query({ text: statements.join('; ') });
      const results = Array.isArray(answer) ? answer : [answer];
      return results.at(-1)?.rows ?? [];
    },
    commit: async () => {
      // The COMMIT of an aborted transaction is answered with ROLLBACK and no error.
      const { command } = await query({ text: 'COMMIT' });
      if (command !== 'COMMIT') throw new PortFault({ port: 'ledger', retryable: true, message: `COMMIT was answered with ${command}` });
    },
  };
}
