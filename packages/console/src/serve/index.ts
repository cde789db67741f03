export { whyForeign } from './foreign.ts';
export { Pages } from './pages.ts';
export { serveConsole } from './console-server.ts';
export type { ConsoleServer } from './console-server.ts';
