// The promises of the Signer port: what one holder of the keys signed, every holder verifies, and nothing else.
import { assert } from '../../support/assert.ts';
import { isPortFault } from '../fault.ts';
import type { Signer } from '../signer.ts';
import type { ContractCase } from './contract.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface SignerFixture {
  /** Two with the same keys, one of which signs now. */
  readonly signers: readonly [Signer, Signer];
  /** With the same key names, and other keys. */
  readonly stranger: Signer;
  /** From now on the keys cannot be read, by the first of the signers; absent where keys are at hand always. */
  readonly cutOff?: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const cases: Readonly<Record<string, (fixture: SignerFixture) => Promise<void>>> = {
  'signed by one -> 22 characters, the same from the other, and verified by both': async ({ signers: [one, other] }) => {
    const key = await one.currentKey();
    const mac = await one.sign(key, 'text');
    assert(/^[A-Za-z0-9]{1,4}$/.test(key) && /^[A-Za-z0-9_-]{22}$/.test(mac), 'names and signatures have their form');
    assert((await other.sign(key, 'text')) === mac && (await one.verify(key, 'text', mac)) && (await other.verify(key, 'text', mac)), 'both hold the same key');
  },
  'another text, signature, key name, or key -> not verified': async ({ signers: [one], stranger }) => {
    const key = await one.currentKey();
    const mac = await one.sign(key, 'text');
    const changed = `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`;
    for (const [name, text, signature] of [[key, 'texts', mac], [key, 'text', changed], [key, 'text', ''], [key, 'text', `${mac}A`], ['zzzz', 'text', mac], ['__proto__', 'text', mac]] as const) {
      assert(!(await one.verify(name, text, signature)), 'it is not verified');
    }
    assert(!(await stranger.verify(key, 'text', mac)) && (await stranger.sign(key, 'text')) !== mac, 'another key signs otherwise');
  },
  'keys that cannot be read -> a retryable fault of port signer from each method': async ({ signers: [one], cutOff }) => {
    if (!cutOff) return;
    await cutOff();
    for (const call of [() => one.currentKey(), () => one.sign('a', 'text'), () => one.verify('a', 'text', 'mac')]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'signer' && fault.retryable, 'nothing is known');
    }
  },
};

export const signerContract = (make: () => Promise<SignerFixture>): readonly ContractCase[] => casesOf(make, cases);
