import { expect, test } from 'vitest';
import { readDeployment } from './config/config.ts';
import { costOf } from './cost.ts';
import { base } from './test-support.ts';

const total = (configuration: object, payments: number): number => costOf(readDeployment(configuration), payments).reduce((sum, { dollars }) => sum + dollars, 0);
const line = (configuration: object, payments: number, what: string): number => costOf(readDeployment(configuration), payments).find((one) => one.what.startsWith(what))?.dollars ?? NaN;

test('D3: nobody pays -> what stands ready still costs, and more in production', () => {
  expect(total(base, 0)).toBeGreaterThan(200);
  expect(total({ ...base, production: true }, 0)).toBeGreaterThan(5 * total(base, 0));
});

test('D3: a million payments -> the journal costs some dollars, as each has four writes in two regions', () => {
  expect(line(base, 1_000_000, 'journal')).toBeCloseTo(8.25, 2);
  expect(line(base, 2_000_000, 'journal')).toBeCloseTo(16.5, 2);
});

test('D3: what the configuration asks for -> in the line it belongs to', () => {
  expect(line({ ...base, network: { nat: 'per-zone' } }, 0, 'NAT')).toBeCloseTo(3 * line(base, 0, 'NAT'), 0);
  expect(line({ ...base, dns: { healthCheckIntervalS: 30 } }, 0, 'health')).toBeLessThan(line(base, 0, 'health'));
  expect(line({ ...base, ledger: { capacityMin: 2 } }, 0, 'ledger')).toBeCloseTo(2 * line(base, 0, 'ledger'), 0);
});
