// What operators did by hand, newest first.
import type { ReactNode } from 'react';
import type { OperationRow } from '../../contract/index.ts';
import { useDesk } from '../../data/use-desk.tsx';
import { useResource } from '../../data/use-resource.ts';
import { Button, dateTime, Loaded, PageHead, Panel, Table } from '../../ui/index.ts';

export function OperationsPage(): ReactNode {
  const list = useResource<{ readonly operations: readonly OperationRow[] }>('/desk/operations?limit=100');
  const { value: desk } = useDesk();
  return (
    <>
      <PageHead title="By hand" actions={<Button onClick={list.reload}>Read again</Button>}>What operators did, the last hundred.{desk && ` What you do here is on record as done by ${desk.by}.`}</PageHead>
      <Panel title="Operations">
        <Loaded from={list}>
          {({ operations }) => (
            <Table caption="What was done by hand" rows={operations} keyOf={({ at, subject, what }) => `${at} ${what} ${subject}`} empty="Nothing was done by hand." columns={[
              { head: 'when', cell: ({ at }) => dateTime(at) }, { head: 'who', cell: ({ by }) => by }, { head: 'what', cell: ({ what }) => what.replace('_', ' ') },
              { head: 'to', cell: ({ subject }) => <span className="mono break">{subject}</span> }, { head: 'why', cell: ({ reason = '' }) => <span className="break">{reason}</span> },
            ]} />
          )}
        </Loaded>
      </Panel>
    </>
  );
}
