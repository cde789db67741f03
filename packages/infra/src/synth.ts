// `npm run synth`: writes the templates of one environment to cdk.out, offline and without an account's help.
// `--config FILE` names another configuration than the one for trying things out; `--out FOLDER` another folder.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { aws_lambda as lambda } from 'aws-cdk-lib';
import { bundleFunctions } from '@understudy/functions/bundle';
import { functions } from '@understudy/functions/manifest';
import type { FunctionName } from '@understudy/functions/manifest';
import { buildApp } from './app.ts';
import { ConfigFault, readDeployment } from './config/config.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

const { values } = parseArgs({ options: { config: { type: 'string', default: join(root, 'packages/infra/environments/dev.json') }, out: { type: 'string', default: join(root, 'cdk.out') } } });

const bundles = await bundleFunctions(join(root, '.bundles'));
const isFunction = (name: string): name is FunctionName => functions.some((spec) => spec.name === name);
const codeOf = (name: string): lambda.Code => {
  if (!isFunction(name)) throw new Error(`there is no bundle of ${name}`);
  // Beside the code lie what says how it was made and its map; neither is deployed.
  return lambda.Code.fromAsset(dirname(bundles[name]), { exclude: ['stamp.json', '*.map'] });
};

try {
  const deployment = readDeployment(JSON.parse(readFileSync(values.config, 'utf8')));
  // An older assembly only: whatever else is there is not ours.
  if (existsSync(join(values.out, 'manifest.json'))) rmSync(values.out, { recursive: true });
  const { app, stacks } = buildApp(deployment, codeOf, { outdir: resolve(values.out) });
  app.synth();
  process.stdout.write(`${stacks.map((stack) => stack.stackName).join('\n')}\n`);
} catch (error) {
  if (!(error instanceof ConfigFault)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
