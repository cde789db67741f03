// Verbs that look and change nothing.
import type { VerbGroup } from '../verb.ts';

export const watchVerbs: VerbGroup = {
  heading: 'Watch',
  verbs: [
    {
      name: 'status', about: 'say which region is active and how its ledgers stand; exit 1 while a move or its healing is under way, or a ledger is away',
      examples: ['status'],
      load: async () => (await import('../verbs/status.ts')).status,
    },
    {
      name: 'regions', about: 'both regions side by side: role, health, ledger, dead letters, and what the detectors see; exit 1 if one of them is not well',
      examples: ['regions'],
      load: async () => (await import('../verbs/regions.ts')).regionsSideBySide,
    },
    {
      name: 'epoch', about: 'who may settle, since when and why, with the story of the move that made it so',
      examples: ['epoch --json'],
      load: async () => (await import('../verbs/epoch.ts')).epoch,
    },
    {
      name: 'operations', about: 'what operators did by hand, newest first',
      options: [{ flags: '--limit <count>', about: 'at most so many', byDefault: '50', whole: { least: 1, most: 1000 } }],
      examples: ['operations --limit 10'],
      load: async () => (await import('../verbs/operations.ts')).operations,
    },
    {
      name: 'console', about: 'say where the console of the twin is; or, with --aws, serve the same pages of payments, dead letters and audit here over a deployment, until Ctrl-C',
      options: [
        { flags: '--aws', about: 'of the deployment that --config names; what can be done is what your own credentials allow' },
        { flags: '--port <port>', about: 'with --aws: where, on this machine only', byDefault: '4690', whole: { least: 0, most: 65_535 } },
      ],
      examples: ['console --aws --config addresses.json'],
      load: async () => (await import('../verbs/console.ts')).consoleOf,
    },
  ],
};
