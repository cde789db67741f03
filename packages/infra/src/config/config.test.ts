import { expect, test } from 'vitest';
import { base } from '../test-support.ts';
import { fieldTable, readDeployment } from './config.ts';

test('config: only what has no default -> disposable, strong, automatic, with fast checks', () => {
  expect(readDeployment(base)).toMatchObject({
    production: false, consistency: 'strong', failoverPolicy: 'automatic', release: 'at-once', logDays: 30,
    dns: { healthCheckIntervalS: 10, healthCheckFailures: 3, ttlS: 10, routing: 'failover' },
    ledger: { engineVersion: '17.9', instances: 1, capacityMin: 1, backupDays: 7 }, network: { nat: 'one' },
    alarms: { apiLatencyMs: 1000, apiErrors: 10, apiErrorPercent: 1, functionErrors: 10, functionErrorPercent: 5, tableThrottles: 5, deadLetters: 1, ledgerLagMs: 10_000, ledgerConnections: 100 },
  });
});

test('config: production -> protected by defaults of its own, each of which can be set', () => {
  expect(readDeployment({ ...base, production: true })).toMatchObject({ release: 'canary', logDays: 400, ledger: { instances: 2, capacityMin: 8, backupDays: 35 }, network: { nat: 'per-zone' } });
  expect(readDeployment({ ...base, production: true, release: 'at-once' }).release).toBe('at-once');
});

test.each([
  [{ environmentSuffix: 'Dev!' }, 'environmentSuffix must be 1 to 12 lower-case letters, digits and hyphens, a letter first'],
  [{ account: 111122223333 }, 'account must be the 12 digits of an AWS account, as a string'],
  [{ consistency: 'weak' }, 'consistency must be strong or eventual'],
  [{ failoverPolicy: 'sometimes' }, 'failoverPolicy must be automatic or approval'],
  [{ acquirer: { live: 'http://a.example.com', test: 'https://b.example.com' } }, 'acquirer must be {"live", "test"}, each an https URL, and "keysVersion"?, the id of a version of the secret (wrong at acquirer.live)'],
  [{ dns: { healthCheckIntervalS: 15 } }, '(wrong at dns.healthCheckIntervalS)'],
  [{ dns: { ttl: 10 } }, '(wrong at dns.ttl)'],
  [{ ledger: { engineVersion: '13.4' } }, '(wrong at ledger.engineVersion)'],
  [{ ledger: { capacityMin: 64, capacityMax: 32 } }, 'ledger.capacityMax must be at least ledger.capacityMin'],
  [{ alarms: { apiLatencyMs: 0 } }, '(wrong at alarms.apiLatencyMs)'],
  [{ alarmThresholds: {} }, 'alarmThresholds is not a field; fields are environmentSuffix, account'],
  [{ alertEmails: ['nobody'] }, '(wrong at alertEmails.0)'],
  [{ timings: { healthCachMs: 1 } }, 'TIMINGS must be JSON'],
  [{ paymentPolicy: { amountMaxMajor: 5 } }, '(wrong at amountMaxMajor)'],
])('config: %j -> refused, the field is named with what it may hold', (wrong, said) => {
  expect(() => readDeployment({ ...base, ...wrong })).toThrow(said);
});

test.each([null, 'text', []])('config: %j -> refused as a whole', (wrong) => {
  expect(() => readDeployment(wrong)).toThrow('the configuration cannot be used');
});

test('config: what must be given is missing -> each is named', () => {
  expect(() => readDeployment({})).toThrow(/environmentSuffix must be .*; account must be .*; acquirer must be /);
});

test('config: every field -> says what it may hold, its default and what it is for', () => {
  expect(fieldTable.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(readDeployment(base)).filter((name) => name !== 'domain')));
  for (const { allowed, byDefault, about } of fieldTable) expect([allowed, byDefault, about].every((text) => text.length > 3)).toBe(true);
});
