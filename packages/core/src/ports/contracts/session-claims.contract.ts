// The promises of the SessionClaims port: one holder at a time, a take-over only from the holder that was named, and
// every write tells what stands, so that a repeat is recognised.
import { assert } from '../../support/assert.ts';
import { merchantId, transactionId } from '../../domain/payment/payment.ts';
import { sessionId } from '../../domain/session/session.ts';
import type { SessionKey } from '../../domain/session/session.ts';
import { epochMs } from '../../domain/time.ts';
import { isPortFault } from '../fault.ts';
import type { NewClaim, SessionClaims } from '../session-claims.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface SessionClaimsFixture {
  /** Without any claim. */
  readonly claims: SessionClaims;
  /** From now on the claims cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const keyOf = (id: string, merchant = 'shop'): SessionKey => ({ merchantId: merchantId(merchant), sessionId: sessionId(id) });
const claimOf = (id: string, at = 1000): NewClaim => ({ transactionId: transactionId(id), at: epochMs(at), expiresAt: epochMs(9000) });
const told = ({ transactionId: id, at }: NewClaim) => ({ transactionId: id, at });

const cases: Readonly<Record<string, (fixture: SessionClaimsFixture) => Promise<void>>> = {
  'nobody claimed -> no claim': async ({ claims }) => {
    assert((await claims.read(keyOf('s'))) === undefined, 'there is none');
  },
  'a claim, and another, and the first again -> the first stands, as it was made first': async ({ claims }) => {
    const first = told(claimOf('a'));
    for (const claim of [claimOf('a'), claimOf('b'), claimOf('a', 2000)]) assert(sameValue(await claims.take(keyOf('s'), claim), first), 'the first stands');
    assert(sameValue(await claims.read(keyOf('s')), first), 'and is read');
  },
  'sessions of one name of two merchants -> two claims': async ({ claims }) => {
    await claims.take(keyOf('s'), claimOf('a'));
    assert(sameValue(await claims.take(keyOf('s', 'market'), claimOf('b')), told(claimOf('b'))), 'the other merchant has its own');
    assert(sameValue(await claims.read(keyOf('s')), told(claimOf('a'))), 'and the first is as it was');
  },
  'taken over from its holder -> the new one stands; the same again, its answer lost -> the same': async ({ claims }) => {
    await claims.take(keyOf('s'), claimOf('a'));
    for (const at of [2000, 3000]) assert(sameValue(await claims.takeOver(keyOf('s'), transactionId('a'), claimOf('b', at)), told(claimOf('b', 2000))), 'the new one stands');
    assert(sameValue(await claims.read(keyOf('s')), told(claimOf('b', 2000))), 'and is read');
  },
  'taken over from one that does not hold it -> nothing changes': async ({ claims }) => {
    await claims.take(keyOf('s'), claimOf('a'));
    assert(sameValue(await claims.takeOver(keyOf('s'), transactionId('z'), claimOf('b')), told(claimOf('a'))), 'the holder stands');
  },
  'twenty claim at once, then twenty take over at once -> one each time, and everybody hears which': async ({ claims }) => {
    const taken = await Promise.all(times(20, (index) => claims.take(keyOf('s'), claimOf(`a${index}`, index))));
    const [first] = taken;
    assert(first !== undefined && taken.every((claim) => sameValue(claim, first)), 'all hear of one');
    const over = await Promise.all(times(20, (index) => claims.takeOver(keyOf('s'), first.transactionId, claimOf(`b${index}`, index))));
    const [second] = over;
    assert(second !== undefined && second.transactionId !== first.transactionId && over.every((claim) => sameValue(claim, second)), 'all hear of the next');
  },
  'claims that cannot be reached -> a retryable fault of port journal from each method': async ({ claims, cutOff }) => {
    await cutOff();
    for (const call of [() => claims.read(keyOf('s')), () => claims.take(keyOf('s'), claimOf('a')), () => claims.takeOver(keyOf('s'), transactionId('a'), claimOf('b'))]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'journal' && fault.retryable, 'nothing is known');
    }
  },
};

export const sessionClaimsContract = (make: () => Promise<SessionClaimsFixture>): readonly ContractCase[] => casesOf(make, cases);
