import { expect, test } from 'vitest';
import { defaultPaymentPolicy, defaultRetryDelaysMs } from '@understudy/core';
import { readConfig } from './variables.ts';
import type { VariableName } from './variables.ts';

const read = (name: VariableName, value: string | undefined): unknown => readConfig('accept', [name], { [name]: value })[name];

test('configuration: everything optional left out -> the defaults of AWS', () => {
  expect(read('PAYMENT_POLICY', undefined)).toEqual(defaultPaymentPolicy);
  expect(read('TIMINGS', '')).toEqual({
    reconcileGraceMs: 30_000, reconcileSettleMax: 500, healthCacheMs: 5000, healthLimitMs: 1000, activeRegionFreshMs: 5000,
    detect: { failuresMin: 3, dwellMs: 60_000, viewFreshMs: 45_000, stallMs: 120_000, resumeAfterMs: 60_000 },
    plannedPatienceMs: 300_000, plannedLagMaxMs: 5000, moveWaitMs: 1000, acquirerTimeoutMs: 3000, probeTimeoutMs: 2000,
    notify: { retryDelaysMs: [...defaultRetryDelaysMs], leaseMs: 30_000, passMs: 45_000, webhookTimeoutMs: 5000 },
    settlementCloseAfterMs: 900_000, settlementStandbyPatienceMs: 21_600_000, purgeAfterMs: 34_560_000_000,
  });
  expect(read('FAILOVER_POLICY', undefined)).toBe('automatic');
  expect(read('DYNAMODB_ENDPOINT', undefined)).toBeUndefined();
});

test('configuration: signing keys written out, or where their secret is -> either', () => {
  const secret = Buffer.from('s'.repeat(32)).toString('base64');
  expect(read('SIGNING_KEYS', JSON.stringify({ signs: '1', 1: secret }))).toEqual({ signs: '1', keys: { 1: secret } });
  expect(read('SIGNING_KEYS', '{"secretArn":"arn:aws:secretsmanager:x"}')).toEqual({ secretArn: 'arn:aws:secretsmanager:x' });
});

test('configuration: some of a policy or of the timings -> the rest keeps its defaults', () => {
  expect(read('PAYMENT_POLICY', '{"amountMaxMajor":"500","currencies":["JPY"]}')).toEqual({ ...defaultPaymentPolicy, amountMaxMajor: 500n, currencies: ['JPY'] });
  expect(read('TIMINGS', '{"detect":{"dwellMs":5},"moveWaitMs":7}')).toMatchObject({ moveWaitMs: 7, detect: { dwellMs: 5, failuresMin: 3 }, healthCacheMs: 5000 });
});

test.each<[VariableName, string | undefined, RegExp]>([
  ['REGION', undefined, /REGION must be one of us-east-1, us-east-2, us-west-2/],
  ['REGION', 'eu-west-1', /REGION must be one of/],
  ['JOURNAL_TABLE', '', /JOURNAL_TABLE must be the name/],
  ['DYNAMODB_ENDPOINT', 'localhost:8000', /DYNAMODB_ENDPOINT must be an http or https URL/],
  ['QUEUES', '{"us-east-1":{"url":"http://q"}}', /QUEUES must be JSON .*\(wrong at us-east-2\)/],
  ['QUEUES', 'not json', /QUEUES must be JSON/],
  ['LEDGERS', '{"us-east-1":{"host":"h","port":"5432","user":"u","database":"d"},"us-east-2":{"host":"h","port":1,"user":"u","database":"d"}}', /wrong at us-east-1\.port/],
  ['TIMINGS', '{"helthCacheMs":1}', /TIMINGS must be JSON .*wrong at helthCacheMs/],
  ['TIMINGS', '{"moveWaitMs":-1}', /wrong at moveWaitMs/],
  ['TIMINGS', '{"moveWaitMs":1.5}', /wrong at moveWaitMs/],
  ['PAYMENT_POLICY', '{"amountMaxMajor":100000}', /wrong at amountMaxMajor/],
  ['PAYMENT_POLICY', '{"currencies":["XXX"]}', /wrong at currencies\.0/],
  ['ACQUIRERS', '{"test":{"url":"http://a"}}', /ACQUIRERS must be JSON .*wrong at live/],
  ['ACQUIRERS', '{"live":{"url":"http://a"},"test":{"url":"http://a"}}', /ACQUIRERS must be JSON .*the two must differ/],
  ['ACQUIRERS', '{"live":{"url":"http://a","apiKey":"k"},"test":{"url":"http://a","apiKey":"k"}}', /the two must differ/],
  ['SIGNING_KEYS', '{"signs":"a"}', /SIGNING_KEYS must be JSON/],
  ['SIGNING_KEYS', '{"secretArn":"somewhere"}', /SIGNING_KEYS must be JSON/],
  ['FAILOVER_POLICY', 'manual', /FAILOVER_POLICY must be automatic or approval/],
])('configuration: %s is %s -> the fault names it and what is allowed', (name, value, sentence) => {
  expect(() => read(name, value)).toThrow(sentence);
});

test('configuration: several variables are wrong -> one fault names all, and repeats no value', () => {
  const secret = 'hunter2-hunter2';
  const environment = { REGION: secret, LEDGERS: `{"us-east-1":{"password":"${secret}"}}`, TIMINGS: secret };
  expect(() => readConfig('settle', ['REGION', 'LEDGERS', 'TIMINGS'], environment)).toThrow(/settle cannot start: REGION .*; LEDGERS .*; TIMINGS/);
  try {
    readConfig('settle', ['REGION', 'LEDGERS', 'TIMINGS'], environment);
  } catch (error) {
    expect(String(error)).not.toContain(secret);
  }
});
