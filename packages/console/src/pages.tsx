// Every page by its path, in the order of the menu; one without a label is reached through another.
import type { ComponentType } from 'react';
import { LivePage } from './pages/live/live-page.tsx';

export interface PageEntry {
  readonly path: string;
  readonly label?: string;
  readonly page: ComponentType;
}

export const pages: readonly PageEntry[] = [
  { path: '/', label: 'Live', page: LivePage },
];
