// The one digest: fingerprints, API keys and the acquirer's keys are all made with it.
import { hash } from 'node:crypto';
import type { Digest } from '@understudy/core';

export const sha256Hex: Digest = (text) => hash('sha256', text, 'hex');
