// The Terraform entry: that it names every stack once, in order; and, where the provider's plugin lies on this machine,
// that Terraform itself finds nothing wrong with it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { terraformOf } from './terraform.ts';
import type { Manifest } from './terraform.ts';
import { base, synthesize } from './test-support.ts';

interface Written {
  readonly resource: { readonly aws_cloudformation_stack: Readonly<Record<string, { readonly name: string; readonly provider: string; readonly template_url: string; readonly depends_on: readonly string[] }>> };
}

const { manifest, order } = synthesize(base, { builtinCloudFormationValidation: false }, ({ app, stacks, outdir }) => {
  app.synth();
  return { manifest: JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8')) as Manifest, order: stacks.map((stack) => stack.artifactId) };
});
const written = terraformOf(manifest) as Written;
const stacks = written.resource.aws_cloudformation_stack;

test('D4: the Terraform entry -> every stack once, in its region, from its published template', () => {
  expect(Object.keys(stacks).sort()).toEqual([...order].sort());
  for (const [id, { provider, template_url: url, name }] of Object.entries(stacks)) {
    const region = provider.replace('aws.', '');
    expect(id.endsWith(region)).toBe(true);
    expect(name).toBe(`understudy-${id}-dev`);
    expect(url).toMatch(new RegExp(`^https://cdk-\\w+-assets-111122223333-${region}\\.s3\\.${region}\\.amazonaws\\.com/\\w+\\.json$`));
  }
});

test('D4: the Terraform entry -> the order of the assembly', () => {
  for (const [i, id] of order.entries()) {
    const before = order[i - 1];
    if (before !== undefined) expect(stacks[id]?.depends_on).toContain(`aws_cloudformation_stack.${before}`);
  }
});

/** A folder with the provider's plugin, named by whoever has one: Terraform fetches nothing here. */
const plugins = process.env['UNDERSTUDY_TERRAFORM_PLUGINS'];

test.runIf(plugins !== undefined && existsSync(plugins))('D4: `terraform validate`, where UNDERSTUDY_TERRAFORM_PLUGINS names a folder of plugins -> valid', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-terraform-'));
  try {
    writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(written));
    const run = (...words: readonly string[]): string => execFileSync('terraform', [...words], { cwd: folder, encoding: 'utf8' });
    run('init', `-plugin-dir=${plugins}`, '-input=false');
    expect(run('validate')).toContain('Success');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
