// The client library with the addresses at hand, and what its two ways of failing mean for a person.
// Invariant: the key is never an argument, which other users of the machine could read, and never said.
import { readFile } from 'node:fs/promises';
import { PaymentClient, PaymentError, UnansweredError } from '@understudy/api/client';
import { refused, unreachable, usageFault } from './exit.ts';
import type { Desk } from './verb.ts';

export interface KeyOptions {
  readonly keyFile?: string;
}

export async function clientOf(desk: Desk, options: KeyOptions): Promise<PaymentClient> {
  const { api } = await desk.addresses();
  if (!api) throw usageFault('the addresses name no API; `understudy addresses` makes a file that does');
  const { regions, name, keyFile } = api;
  const apiKey = await keyOf({ chosenFile: options.keyFile, inEnvironment: desk.environment['UNDERSTUDY_API_KEY'], twinsFile: keyFile });
  return new PaymentClient({ endpoints: [regions['us-east-1'], regions['us-east-2'], ...(name === undefined ? [] : [name])], apiKey });
}

interface KeySources {
  readonly chosenFile: string | undefined;
  readonly inEnvironment: string | undefined;
  /** The last resort: only who may read the twin's folder has its key. */
  readonly twinsFile: string | undefined;
}

async function keyOf({ chosenFile, inEnvironment, twinsFile }: KeySources): Promise<string> {
  const file = chosenFile ?? (inEnvironment === undefined ? twinsFile : undefined);
  const text = file === undefined ? inEnvironment : await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined && /^[\x21-\x7e]{1,200}$/.test(text.trim())) return text.trim();
  if (text !== undefined) throw usageFault(`what ${file ?? 'UNDERSTUDY_API_KEY'} holds is no API key`);
  throw usageFault(file === undefined ? 'an API key is needed: set UNDERSTUDY_API_KEY or name a file with --key-file; `understudy keys create --merchant ID` makes one' : `${file} cannot be read; --key-file names a file with an API key`);
}

/** Runs one call of the client; a definite no is exit 1 (2 where the request itself is wrong), no answer is exit 3. */
export async function asked<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof PaymentError) throw error.code === 'invalid_request' ? usageFault(error.message) : refused(`${error.message} (${error.code})${keyAdvice(error)}`);
    if (error instanceof UnansweredError) throw unreachable(`${error.message}: give it again`);
    throw error;
  }
}

export const isAboutTheKey = ({ code }: PaymentError): boolean => code === 'unauthorized' || code === 'forbidden';

const keyAdvice = (error: PaymentError): string => (isAboutTheKey(error) ? '; `understudy keys list --merchant ID` shows what keys may do' : '');
