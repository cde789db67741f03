// What a function is told of the acquirer: an unchanged template hands out no new key, so a version has to change it.
import { expect, test } from 'vitest';
import { readDeployment } from '../config/config.ts';
import { Names } from '../names.ts';
import { base } from '../test-support.ts';
import { environmentOf } from './environment.ts';

function acquirersWith(acquirer: object): string | undefined {
  const deployment = readDeployment({ ...base, acquirer: { ...base.acquirer, ...acquirer } });
  return environmentOf(['ACQUIRERS'], { place: { deployment, region: 'us-east-2' }, names: new Names(deployment) })['ACQUIRERS'];
}

const version = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`;

test('acquirer: another version of its keys is named -> another template, which reads that very version', () => {
  expect(acquirersWith({})).toContain('{{resolve:secretsmanager:understudy-acquirer-keys-dev:SecretString:live}}');
  expect(acquirersWith({ keysVersion: version('a') })).toContain(`{{resolve:secretsmanager:understudy-acquirer-keys-dev:SecretString:test::${version('a')}}}`);
  expect(acquirersWith({ keysVersion: version('a') })).not.toBe(acquirersWith({ keysVersion: version('b') }));
});

test('acquirer: a version that is no id -> refused, because it stands in the template', () => {
  expect(() => acquirersWith({ keysVersion: 'AWSCURRENT}}' })).toThrow(/acquirer must be/);
});
