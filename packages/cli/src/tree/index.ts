// Every verb of the command, under the heading and in the order in which help lists them.
import type { VerbFace, VerbGroup } from '../verb.ts';
import { beginVerbs } from './begin.ts';
import { deployVerbs } from './deploy.ts';
import { moveVerbs } from './move.ts';
import { payVerbs } from './pay.ts';
import { repairVerbs } from './repair.ts';
import { watchVerbs } from './watch.ts';

export const verbTree: readonly VerbGroup[] = [beginVerbs, payVerbs, watchVerbs, moveVerbs, repairVerbs, deployVerbs];

export const allVerbs: readonly VerbFace[] = verbTree.flatMap(({ verbs }) => verbs);

/** What the first words of `keys create` and its like stand for. */
export const wordAbout: Readonly<Record<string, string>> = {
  payments: 'payments of a merchant',
  keys: 'API keys of merchants',
  dlq: 'dead letters, and payments that were set aside',
  webhooks: 'what is to be told to webhook endpoints and operators',
};
