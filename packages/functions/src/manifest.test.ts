import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { routes } from '@understudy/api';
import type { Route } from '@understudy/api';
import { expect, test } from 'vitest';
import { functions } from './manifest.ts';

const text = (route: Route): string => `${route.method} ${route.path}`;

test('manifest: every route of the contract -> served by exactly one function', () => {
  const served = functions.flatMap((spec) => spec.routes ?? []).map(text);
  expect(served.sort()).toEqual(Object.values<Route>(routes).map(text).sort());
});

test.each(functions)('manifest: $name -> has a source, and the limits of Lambda and API Gateway', (spec) => {
  expect(existsSync(fileURLToPath(new URL(spec.entry, import.meta.url)))).toBe(true);
  const limitMs = { http: 29_000, authorizer: 10_000, queue: 900_000, schedule: 900_000, workflow: 900_000, deployment: 900_000 }[spec.kind];
  expect(spec.timeoutMs).toBeLessThanOrEqual(limitMs);
  expect(spec.routes !== undefined).toBe(spec.kind === 'http');
  expect(new Set(spec.variables).size).toBe(spec.variables.length);
});

test('manifest: only those that list it -> reach the ledger, move the cluster or leave for the acquirer', () => {
  const having = (right: string): string[] => functions.filter((spec) => spec.rights.some((one) => one === right)).map((spec) => spec.name).sort();
  expect(having('cluster:move')).toEqual(['orchestrate']);
  expect(having('acquirer')).toEqual(['orchestrate', 'process', 'reconcile', 'settle']);
  expect([...having('ledger:own'), ...having('ledger:both')].sort()).toEqual(functions.filter((spec) => spec.variables.includes('LEDGERS')).map((spec) => spec.name).sort());
});
