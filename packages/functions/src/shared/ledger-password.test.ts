import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { readPassword } from './ledger-password.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:ledger-x';

/** Lambda's extension on localhost, answering with this. */
async function read(status: number, answer: string): Promise<{ readonly password: string | Error; readonly asked: string | undefined; readonly token: unknown }> {
  let asked: string | undefined;
  let token: unknown;
  const server = createServer((request, response) => {
    asked = request.url;
    token = request.headers['x-aws-parameters-secrets-token'];
    response.writeHead(status).end(answer);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, 'localhost', resolve);
  await promise;
  vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String((server.address() as AddressInfo).port));
  vi.stubEnv('AWS_SESSION_TOKEN', 'token-1');
  try {
    return { password: await readPassword(arn).catch((error: unknown) => error as Error), asked, token };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test('ledger password: a secret of the database service -> its password, asked for with the session token', async () => {
  const { password, asked, token } = await read(200, JSON.stringify({ SecretString: JSON.stringify({ username: 'u', password: 'p-1' }) }));
  expect([password, token]).toEqual(['p-1', 'token-1']);
  expect(asked).toBe(`/secretsmanager/get?secretId=${encodeURIComponent(arn)}`);
});

test.each([
  { what: 'a refusal', status: 400, answer: 'hunter2', sentence: /HTTP 400/ },
  { what: 'no secret', status: 200, answer: '{}', sentence: /holds no text/ },
  { what: 'a secret that is no JSON', status: 200, answer: '{"SecretString":"hunter2"}', sentence: /holds no password/ },
  { what: 'a secret without a password', status: 200, answer: '{"SecretString":"{\\"secret\\":\\"hunter2\\"}"}', sentence: /holds no password/ },
])('ledger password: $what -> an error that shows nothing of the secret', async ({ status, answer, sentence }) => {
  const { password } = await read(status, answer);
  expect(String(password)).toMatch(sentence);
  expect(String(password)).not.toContain('hunter2');
});
