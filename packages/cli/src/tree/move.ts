// Verbs that move the active role.
import type { VerbGroup } from '../verb.ts';
import { reason, regionNames, yes } from './shared.ts';

export const moveVerbs: VerbGroup = {
  heading: 'Move the active role',
  verbs: [
    {
      name: 'failover', about: 'make the other region active without waiting for the one that is, then watch; exit 1 if it was refused',
      options: [{ flags: '--to <region>', about: 'the one that is not active, if left out', oneOf: regionNames }, reason('failover by hand'), yes],
      examples: ['failover --to us-east-2 --reason "us-east-1 is lost" --yes'],
      load: async () => (await import('../verbs/moves.ts')).failover,
    },
    {
      name: 'failback', about: 'make us-east-1 active again, draining first so that nothing is lost, then watch; exit 1 if it was refused or turned back',
      options: [reason('failback by hand'), yes],
      examples: ['failback --yes'],
      load: async () => (await import('../verbs/moves.ts')).failback,
    },
    {
      name: 'approve', about: 'carry out the failover that the detectors ask for under the policy of approval; exit 1 if nobody asks',
      options: [reason('approved'), yes],
      examples: ['approve --yes'],
      load: async () => (await import('../verbs/moves.ts')).approve,
    },
  ],
};
