// Every verb, in the order in which help lists them.
import type { AddVerb } from '../verb.ts';
import { audit } from './audit.ts';
import { status } from './status.ts';

export const verbs: readonly AddVerb[] = [status, audit];
