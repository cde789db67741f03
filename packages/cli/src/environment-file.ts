// The configuration of a deployment, read for verbs that work from it. What it may hold is known to infra alone.
import { readFile } from 'node:fs/promises';
import { ConfigFault, readDeployment } from '@understudy/infra';
import type { Deployment } from '@understudy/infra';
import { usageFault } from './exit.ts';

export async function readEnvironment(file: string): Promise<Deployment> {
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
