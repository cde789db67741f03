// `npm run terraform`: the same deployment for teams that are standardised on Terraform. Writes one JSON file that
// deploys each synthesized template as a CloudFormation stack, in the same order.
// Invariant: the templates are the deployment; nothing is described twice, and nothing here knows what they hold.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: { readonly stackName?: string; readonly templateFile?: string; readonly stackTemplateAssetObjectUrl?: string; readonly tags?: Readonly<Record<string, string>> };
}

/** As much of an assembly's manifest as is needed. */
export interface Manifest {
  readonly artifacts: Readonly<Record<string, Artifact>>;
}

const STACK = 'aws:cloudformation:stack';

/** `s3://bucket/key` as the address that CloudFormation reads. */
const httpsOf = (url: string, region: string, account: string): string => {
  const { host, pathname } = new URL(url.replaceAll('${AWS::AccountId}', account).replaceAll('${AWS::Region}', region));
  return `https://${host}.s3.${region}.amazonaws.com${pathname}`;
};

/** The configuration of Terraform, as its JSON syntax has it. */
export function terraformOf(manifest: Manifest): object {
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === STACK);
  const regionOf = ({ environment = '' }: Artifact): string => environment.split('/').at(-1) ?? '';
  const accountOf = ({ environment = '' }: Artifact): string => environment.split('/').at(-2) ?? '';
  const regions = [...new Set(stacks.map(([, artifact]) => regionOf(artifact)))];
  const ids = new Set(stacks.map(([id]) => id));
  return {
    terraform: { required_version: '>= 1.5', required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.0' } } },
    provider: { aws: regions.map((region) => ({ alias: region, region })) },
    resource: {
      aws_cloudformation_stack: Object.fromEntries(stacks.map(([id, artifact]) => [id, {
        provider: `aws.${regionOf(artifact)}`,
        name: artifact.properties?.stackName ?? id,
        // Templates are larger than the API takes inline: they are published first, by `npx cdk publish-assets`.
        template_url: httpsOf(artifact.properties?.stackTemplateAssetObjectUrl ?? '', regionOf(artifact), accountOf(artifact)),
        capabilities: ['CAPABILITY_NAMED_IAM'],
        tags: artifact.properties?.tags ?? {},
        depends_on: (artifact.dependencies ?? []).filter((dependency) => ids.has(dependency)).map((dependency) => `aws_cloudformation_stack.${dependency}`),
      }])),
    },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { assembly: { type: 'string', default: 'cdk.out' }, out: { type: 'string', default: 'cdk.out/terraform' } } });
  const manifest = JSON.parse(readFileSync(join(values.assembly, 'manifest.json'), 'utf8')) as Manifest;
  mkdirSync(values.out, { recursive: true });
  const file = join(resolve(values.out), 'main.tf.json');
  writeFileSync(file, `${JSON.stringify(terraformOf(manifest), null, 2)}\n`);
  process.stdout.write(`${file}\n`);
}
