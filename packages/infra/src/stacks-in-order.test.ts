// The order in which an assembly is deployed, against the order in which the app makes its stacks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stacksInOrder } from './stacks-in-order.ts';
import type { AssemblyManifest } from './stacks-in-order.ts';
import { base, synthesize } from './test-support.ts';

test('stacks in order: of the real templates, their manifest turned around -> every stack of the app, in the order it is meant to be deployed in', { timeout: 120_000 }, () => {
  const { meant, found } = synthesize(base, { builtinCloudFormationValidation: false }, ({ app, stacks, outdir }) => {
    app.synth();
    const { artifacts } = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8')) as AssemblyManifest;
    const turned = { artifacts: Object.fromEntries(Object.entries(artifacts).toReversed()) };
    return { meant: stacks.map((stack) => [stack.stackName, stack.region]), found: stacksInOrder(turned).map(({ stackName, region }) => [stackName, region]) };
  });
  expect(found).toEqual(meant);
  expect(found.length).toBeGreaterThanOrEqual(32);
});
