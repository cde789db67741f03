import { PortFault } from '@understudy/core';
import { signerContract } from '@understudy/core/contracts';
import { describe, expect, test } from 'vitest';
import { createHmacSigner, deriveKey } from './hmac-signer.ts';
import type { SigningKeys } from './hmac-signer.ts';

const secret = (letter: string): string => Buffer.from(letter.repeat(32)).toString('base64');
const signerOf = (keys: SigningKeys, label = 'session/1') => createHmacSigner({ keys: async () => keys, label });

describe('signer', () => {
  for (const each of signerContract(async () => {
    let reachable = true;
    const keys: SigningKeys = { signs: 'b', keys: { a: secret('x'), b: secret('y') } };
    const first = createHmacSigner({
      keys: async () => {
        if (!reachable) throw new Error('not now');
        return keys;
      },
      label: 'session/1',
    });
    return {
      signers: [first, signerOf(keys)],
      stranger: signerOf({ signs: 'b', keys: { a: secret('y'), b: secret('x') } }),
      cutOff: async () => void (reachable = false),
      close: async () => {},
    };
  })) test(each.name, () => each.run());
});

test('signer: another key signs since -> what the former signed is verified, until it is taken away', async () => {
  const mac = await signerOf({ signs: 'a', keys: { a: secret('x') } }).sign('a', 'text');
  expect(await signerOf({ signs: 'b', keys: { a: secret('x'), b: secret('y') } }).verify('a', 'text', mac)).toBe(true);
  expect(await signerOf({ signs: 'b', keys: { b: secret('y') } }).verify('a', 'text', mac)).toBe(false);
});

test('signer: the same keys under another label -> other signatures, from another derived key', async () => {
  const keys: SigningKeys = { signs: 'a', keys: { a: secret('x') } };
  const mac = await signerOf(keys).sign('a', 'text');
  expect(await signerOf(keys, 'other/1').verify('a', 'text', mac)).toBe(false);
  expect(deriveKey(secret('x'), 'session/1').equals(deriveKey(secret('x'), 'other/1'))).toBe(false);
});

test('signer: keys that cannot be read -> the fault does not say why in its sentence', async () => {
  const signer = createHmacSigner({ keys: () => Promise.reject(new Error(secret('x'))), label: 'session/1' });
  const fault = await signer.currentKey().catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(PortFault);
  expect(String(fault)).not.toContain(secret('x'));
});
