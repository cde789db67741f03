/**
 * The acquirer sandbox as a process of its own: configuration in argv[2], `ready` over IPC, and no life without a parent.
 *
 * Invariant: it ends when its parent does, however that happens; the record needs no orderly end.
 */
import { createAcquirer } from './acquirer.ts';

function readConfiguration(text: string | undefined): { port: number; dataDir: string } {
  const value: unknown = JSON.parse(text ?? 'null');
  const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { port, dataDir } = fields;
  if (typeof port !== 'number' || typeof dataDir !== 'string') {
    throw new Error('usage: acquirer.process.ts \'{"port":number,"dataDir":string}\'');
  }
  return { port, dataDir };
}

const { port, dataDir } = readConfiguration(process.argv[2]);
const acquirer = createAcquirer({ dataDir });

async function stop(): Promise<void> {
  await acquirer.close();
  process.exit(0);
}

process.once('SIGTERM', () => void stop());
process.once('disconnect', () => process.exit(0));
// The parent may have gone while the modules were loading, before anyone listened.
if (process.send !== undefined && !process.connected) process.exit(0);
const listening = await acquirer.listen(port);
process.send?.({ event: 'ready', port: listening });
