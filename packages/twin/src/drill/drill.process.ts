// `npm run drill` for a parent that may die: then it ends, and with it the twin that it started.
process.once('disconnect', () => process.exit(1));
if (process.send !== undefined && !process.connected) process.exit(1);
await import('./main.ts');
export {};
