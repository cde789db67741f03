// What the adapters in memory promise beyond the ports' contracts: replication as a prefix, zombies, breaks, virtual time.
import { describe, expect, test } from 'vitest';
import type { Acceptance, DecidedPayment } from '@understudy/core';
import { businessDateOf, customerId, epochMs, epochOf, isPortFault, keyText, merchantId, minorUnits, transactionId } from '@understudy/core';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';
import { createWorld } from './world.ts';

const at = epochMs(1_767_614_400_000);
const acceptance: Acceptance = {
  customerId: customerId('customer'), amount: { minor: minorUnits(100n), currency: 'EUR' }, fingerprint: 'f', acceptedAt: at, acceptedRegion: 'us-east-1',
  settleBefore: epochMs(at + 3_600_000), live: true,
};
const decided = (id: string): DecidedPayment => ({
  merchantId: merchantId('shop'), transactionId: transactionId(id), acceptance, decision: { outcome: 'processed', decidedAt: at, businessDate: businessDateOf(at) },
  postedEpoch: epochOf(0), inWork: true, attempts: 0,
});
const one = epochOf(1);
const two = epochOf(2);

describe('ledger pair', () => {
  test('ledger: a standby that stopped replaying is promoted -> holds exactly the prefix, and the old primary is a zombie with its own tail', async () => {
    const { backstage: { ledgers }, regions, control, cluster } = await createWorld({ seed: 1 });
    await regions['us-east-1'].ledger.post(one, [decided('b'), decided('a')]);
    ledgers.stallReplication();
    await regions['us-east-1'].ledger.post(one, [decided('lost')]);
    await cluster.failOver('us-east-2');
    expect((await control.status('us-east-2')).role).toBe('primary');
    expect(ledgers.servers['us-east-2'].rows().map(({ payment }) => payment.transactionId)).toEqual(['a', 'b']);
    expect(await control.raiseFence('us-east-2', { from: one, to: two })).toEqual({ code: 'raised' });
    expect(await regions['us-east-2'].ledger.post(one, [decided('c')])).toEqual({ code: 'fenced', fence: 2 });
    expect(await regions['us-east-1'].ledger.post(one, [decided('zombie')])).toMatchObject({ code: 'posted' });
    expect(ledgers.servers['us-east-2'].rows()).toHaveLength(2);
  });

  test('ledger: a zombie rejoins -> loses its tail, follows the new primary, and takes no postings', async () => {
    const { backstage: { ledgers }, regions, control, cluster } = await createWorld({ seed: 1 });
    ledgers.stallReplication();
    await regions['us-east-1'].ledger.post(one, [decided('lost')]);
    await cluster.failOver('us-east-2');
    ledgers.resumeReplication();
    ledgers.rejoin('us-east-1');
    await control.raiseFence('us-east-2', { from: one, to: two });
    await regions['us-east-2'].ledger.post(two, [decided('new')]);
    expect(ledgers.servers['us-east-1'].log).toEqual(ledgers.servers['us-east-2'].log);
    expect(await regions['us-east-1'].ledger.post(two, [decided('x')])).toEqual({ code: 'fenced', fence: 2 });
    expect(await control.status('us-east-1')).toMatchObject({ role: 'standby', fence: 2, lagMs: 0 });
  });

  test('ledger: a switchover while the standby lags -> nothing is lost and the roles are swapped', async () => {
    const { backstage: { ledgers }, regions, cluster, clock, control } = await createWorld({ seed: 1, moveDurationMs: 1000 });
    ledgers.stallReplication();
    await regions['us-east-1'].ledger.post(one, [decided('a')]);
    clock.advance(700);
    expect((await control.status('us-east-2')).lagMs).toBe(700);
    await cluster.switchOver('us-east-2');
    expect((await control.status('us-east-2')).role).toBe('standby');
    clock.advance(1000);
    expect((await control.status('us-east-2')).role).toBe('primary');
    expect((await control.status('us-east-1')).role).toBe('standby');
    expect(ledgers.servers['us-east-2'].rows()).toHaveLength(1);
  });

  test('ledger: posts after a snapshot was taken -> not in it, and a repeated post inserts nothing', async () => {
    const { regions } = await createWorld({ seed: 1 });
    const { ledger } = regions['us-east-1'];
    await ledger.post(one, [decided('a')]);
    await ledger.withSnapshot(async (snapshot) => {
      await ledger.post(one, [decided('b')]);
      expect([...(await snapshot.present([decided('a'), decided('b')])).keys()]).toEqual([keyText(decided('a'))]);
    });
    expect(await ledger.post(one, [decided('a'), decided('b')])).toEqual({ code: 'posted', inserted: new Set() });
  });

  test('ledger: the fence -> done at its goal, refused below, above and on a standby', async () => {
    const { control } = await createWorld({ seed: 1 });
    expect(await control.raiseFence('us-east-1', { from: two, to: epochOf(3) })).toEqual({ code: 'refused', fence: 1 });
    expect(await control.raiseFence('us-east-1', { from: one, to: epochOf(5) })).toEqual({ code: 'raised' });
    expect(await control.raiseFence('us-east-1', { from: one, to: epochOf(5) })).toEqual({ code: 'raised' });
    expect(await control.raiseFence('us-east-1', { from: one, to: epochOf(4) })).toEqual({ code: 'refused', fence: 5 });
    expect(await control.raiseFence('us-east-2', { from: one, to: two })).toMatchObject({ code: 'refused' });
  });
});

