// Every verb, in the order in which help lists them.
import type { AddVerb } from '../verb.ts';
import { audit } from './audit.ts';
import { dlq } from './dlq.ts';
import { keys } from './keys.ts';
import { moves } from './moves.ts';
import { operations } from './operations.ts';
import { status } from './status.ts';
import { webhooks } from './webhooks.ts';

export const verbs: readonly AddVerb[] = [status, moves, audit, dlq, keys, operations, webhooks];
