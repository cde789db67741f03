// Verbs of a deployment to AWS. They run the pinned CDK and the AWS command line, with the credentials of the shell.
import type { VerbGroup } from '../verb.ts';
import { dryRun, environment, yes } from './shared.ts';

export const deployVerbs: VerbGroup = {
  heading: 'Deploy',
  verbs: [
    {
      name: 'plan', about: 'how long a lost region would be felt, phase by phase, and what could be lost: from the configuration and published timings',
      options: [
        environment,
        { flags: '--approval-minutes <minutes>', about: 'how long a person takes at most, under the policy of approval', byDefault: '15', whole: { least: 1, most: 1440 } },
        { flags: '--seed <number>', about: 'the same seed gives the same figures', byDefault: '1', whole: { least: 0, most: 2_147_483_647 } },
      ],
      examples: ['plan --environment packages/infra/environments/dev.json'],
      load: async () => (await import('../verbs/plan.ts')).plan,
    },
    {
      name: 'cost', about: 'an estimate of a month, line by line, from the configuration and a number of payments',
      options: [environment, { flags: '--payments <count>', about: 'payments a month', byDefault: '1000000', whole: { least: 0, most: Number.MAX_SAFE_INTEGER } }],
      examples: ['cost --payments 1000000'],
      load: async () => (await import('../verbs/cost.ts')).cost,
    },
    {
      name: 'diff', about: 'what a deployment would change; exit 1 if anything',
      options: [environment, dryRun],
      examples: ['diff --environment packages/infra/environments/dev.json'],
      load: async () => (await import('../verbs/deploy.ts')).diff,
    },
    {
      name: 'deploy', about: 'deploy every stack in its order, the standby\'s service first; the first that fails ends it, and the same command goes on from there',
      options: [environment, { flags: '--only <stacks...>', about: 'these alone, such as service-us-east-2: while a region is lost, those of the other one' }, dryRun, yes],
      examples: ['deploy --environment packages/infra/environments/dev.json --dry-run'],
      load: async () => (await import('../verbs/deploy.ts')).deploy,
    },
    {
      name: 'destroy', about: 'remove every stack, in the opposite order, once the environment\'s suffix was typed in',
      options: [environment, dryRun],
      examples: ['destroy --environment packages/infra/environments/dev.json --dry-run'],
      load: async () => (await import('../verbs/deploy.ts')).destroy,
    },
    {
      name: 'addresses', about: 'make the file for --config, from the configuration and the outputs of the deployed stacks',
      options: [environment, { flags: '--out <file>', about: 'where to; standard output if left out' }, dryRun],
      examples: ['addresses --out dev.addresses.json'],
      load: async () => (await import('../verbs/addresses.ts')).addressesOfDeployment,
    },
  ],
};
