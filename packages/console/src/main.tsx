// Draws the console into the page.
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { TwinProvider, WithoutTwin } from './data/twin.tsx';
import { DeskProvider, useDesk } from './data/use-desk.tsx';
import './styles.css';
import { applyTheme } from './ui/theme-switch.tsx';
import { ToastProvider } from './ui/toast.tsx';

applyTheme();
const root = document.getElementById('root');
if (!root) throw new Error('index.html holds an element with the id root');
createRoot(root).render(<ToastProvider><DeskProvider><Root /></DeskProvider></ToastProvider>);

/** A twin is assumed until the server says otherwise, so that its pages wait for nothing. */
function Root(): ReactNode {
  const { value: desk } = useDesk();
  const Around = desk?.of === 'deployment' ? WithoutTwin : TwinProvider;
  return <Around><App /></Around>;
}
