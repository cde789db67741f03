// Every page by its path, in the order of the menu; one without a label is reached through another.
import type { ComponentType } from 'react';
import type { DeskAbout } from './contract/index.ts';
import { DrillsPage } from './pages/drills/drills-page.tsx';
import { LivePage } from './pages/live/live-page.tsx';
import { LoadPage } from './pages/load/load-page.tsx';
import { AuditPage } from './pages/money/audit-page.tsx';
import { DeadLettersPage } from './pages/money/dead-letters-page.tsx';
import { OperationsPage } from './pages/money/operations-page.tsx';
import { PaymentPage } from './pages/money/payment-page.tsx';
import { PaymentsPage } from './pages/money/payments-page.tsx';
import { SessionsPage } from './pages/money/sessions-page.tsx';
import './pages/pages.css';

export interface PageEntry {
  readonly path: string;
  readonly label?: string;
  readonly page: ComponentType;
  /** Nothing of a deployment can be shown there. */
  readonly ofTwinOnly?: true;
}

/** Those that what is served behind them can fill; the first of them is the way in. */
export const pagesOf = (of: DeskAbout['of']): readonly PageEntry[] =>
  (of === 'twin' ? pages : [{ path: '/', page: PaymentsPage }, ...pages.filter(({ ofTwinOnly }) => ofTwinOnly !== true)]);

export const pages: readonly PageEntry[] = [
  { path: '/', label: 'Live', page: LivePage, ofTwinOnly: true },
  { path: '/payments', label: 'Payments', page: PaymentsPage },
  { path: '/payments/:merchant/:id', page: PaymentPage },
  { path: '/sessions', label: 'Sessions', page: SessionsPage },
  { path: '/dead-letters', label: 'Dead letters', page: DeadLettersPage },
  { path: '/audit', label: 'Audit', page: AuditPage },
  { path: '/operations', label: 'By hand', page: OperationsPage },
  { path: '/load', label: 'Load', page: LoadPage, ofTwinOnly: true },
  { path: '/drills', label: 'Drills', page: DrillsPage, ofTwinOnly: true },
];
