// The load generator by itself; it stands on the live page as well.
import type { ReactNode } from 'react';
import { PageHead } from '../../ui/index.ts';
import { LoadPanel } from './load-panel.tsx';

export const LoadPage = (): ReactNode => (
  <>
    <PageHead title="Load">Traffic to look at. It is never on by itself, and ends with the twin.</PageHead>
    <LoadPanel />
  </>
);
