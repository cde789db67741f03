// Draws the console into the page.
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { TwinProvider } from './data/twin.tsx';
import { DeskProvider } from './data/use-desk.tsx';
import './styles.css';
import { applyTheme } from './ui/theme-switch.tsx';
import { ToastProvider } from './ui/toast.tsx';

applyTheme();
const root = document.getElementById('root');
if (!root) throw new Error('index.html holds an element with the id root');
createRoot(root).render(<ToastProvider><TwinProvider><DeskProvider><App /></DeskProvider></TwinProvider></ToastProvider>);
