// Options that several verbs have. Names of regions are written out, because core takes longer to load than help may.
import type { Region } from '@understudy/core';
import type { OptionFace } from '../verb.ts';

export const regionNames: readonly Region[] = ['us-east-1', 'us-east-2'];

export const yes: OptionFace = { flags: '--yes', about: 'do not ask first' };

export const reason = (byDefault: string): OptionFace => ({ flags: '--reason <text>', about: 'why, for whoever asks later', byDefault });

export const environment: OptionFace = {
  flags: '--environment <file>', about: 'the configuration of the environment, as docs/deploy.md describes it; that of packages/infra/environments/dev.json if left out',
};

export const dryRun: OptionFace = { flags: '--dry-run', about: 'print the commands and run none' };

export const keyFile: OptionFace = { flags: '--key-file <file>', about: 'a file with the API key; without it UNDERSTUDY_API_KEY, then the key of the twin' };
