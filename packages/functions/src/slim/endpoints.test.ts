import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bucketEndpoint, serviceEndpoint } from './endpoints.ts';
import { load, modules, services } from './load.test-support.ts';

const resolverOf = async (service: string): Promise<(asked: object) => unknown> => {
  const { resolve: resolver } = await load(`endpoints-${service}`, `export { defaultEndpointResolver as resolve } from ${JSON.stringify(join(modules, `@aws-sdk/client-${service}/dist-es/endpoint/endpointResolver.js`))}`, []);
  return resolver as (asked: object) => unknown;
};
const askedRegions = ['us-east-1', 'us-east-2', 'us-west-2'];

test.each(services.filter((service) => service !== 's3'))('endpoints: %s in each region, and at an address of the environment -> as its own rules say', async (service) => {
  const [rules, ours] = [await resolverOf(service), serviceEndpoint(service)];
  for (const Region of askedRegions) {
    for (const Endpoint of [undefined, 'http://127.0.0.1:8123', 'https://stand-in.example.com/path']) {
      const asked = { Region, UseFIPS: false, UseDualStack: false, ...(Endpoint === undefined ? {} : { Endpoint }) };
      expect(ours(asked)).toEqual(rules(asked));
    }
  }
});

test('endpoints: a bucket in each region, and at an address of the environment -> as the rules of S3 say, down to what signs', async () => {
  const rules = await resolverOf('s3');
  for (const Region of askedRegions) {
    for (const place of [{ ForcePathStyle: false }, { ForcePathStyle: true, Endpoint: 'http://127.0.0.1:8123' }, { ForcePathStyle: true, Endpoint: 'http://localhost:8123/' }]) {
      const asked = { Region, Bucket: 'understudy-receipts-111122223333-us-east-2-dev', UseFIPS: false, UseDualStack: false, UseGlobalEndpoint: false, Accelerate: false, DisableMultiRegionAccessPoints: false, ...place };
      expect(bucketEndpoint(asked)).toEqual(rules(asked));
    }
  }
});

test.each([
  { Region: 'us-east-1', UseFIPS: true }, { Region: 'us-east-1', UseDualStack: true }, { Region: 'eu-west-1' }, {},
])('endpoints: another way of asking, %j -> an error and not an address', (asked) => {
  expect(() => serviceEndpoint('sns')(asked)).toThrow('not part of the bundles');
  expect(() => bucketEndpoint({ ...asked, Bucket: 'plain' })).toThrow('not part of the bundles');
});

test.each(['dotted.name', 'a--x-s3', 'arn:aws:s3:us-east-1:111122223333:accesspoint/a', ''])('endpoints: a bucket that is called %j -> an error and not an address', (Bucket) => {
  expect(() => bucketEndpoint({ Region: 'us-east-1', Bucket })).toThrow('not part of the bundles');
});
