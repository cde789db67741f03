// The frame around one subject, and lists of its facts.
import { useId } from 'react';
import type { ReactNode } from 'react';

export interface PanelProps {
  readonly title: ReactNode;
  /** Beside the title: badges. */
  readonly aside?: ReactNode;
  /** At the far end of the title: buttons. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Panel({ title, aside, actions, children }: PanelProps): ReactNode {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
        {actions && <div className="actions row">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

export interface PageHeadProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

export const PageHead = ({ title, children, actions }: PageHeadProps): ReactNode => (
  <header className="page-head">
    <h1>{title}</h1>
    {children && <p className="dim">{children}</p>}
    {actions && <div className="actions row">{actions}</div>}
  </header>
);

export type FactEntries = readonly (readonly [name: string, value: ReactNode])[];

export const Facts = ({ entries }: { readonly entries: FactEntries }): ReactNode => (
  <dl className="facts">
    {entries.map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>)}
  </dl>
);
