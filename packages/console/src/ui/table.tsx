// A table that scrolls inside its own frame and says so when it is empty.
import type { ReactNode } from 'react';
import { Empty } from './page-states.tsx';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
}

export interface TableProps<Row> {
  /** What it lists, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Said when there are no rows. */
  readonly empty: string;
}

export function Table<Row>({ caption, columns, rows, keyOf, empty }: TableProps<Row>): ReactNode {
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  return (
    // Reachable by keyboard, because it may be wider than the page.
    <div className="table-wrap" role="region" aria-label={caption} tabIndex={0}>
      <table className="table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>{columns.map(({ head, isNumber }) => <th key={head} scope="col" className={isNumber ? 'right' : undefined}>{head}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => <tr key={keyOf(row)}>{columns.map(({ head, cell, isNumber }) => <td key={head} className={isNumber ? 'right' : undefined}>{cell(row)}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  );
}
