// The bundles that are measured: ours as they are deployed, and baselines bundled as their own documentation does it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';
import { bundleFunctions } from '@understudy/functions/bundle';
import type { Bench } from '../benchmark.ts';

export type Bundles = Awaited<ReturnType<typeof bundleFunctions>>;

export const ourBundles = ({ folder }: Pick<Bench, 'folder'>): Promise<Bundles> => bundleFunctions(join(folder, 'bundles'));

export const baselines = ['powertools-accept', 'naive-accept'] as const;

/** As esbuild is called in most projects: CommonJS in, everything that is imported, not minified. */
export async function baselineBundle({ folder }: Pick<Bench, 'folder'>, name: (typeof baselines)[number]): Promise<string> {
  const outfile = join(folder, 'baselines', `${name}.cjs`);
  const entry = fileURLToPath(new URL(`../baselines/${name}.ts`, import.meta.url));
  // An optional part of Powertools that is not installed here: the stand-in for it does less.
  const alias = { '@aws-sdk/util-dynamodb': fileURLToPath(new URL('../baselines/util-dynamodb.ts', import.meta.url)) };
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', target: 'node24', format: 'cjs', sourcemap: 'external', logLevel: 'silent', alias });
  await stop();
  return outfile;
}

/** The environment of the accepting function, ours or a baseline. */
export const acceptEnvironment = (journalEndpoint: string, queueEndpoint: string): Readonly<Record<string, string>> => {
  const queue = { url: `${queueEndpoint}/000000000000/payments`, endpoint: queueEndpoint };
  return {
    AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench',
    REGION: 'us-east-1', JOURNAL_TABLE: 'understudy-journal', DYNAMODB_ENDPOINT: journalEndpoint, DYNAMODB_PEER_ENDPOINT: journalEndpoint,
    QUEUES: JSON.stringify({ 'us-east-1': queue, 'us-east-2': queue }),
    SIGNING_KEYS: JSON.stringify({ signs: 'a', a: Buffer.alloc(32, 7).toString('base64') }),
    // Of the baselines.
    AWS_ENDPOINT_URL_DYNAMODB: journalEndpoint, AWS_ENDPOINT_URL_SQS: queueEndpoint, QUEUE_URL: queue.url, IDEMPOTENCY_TABLE: 'idempotency',
    POWERTOOLS_SERVICE_NAME: 'accept', POWERTOOLS_METRICS_NAMESPACE: 'PaymentProcessing', AWS_XRAY_CONTEXT_MISSING: 'IGNORE_ERROR',
  };
};
