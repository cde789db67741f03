// Environments built in memory for tests and gates: with empty code, because bundles are another test's concern.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws_lambda as lambda } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { buildApp } from './app.ts';
import type { Built } from './app.ts';
import { readDeployment } from './config/config.ts';

export const base = { environmentSuffix: 'dev', account: '111122223333', acquirer: { live: 'https://acquirer.example.com', test: 'https://sandbox.example.com' } } as const;

/** What is deployed in more than one shape: each is synthesized and checked. */
export const configurations: Readonly<Record<string, object>> = {
  default: base,
  domain: { ...base, domain: { hostedZoneId: 'Z0123456789ABC', zoneName: 'example.com' } },
  production: { ...base, environmentSuffix: 'prod', production: true },
  eventual: { ...base, consistency: 'eventual' },
  'engine 14': { ...base, ledger: { engineVersion: '14.22' } },
  approval: { ...base, failoverPolicy: 'approval', tracing: 'opentelemetry', network: { interfaceEndpoints: ['sqs', 'secretsmanager'] }, dns: { routing: 'weighted' } },
};

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

export interface Assembly {
  readonly stacks: Built['stacks'];
  /** By the stack's purpose and region, in the order of deployment. */
  readonly templates: ReadonlyMap<string, Template>;
}

/** `prepare` may add to the app before it is synthesized; the folder is gone afterwards. */
export function synthesize<T>(configuration: object, props: AppProps, use: (built: Built & { readonly outdir: string }) => T): T {
  const outdir = mkdtempSync(join(tmpdir(), 'understudy-infra-'));
  try {
    writeFileSync(join(outdir, 'index.mjs'), 'export const handler = async () => {};\n');
    const built = buildApp(readDeployment(configuration), () => lambda.Code.fromAsset(outdir, { exclude: ['out'] }), { outdir: join(outdir, 'out'), ...props });
    return use({ ...built, outdir: join(outdir, 'out') });
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const known = new Map<object, Assembly>();

/** Without the validation that the gate makes, and without what only a person reads. */
export function assemblyOf(configuration: object): Assembly {
  const seen = known.get(configuration);
  if (seen) return seen;
  const assembly = synthesize(configuration, { builtinCloudFormationValidation: false, treeMetadata: false, stackTraces: false }, ({ app, stacks, outdir }): Assembly => {
    app.synth();
    return { stacks, templates: new Map(stacks.map((stack) => [stack.artifactId, JSON.parse(readFileSync(join(outdir, stack.templateFile), 'utf8')) as Template])) };
  });
  known.set(configuration, assembly);
  return assembly;
}

export interface Found extends Resource {
  readonly stack: string;
  readonly id: string;
}

export const resourcesOf = (assembly: Assembly, type?: string): readonly Found[] =>
  [...assembly.templates].flatMap(([stack, template]) => Object.entries(template.Resources ?? {}).map(([id, resource]) => ({ stack, id, ...resource }))).filter((one) => type === undefined || one.Type === type);

