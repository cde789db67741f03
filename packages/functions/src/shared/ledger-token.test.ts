import { afterEach, expect, test, vi } from 'vitest';
import { ledgerToken } from './ledger-token.ts';

const place = { host: 'ledger.example', port: 5432, user: 'understudy_dev', region: 'us-east-2' };
const at = new Date('2026-11-21T00:00:00Z');

const asRole = (sessionToken?: string): void => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken ?? '');
};

afterEach(() => void vi.unstubAllEnvs());

test('ledger token: a role, a user and a time -> the signature that the SDK of AWS makes of them', async () => {
  asRole('a+token/==');
  expect(await ledgerToken(place, at)).toBe(
    'ledger.example:5432/?Action=connect&DBUser=understudy_dev&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Fus-east-2%2Frds-db%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=900' +
      '&X-Amz-Security-Token=a%2Btoken%2F%3D%3D&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=91937c0e070145f6a03a7c37f9b3c9b8798bdac1513c92ae33e925901e900dca',
  );
});

test('ledger token: another region, user or time -> another signature', async () => {
  asRole();
  const tokens = await Promise.all([
    ledgerToken(place, at), ledgerToken({ ...place, region: 'us-east-1' }, at), ledgerToken({ ...place, user: 'owner' }, at), ledgerToken(place, new Date('2026-11-21T00:00:01Z')),
  ]);
  expect(new Set(tokens.map((token) => /Signature=(\w+)$/.exec(token)?.[1])).size).toBe(4);
});

test('ledger token: no credentials -> an error that names what is missing', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', '');
  await expect(ledgerToken(place, at)).rejects.toThrow('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set');
});
