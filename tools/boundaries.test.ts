import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allowed } from './boundaries.ts';

const manifest = (name: string) =>
  JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')) as { dependencies?: Record<string, string> };

test('boundaries: every workspace stands in the allow-table', () => {
  expect(readdirSync('packages').sort()).toEqual(Object.keys(allowed).sort());
});

test.each(Object.entries(allowed))('boundaries: %s/package.json declares only allowed workspaces', (name, may) => {
  const declared = Object.keys(manifest(name).dependencies ?? {}).filter((d) => d.startsWith('@understudy/'));
  for (const dependency of declared) expect(may).toContain(dependency.slice('@understudy/'.length));
});

test('boundaries: core depends on nothing at all', () => {
  expect(manifest('core').dependencies).toEqual({});
});

test('boundaries: a planted violation -> the linter reports every rule it breaks', () => {
  const folder = mkdtempSync('packages/core/src/domain/planted-');
  const planted = join(folder, 'planted.ts');
  writeFileSync(
    planted,
    "import { systemClock } from '@understudy/adapters/system';\nimport type { Journal } from '../../ports/journal.ts';\n" +
      'export const f = async (j: Journal) => [j, systemClock, Date.now(), Math.random()];\n',
  );
  try {
    const out = spawnSync('node_modules/.bin/oxlint', [planted], { encoding: 'utf8' });
    expect(out.status).toBe(1);
    for (const rule of ['no-restricted-imports', 'no-async-await', 'no-restricted-globals', 'no-restricted-properties']) {
      expect(out.stdout).toMatch(rule);
    }
    expect(out.stdout).toContain('core/domain may not import ports or application');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
