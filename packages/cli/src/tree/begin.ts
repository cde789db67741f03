// Verbs to begin with: a twin, breaking it, and the shell's completion.
import type { VerbGroup } from '../verb.ts';

/** Started with `npx understudy`, like `npm start` and `npm run drill`; options and their defaults are theirs. */
export const beginVerbs: VerbGroup = {
  heading: 'Begin',
  verbs: [
    {
      name: 'up', about: 'start a twin, two regions on this machine, and keep it until Ctrl-C; the same as npm start',
      options: [
        { flags: '--port <base>', about: 'first of its ports', byDefault: '4600', whole: { least: 1024, most: 65_515 } },
        { flags: '--data-dir <folder>', about: 'where everything is kept', byDefault: '.understudy' },
        { flags: '--fresh', about: 'begin with empty data' },
        { flags: '--timing <name>', about: 'how fast the clocks tick', byDefault: 'fast', oneOf: ['fast', 'aws'] },
        { flags: '--failover <policy>', about: 'whether a lost region is replaced by itself', byDefault: 'automatic', oneOf: ['automatic', 'approval'] },
        { flags: '--webhooks <targets>', about: 'where webhooks may go; any is for tests, also http and this machine', byDefault: 'public', oneOf: ['public', 'any'] },
      ],
      examples: ['up --fresh'],
      load: async () => (await import('../verbs/up.ts')).up,
    },
    {
      name: 'drill', about: 'break a twin of its own under load and check every promise; or, with --aws, take something from a region of a deployment; exit 1 if a promise was broken',
      arguments: [{ name: '[name]', about: 'which, or all; left out, they are listed' }],
      options: [
        { flags: '--seed <number>', about: 'the same seed breaks the same things', byDefault: '1', whole: { least: 0, most: 2_147_483_647 } },
        { flags: '--rate <count>', about: 'payments a second', byDefault: '100', whole: { least: 1, most: 1000 } },
        { flags: '--scale <factor>', about: 'stretches pauses and patience, from 0.2 to 10', byDefault: '1' },
        { flags: '--html <file>', about: 'write a page with the timeline and the figures; for all drills, a folder of them' },
        { flags: '--junit <file>', about: 'write the verdict for a build server' },
        { flags: '--aws', about: 'an experiment of the Fault Injection Service, which gives back by itself what it takes' },
        { flags: '--region <region>', about: 'with --aws: from which region', oneOf: ['us-east-1', 'us-east-2'] },
        { flags: '--environment <file>', about: 'with --aws: the configuration of the environment, as for deploy' },
        { flags: '--dry-run', about: 'with --aws: print the commands and run none' },
        { flags: '--yes', about: 'with --aws: do not ask first' },
      ],
      examples: ['drill region-loss --rate 50', 'drill network --aws --region us-east-1 --dry-run'],
      load: async () => (await import('../verbs/drill.ts')).drill,
    },
    {
      name: 'completion', about: 'print what makes a shell complete this command',
      arguments: [{ name: '<shell>', about: 'which shell', oneOf: ['bash', 'zsh', 'fish'] }],
      examples: ['completion bash > ~/.local/share/bash-completion/completions/understudy'],
      load: async () => (await import('../verbs/completion.ts')).completion,
    },
  ],
};
