// What is served behind these pages, a twin or a deployment; asked once for all of them.
import { createContext, useContext } from 'react';
import type { ReactNode } from 'react';
import type { DeskAbout } from '../contract/index.ts';
import { useResource } from './use-resource.ts';
import type { Resource } from './use-resource.ts';

const DeskContext = createContext<Resource<DeskAbout> | undefined>(undefined);

/** Merchants appear as they pay. */
const EVERY_MS = 15_000;

export function DeskProvider({ children }: { readonly children: ReactNode }): ReactNode {
  return <DeskContext value={useResource<DeskAbout>('/desk/about', { everyMs: EVERY_MS })}>{children}</DeskContext>;
}

export function useDesk(): Resource<DeskAbout> {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useDesk stands inside a DeskProvider');
  return desk;
}