describe('breakage', () => {
  test('breakage: a lost answer -> the caller faults and the write stands; the other region is not touched', async () => {
    const { regions, journal, breakage } = await createWorld({ seed: 1 });
    breakage.add({ part: 'journal', method: 'accept', region: 'us-east-1', when: 'after', times: 1 });
    await expect(regions['us-east-1'].journal.accept(decided('a'), acceptance)).rejects.toSatisfy(isPortFault);
    expect(await regions['us-east-1'].journal.accept(decided('a'), acceptance)).toMatchObject({ code: 'exists' });
    expect(await regions['us-east-2'].journal.accept(decided('b'), acceptance)).toEqual({ code: 'created' });
    expect(await journal.read(decided('a'))).toBeDefined();
  });

  test('breakage: the second call fails before doing anything, until mended', async () => {
    const { journal, breakage } = await createWorld({ seed: 1 });
    const mend = breakage.add({ part: 'journal', when: 'before', skip: 1 });
    await journal.accept(decided('a'), acceptance);
    await expect(journal.accept(decided('b'), acceptance)).rejects.toSatisfy(isPortFault);
    mend();
    expect(await journal.read(decided('b'))).toBeUndefined();
  });

  test('breakage: a shared part is broken without a region -> broken in both', async () => {
    const { regions, breakage } = await createWorld({ seed: 1 });
    breakage.add({ part: 'epochs', when: 'before' });
    await expect(regions['us-east-1'].epochs.read()).rejects.toSatisfy(isPortFault);
    await expect(regions['us-east-2'].epochs.read()).rejects.toSatisfy(isPortFault);
  });
});

describe('time and chance', () => {
  test('clock: sleepers of different lengths -> wake in the order of their times, and no real time passes', async () => {
    const clock = new VirtualClock(at);
    const woken: string[] = [];
    const sleeper = async (name: string, ...durationsMs: readonly number[]): Promise<void> => {
      for (const durationMs of durationsMs) {
        await clock.sleep(durationMs);
        woken.push(`${name}@${clock.now() - at}`);
      }
    };
    await Promise.all([sleeper('slow', 86_400_000), sleeper('poll', 10, 10, 10), sleeper('one', 15)]);
    expect(woken).toEqual(['poll@10', 'one@15', 'poll@20', 'poll@30', 'slow@86400000']);
  });

  test('random: the same seed -> the same sequence; another -> another; integers in range and spread', () => {
    const sequence = (seed: number) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 500 }, () => random.integer(64));
    };
    expect(sequence(7)).toEqual(sequence(7));
    expect(sequence(7)).not.toEqual(sequence(8));
    expect(new Set(sequence(7)).size).toBe(64);
    expect(new SeededRandom(1).id()).toMatch(/^[0-9a-f]{32}$/);
  });
});
