// Verbs that find and mend what went wrong, and those for keys and webhooks.
import type { Scope } from '@understudy/core';
import type { VerbGroup } from '../verb.ts';
import { reason } from './shared.ts';

const scopeNames = ['payments:write', 'payments:read', 'admin'] as const satisfies readonly Scope[];
const keyArgument = { name: '<key>', about: 'its id as keys list shows it, or the key itself' } as const;
const merchantOf = (about: string) => ({ flags: '--merchant <id>', about, required: true }) as const;

export const repairVerbs: VerbGroup = {
  heading: 'Find and mend',
  verbs: [
    {
      name: 'audit', about: 'compare what journal, ledger and acquirer say of every payment; exit 1 if they differ',
      options: [
        { flags: '--since <time>', about: 'only payments that changed at or after this time, such as 2026-01-31T00:00:00Z' },
        { flags: '--quiet <seconds>', about: 'what changed this recently is in flight and not compared', byDefault: '60', whole: { least: 0, most: 999_999 } },
        { flags: '--void-orphans', about: 'give back each charge that lost its decision, once a second look says that it still stands' },
      ],
      examples: ['audit --since 2026-01-31T00:00:00Z'],
      load: async () => (await import('../verbs/audit.ts')).audit,
    },
    {
      name: 'dlq list', about: 'dead letters and payments that were set aside, by name; exit 1 if there are any, 3 if a region does not answer',
      examples: ['dlq list'],
      load: async () => (await import('../verbs/dlq.ts')).list,
    },
    {
      name: 'dlq show', about: 'what is known of a dead letter, or of a payment that was set aside',
      arguments: [{ name: '<name>', about: 'as dlq list prints it' }],
      examples: ['dlq show payment:demo:order-1'],
      load: async () => (await import('../verbs/dlq.ts')).show,
    },
    {
      name: 'dlq redrive', about: 'bring letters back to their queue, and try payments once more; safe at any time, however old they are',
      arguments: [{ name: '[names...]', about: 'as dlq list prints them' }],
      options: [{ flags: '--all', about: 'all of them, in both regions' }],
      examples: ['dlq redrive --all'],
      load: async () => (await import('../verbs/dlq.ts')).redrive,
    },
    {
      name: 'dlq discard', about: 'throw letters away, and decide payments as failed with the code `discarded`: for good',
      arguments: [{ name: '<names...>', about: 'as dlq list prints them' }],
      options: [{ flags: '--reason <text>', about: 'why; kept on record', required: true }],
      examples: ['dlq discard payment:demo:order-1 --reason "test data"'],
      load: async () => (await import('../verbs/dlq.ts')).discard,
    },
    {
      name: 'keys create', about: 'make a key and print it, this once',
      options: [
        merchantOf('whose key; a merchant exists by having one'),
        { flags: '--live', about: 'a live key; without it a test key, which never reaches a live acquirer' },
        { flags: '--scope <scope...>', about: 'what it may do', byDefault: ['payments:write', 'payments:read'], oneOf: scopeNames },
        { flags: '--name <name>', about: 'what its owner calls it' },
      ],
      examples: ['keys create --merchant shop --live --name "till 1"'],
      load: async () => (await import('../verbs/keys.ts')).create,
    },
    {
      name: 'keys list', about: 'the keys of a merchant, newest first; one made moments ago may be missing',
      options: [merchantOf('whose keys')],
      examples: ['keys list --merchant shop'],
      load: async () => (await import('../verbs/keys.ts')).list,
    },
    {
      name: 'keys revoke', about: 'refuse a key in both regions, within seconds and for ever',
      arguments: [keyArgument],
      options: [reason('revoked')],
      examples: ['keys revoke key_0123456789abcdef --reason leaked'],
      load: async () => (await import('../verbs/keys.ts')).revoke,
    },
    {
      name: 'keys rotate', about: 'make a new key in place of another, which works on for the overlap',
      arguments: [keyArgument],
      options: [{ flags: '--overlap <hours>', about: 'how long the old key still works, at most 720', byDefault: '24' }, reason('rotated')],
      examples: ['keys rotate key_0123456789abcdef --overlap 48'],
      load: async () => (await import('../verbs/keys.ts')).rotate,
    },
    {
      name: 'webhooks list', about: 'deliveries, the latest first, with what their targets last answered; exit 1 if any dead ones are listed',
      options: [
        { flags: '--state <state>', about: 'which', byDefault: 'dead', oneOf: ['dead', 'pending', 'told'] },
        { flags: '--limit <count>', about: 'at most so many', byDefault: '50', whole: { least: 1, most: 1000 } },
      ],
      examples: ['webhooks list --state pending'],
      load: async () => (await import('../verbs/webhooks.ts')).list,
    },
    {
      name: 'webhooks redeliver', about: 'tell a delivery again, or all that were given up; each under its old id',
      arguments: [{ name: '[delivery]', about: 'as webhooks list shows it' }],
      options: [{ flags: '--all', about: 'all that were given up' }],
      examples: ['webhooks redeliver --all'],
      load: async () => (await import('../verbs/webhooks.ts')).redeliver,
    },
  ],
};
