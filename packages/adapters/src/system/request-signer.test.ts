// Beside aws4 itself: the kept key is of the very day, region, service and secret that a request is signed for.
import aws4 from 'aws4';
import type { Request } from 'aws4';
import { expect, test } from 'vitest';
import { KeyedSigner, SigningKey } from './request-signer.ts';

const requestOf = (change: Partial<Request> & { readonly day?: string } = {}): Request => ({
  service: 'dynamodb', region: 'us-east-1', method: 'POST', host: 'localhost', path: '/', body: '{}',
  headers: { 'X-Amz-Target': 'DynamoDB_20120810.GetItem', Date: `${change.day ?? '2026-01-05'}T12:00:00Z` }, ...change,
});
const of = (secretAccessKey: string) => ({ accessKeyId: 'AK', secretAccessKey });

test('signed one after the other with one kept key, as the day, the region, the service and the secret change and change back -> each as aws4 signs it', () => {
  const signingKey = new SigningKey();
  const changes = [{}, {}, { day: '2026-01-06' }, { region: 'us-east-2' }, { service: 'sqs' }, {}].flatMap((change) => [of('SK'), of('SK'), of('other')].map((credentials) => ({ change, credentials })));
  const signed = changes.map(({ change, credentials }) => new KeyedSigner(requestOf(change), credentials, signingKey).sign().headers?.['Authorization']);
  expect(signed).toEqual(changes.map(({ change, credentials }) => aws4.sign(requestOf(change), credentials).headers?.['Authorization']));
  expect(new Set(signed).size).toBe(8);
});
