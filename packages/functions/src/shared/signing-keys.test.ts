import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { epochMs } from '@understudy/core';
import { signingKeys } from './signing-keys.ts';

const secret = Buffer.from('s'.repeat(32)).toString('base64');
const text = { signs: 'b', a: secret, b: secret };
const good = { signs: 'b', keys: { a: secret, b: secret } };

/** Lambda's extension on localhost, answering with what `answers` holds by now, and the clock of the reader. */
async function extension(first: { readonly status: number; readonly text: string }) {
  const state = { answer: first, asked: 0, now: 1000 };
  const server = createServer((_request, response) => {
    state.asked += 1;
    response.writeHead(state.answer.status).end(JSON.stringify({ SecretString: state.answer.text }));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String((server.address() as AddressInfo).port));
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { state, read: signingKeys({ secretArn: 'arn:aws:secretsmanager:x' }, { now: () => epochMs(state.now) }) };
}

let close = (): void => {};
afterEach(() => {
  close();
  vi.unstubAllEnvs();
});

test('signing keys: in a secret -> read once for a minute, then anew', async () => {
  const { state, read } = await extension({ status: 200, text: JSON.stringify(text) });
  expect([await read(), await read(), state.asked]).toEqual([good, good, 1]);
  state.answer = { status: 200, text: JSON.stringify({ ...text, signs: 'a' }) };
  state.now += 60_000;
  expect([(await read()).signs, state.asked]).toEqual(['a', 2]);
});

test.each([
  ['a refusal', 500, 'hunter2'], ['no JSON', 200, 'hunter2'], ['a name that signs and has no key', 200, JSON.stringify({ signs: 'z', a: 'hunter2'.repeat(9) })],
  ['a key that is too short', 200, JSON.stringify({ signs: 'a', a: 'hunter2' })],
])('signing keys: %s -> an error that shows nothing of the secret; and the keys known before are good on', async (_what, status, wrong) => {
  const { state, read } = await extension({ status, text: wrong });
  const fault = await read().catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(Error);
  expect(String(fault)).not.toContain('hunter2');
  state.answer = { status: 200, text: JSON.stringify(text) };
  await read();
  state.answer = { status, text: wrong };
  state.now += 3_600_000;
  expect(await read()).toEqual(good);
});
