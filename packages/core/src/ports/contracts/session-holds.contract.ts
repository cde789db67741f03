// The promises of the SessionHolds port: one holder at a time, a take-over only from the holder that was named, and
// every write tells what stands, so that a repeat is recognised.
import { assert } from '../../support/assert.ts';
import { merchantId, transactionId } from '../../domain/payment/payment.ts';
import { sessionId } from '../../domain/session/session.ts';
import type { SessionKey } from '../../domain/session/session.ts';
import { epochMs } from '../../domain/time.ts';
import { isPortFault } from '../fault.ts';
import type { NewHold, SessionHolds } from '../session-holds.ts';
import type { HoldUpkeep } from '../upkeep.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface SessionHoldsFixture {
  /** Without any hold. */
  readonly holds: SessionHolds;
  readonly upkeep: HoldUpkeep;
  /** From now on the holds cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const keyOf = (id: string, merchant = 'shop'): SessionKey => ({ merchantId: merchantId(merchant), sessionId: sessionId(id) });
const holdOf = (id: string, at = 1000): NewHold => ({ transactionId: transactionId(id), at: epochMs(at), expiresAt: epochMs(9000) });
const told = ({ transactionId: id, at }: NewHold) => ({ transactionId: id, at });

const cases: Readonly<Record<string, (fixture: SessionHoldsFixture) => Promise<void>>> = {
  'nobody took the session -> no hold': async ({ holds }) => {
    assert((await holds.read(keyOf('s'))) === undefined, 'there is none');
  },
  'a hold, and another, and the first again -> the first stands, as it was made first': async ({ holds }) => {
    const first = told(holdOf('a'));
    for (const hold of [holdOf('a'), holdOf('b'), holdOf('a', 2000)]) assert(sameValue(await holds.take(keyOf('s'), hold), first), 'the first stands');
    assert(sameValue(await holds.read(keyOf('s')), first), 'and is read');
  },
  'sessions of one name of two merchants -> two holds': async ({ holds }) => {
    await holds.take(keyOf('s'), holdOf('a'));
    assert(sameValue(await holds.take(keyOf('s', 'market'), holdOf('b')), told(holdOf('b'))), 'the other merchant has its own');
    assert(sameValue(await holds.read(keyOf('s')), told(holdOf('a'))), 'and the first is as it was');
  },
  'taken over from its holder -> the new one stands; the same again, its answer lost -> the same': async ({ holds }) => {
    await holds.take(keyOf('s'), holdOf('a'));
    for (const at of [2000, 3000]) assert(sameValue(await holds.takeOver(keyOf('s'), transactionId('a'), holdOf('b', at)), told(holdOf('b', 2000))), 'the new one stands');
    assert(sameValue(await holds.read(keyOf('s')), told(holdOf('b', 2000))), 'and is read');
  },
  'taken over from one that does not hold it -> nothing changes': async ({ holds }) => {
    await holds.take(keyOf('s'), holdOf('a'));
    assert(sameValue(await holds.takeOver(keyOf('s'), transactionId('z'), holdOf('b')), told(holdOf('a'))), 'the holder stands');
  },
  'twenty take it at once, then twenty take it over at once -> one each time, and everybody hears which': async ({ holds }) => {
    const taken = await Promise.all(times(20, (index) => holds.take(keyOf('s'), holdOf(`a${index}`, index))));
    const [first] = taken;
    assert(first !== undefined && taken.every((hold) => sameValue(hold, first)), 'all hear of one');
    const over = await Promise.all(times(20, (index) => holds.takeOver(keyOf('s'), first.transactionId, holdOf(`b${index}`, index))));
    const [second] = over;
    assert(second !== undefined && second.transactionId !== first.transactionId && over.every((hold) => sameValue(hold, second)), 'all hear of the next');
  },
  'a hold of a session that ended before -> removed by its holder, once; the session can be taken anew': async ({ holds, upkeep }) => {
    await holds.take(keyOf('s'), holdOf('a'));
    const of = { holder: transactionId('a'), endedBefore: epochMs(9001) };
    assert(await upkeep.remove(keyOf('s'), of), 'it is removed');
    assert((await holds.read(keyOf('s'))) === undefined && !(await upkeep.remove(keyOf('s'), of)), 'and gone');
    assert(sameValue(await holds.take(keyOf('s'), holdOf('b')), told(holdOf('b'))), 'nobody holds it');
  },
  'a hold of another, of a session that ended later, or of none -> not removed': async ({ holds, upkeep }) => {
    await holds.take(keyOf('s'), holdOf('a'));
    await holds.takeOver(keyOf('s'), transactionId('a'), holdOf('b'));
    const late = epochMs(9001);
    assert(!(await upkeep.remove(keyOf('s'), { holder: transactionId('a'), endedBefore: late })), 'it was taken over');
    assert(!(await upkeep.remove(keyOf('s'), { holder: transactionId('b'), endedBefore: epochMs(9000) })), 'it did not end before');
    for (const key of [keyOf('z'), keyOf('s', 'market')]) assert(!(await upkeep.remove(key, { holder: transactionId('b'), endedBefore: late })), 'there is none');
    assert(sameValue(await holds.read(keyOf('s')), told(holdOf('b'))), 'the hold stands');
  },
  'holds that cannot be reached -> a retryable fault of port journal from each method': async ({ holds, cutOff }) => {
    await cutOff();
    for (const call of [() => holds.read(keyOf('s')), () => holds.take(keyOf('s'), holdOf('a')), () => holds.takeOver(keyOf('s'), transactionId('a'), holdOf('b'))]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'journal' && fault.retryable, 'nothing is known');
    }
  },
};

export const sessionHoldsContract = (make: () => Promise<SessionHoldsFixture>): readonly ContractCase[] => casesOf(make, cases);
