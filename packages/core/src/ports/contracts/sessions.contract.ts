// The promises of the Sessions port: what was kept in one region is found from either while its copy can be asked, and
// "there is none" is said only when both copies say so.
import { assert } from '../../support/assert.ts';
import { minorUnits } from '../../domain/money/money.ts';
import { customerId, merchantId } from '../../domain/payment/payment.ts';
import { sessionId } from '../../domain/session/session.ts';
import type { Session } from '../../domain/session/session.ts';
import { epochMs } from '../../domain/time.ts';
import type { Region } from '../../domain/region/region.ts';
import { isPortFault } from '../fault.ts';
import type { Sessions } from '../sessions.ts';
import type { ContractCase } from './contract.ts';
import { sameValue } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface SessionsFixture {
  /** Empty; each region's copy is followed by the other's only when `replicate` is called. */
  readonly sessions: Readonly<Record<Region, Sessions>>;
  readonly replicate: () => Promise<void>;
  /** From now on nobody reaches this region's copy. */
  readonly cutOff: (region: Region) => Promise<void>;
  readonly close: () => Promise<void>;
}

const session = (id: string, merchant = 'shop'): Session => ({
  merchantId: merchantId(merchant), sessionId: sessionId(id), customerId: customerId('c'.repeat(128)), amount: { minor: minorUnits(10n ** 17n + 1n), currency: 'JPY' },
  expiresAt: epochMs(4_102_444_800_000), live: true,
});

const cases: Readonly<Record<string, (fixture: SessionsFixture) => Promise<void>>> = {
  'never kept -> undefined, from both regions': async ({ sessions }) => {
    for (const each of Object.values(sessions)) assert((await each.find(session('s'))) === undefined, 'there is none');
  },
  'kept, and kept again -> found whole, in its region and from the other before it got there, and after': async ({ sessions, replicate }) => {
    await sessions['us-east-1'].keep(session('s'));
    await sessions['us-east-1'].keep(session('s'));
    for (const each of Object.values(sessions)) assert(sameValue(await each.find(session('s')), session('s')), 'it is found');
    await replicate();
    for (const each of Object.values(sessions)) assert(sameValue(await each.find(session('s')), session('s')), 'it is found');
  },
  'sessions of one name of two merchants -> each its own': async ({ sessions }) => {
    await sessions['us-east-1'].keep(session('s'));
    assert((await sessions['us-east-1'].find(session('s', 'market'))) === undefined, 'the other merchant has none');
  },
  'the region that kept it is lost, before and after it reached the other -> a fault, never "none"; found': async ({ sessions, replicate, cutOff }) => {
    await sessions['us-east-1'].keep(session('early'));
    await replicate();
    await sessions['us-east-1'].keep(session('late'));
    await cutOff('us-east-1');
    assert(sameValue(await sessions['us-east-2'].find(session('early')), session('early')), 'what got there is found');
    const fault = await faultOf(sessions['us-east-2'].find(session('late')));
    assert(isPortFault(fault) && fault.port === 'sessions' && fault.retryable, 'nothing is known');
  },
  'its own copy cannot be reached -> kept in the other, and found there': async ({ sessions, cutOff }) => {
    await cutOff('us-east-2');
    await sessions['us-east-2'].keep(session('s'));
    assert(sameValue(await sessions['us-east-1'].find(session('s')), session('s')), 'it is found');
    assert(sameValue(await sessions['us-east-2'].find(session('s')), session('s')), 'by whoever kept it, too');
  },
  'no copy can be reached -> a retryable fault of port sessions from each method': async ({ sessions, cutOff }) => {
    await cutOff('us-east-1');
    await cutOff('us-east-2');
    for (const call of [() => sessions['us-east-1'].keep(session('s')), () => sessions['us-east-1'].find(session('s'))]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'sessions' && fault.retryable, 'nothing is known');
    }
  },
};

export const sessionsContract = (make: () => Promise<SessionsFixture>): readonly ContractCase[] => casesOf(make, cases);
