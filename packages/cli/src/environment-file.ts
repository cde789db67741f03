// The configuration of a deployment, read for verbs that work from it. What it may hold is known to infra alone.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigFault, readDeployment } from '@understudy/infra';
import type { Deployment } from '@understudy/infra';
import { usageFault } from './exit.ts';
import { inRepository } from './tools.ts';

/** The one to begin with, wherever the command is given. */
const FIRST = inRepository('packages/infra/environments/dev.json');

export const environmentFile = (named: string | undefined): string => (named === undefined ? FIRST : resolve(named));

/** `named`: by --environment. */
export async function readEnvironment(named: string | undefined): Promise<Deployment> {
  const file = environmentFile(named);
  const text = await readFile(file, 'utf8').catch(() => {
    throw usageFault(`${file} cannot be read; --environment names the configuration of an environment, see docs/deploy.md`);
  });
  try {
    return readDeployment(JSON.parse(text));
  } catch (error) {
    if (error instanceof ConfigFault) throw usageFault(`${file}: ${error.message}`);
    if (error instanceof SyntaxError) throw usageFault(`${file} is no JSON`);
    throw error;
  }
}
