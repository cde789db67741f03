import { defineConfig } from 'oxlint';
import { allowed } from './tools/boundaries.ts';

const platform = ['node:*', '@aws-sdk/*', '@smithy/*', 'pg', 'aws-cdk-lib*'];

/** A later override replaces a rule's options, so every pattern list below is complete in itself. */
const perPackage = Object.entries(allowed).map(([name, may]) => ({
  files: [`packages/${name}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error' as const,
      {
        patterns: [
          {
            group: ['@understudy/*', ...[name, ...may].flatMap((m) => [`!@understudy/${m}`, `!@understudy/${m}/*`])],
            message: `${name} may import only: ${may.join(', ') || 'nothing'}`,
          },
          ...(name === 'core' || name === 'api' ? [{ group: platform, message: `${name} has no platform` }] : []),
        ],
      },
    ],
  },
}));

const coreLayer = (layer: string, above: readonly string[]) => ({
  files: [`packages/core/src/${layer}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error' as const,
      {
        patterns: [
          { group: ['@understudy/*', ...platform, ...above.map((a) => `**/${a}/**`)], message: `core/${layer} may not import ${above.join(' or ')}` },
        ],
      },
    ],
  },
});

export default defineConfig({
  plugins: ['import', 'typescript', 'unicorn', 'oxc', 'eslint'],
  categories: { correctness: 'error' },
  ignorePatterns: ['**/.types/**', '**/.bundles/**', '**/node_modules/**', '.understudy/**'],
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'max-lines': ['error', { max: 500 }],
    'max-lines-per-function': ['error', { max: 70 }],
    'max-params': ['error', { max: 3 }],
    'typescript/no-floating-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/no-explicit-any': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
  },
  overrides: [
    ...perPackage,
    coreLayer('domain', ['ports', 'application']),
    coreLayer('ports', ['application']),
    {
      files: ['packages/core/src/domain/**/*.ts'],
      rules: {
        'oxc/no-async-await': 'error',
        'no-restricted-globals': ['error', 'Date'],
        'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'take a Random from the caller' }],
      },
    },
    {
      // Tests of core run over the in-memory adapters and a platform; the code they test has neither.
      files: ['packages/core/src/**/*.test.ts', 'packages/core/src/**/*.test-support.ts'],
      rules: {
        'no-restricted-imports': [
          'error' as const,
          {
            patterns: [
              {
                group: ['@understudy/*', '!@understudy/adapters', '@understudy/adapters/*', '!@understudy/adapters/in-memory'],
                message: "core's tests may import only: adapters/in-memory",
              },
            ],
          },
        ],
        'oxc/no-async-await': 'off' as const,
        'no-restricted-globals': 'off' as const,
      },
    },
    {
      files: ['**/*.test.ts', '**/*.contract.ts', '**/*.e2e.ts'],
      rules: { 'max-lines-per-function': 'off', 'max-lines': 'off', 'max-params': 'off' },
    },
    { files: ['oxlint.config.ts', 'vitest.config.ts', '**/*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
});
