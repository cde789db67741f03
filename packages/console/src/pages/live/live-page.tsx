// The whole system at a glance.
import type { ReactNode } from 'react';
import { useTwin } from '../../data/twin.tsx';
import { Loading, PageHead } from '../../ui/index.ts';

export function LivePage(): ReactNode {
  const { state } = useTwin();
  if (!state) return <Loading />;
  return <PageHead title="Live">{state.epoch?.activeRegion} settles</PageHead>;
}
