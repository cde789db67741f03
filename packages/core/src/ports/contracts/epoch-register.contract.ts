// The promises of the EpochRegister port: of any number of moves from one state, one happens, and the others see which.
import { assert } from '../../support/assert.ts';
import { epochOf, firstEpochRecord } from '../../domain/region/epoch.ts';
import type { EpochRecord } from '../../domain/region/epoch.ts';
import { epochMs } from '../../domain/time.ts';
import type { EpochRegister } from '../epoch-register.ts';
import { isPortFault } from '../fault.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface EpochRegisterFixture {
  /** Without any record. */
  readonly epochs: EpochRegister;
  /** From now on the record cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const first = firstEpochRecord('us-east-1', epochMs(1_767_614_400_000));
const at = { epoch: first.epoch, phase: first.phase };

const moveBy = (runId: string): EpochRecord => ({
  epoch: epochOf(2), activeRegion: 'us-east-2', phase: 'moving', kind: 'failover', runId, ledgerEpoch: epochOf(1),
  reason: 'us-east-1 was not reached from two vantages', by: 'detector', at: epochMs(1_767_614_500_000),
});

const stands = async (epochs: EpochRegister, record: EpochRecord): Promise<void> => {
  assert(sameValue(await epochs.read(), record), `the record of ${record.runId} stands`);
};

const cases: Readonly<Record<string, (fixture: EpochRegisterFixture) => Promise<void>>> = {
  'no record yet -> a fault of port epoch, never an invented one': async ({ epochs }) => {
    for (const call of [() => epochs.read(), () => epochs.compareAndSet(at, moveBy('run-1'))]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'epoch', 'there is nothing to give');
    }
  },
  'initialise -> the first record, exactly; again with another -> the first stays': async ({ epochs }) => {
    await epochs.initialise(first);
    await stands(epochs, first);
    await epochs.initialise(firstEpochRecord('us-east-2', epochMs(1)));
    await stands(epochs, first);
  },
  'initialise after a move -> the move stays': async ({ epochs }) => {
    await epochs.initialise(first);
    await epochs.compareAndSet(at, moveBy('run-1'));
    await epochs.initialise(first);
    await stands(epochs, moveBy('run-1'));
  },
  'initialise 10 at once -> one of them stands, whole': async ({ epochs }) => {
    const records = times(10, (index) => ({ ...first, by: `installer ${index}`, reason: `reason ${index}` }));
    await Promise.all(records.map((record) => epochs.initialise(record)));
    const found = await epochs.read();
    assert(records.some((record) => sameValue(record, found)), 'one record stands, unmixed');
  },
  'compareAndSet at exactly the expected state -> won and stored, healedAt gone with the old record': async ({ epochs }) => {
    await epochs.initialise(first);
    assert((await epochs.compareAndSet(at, moveBy('run-1'))).won, 'it stood as expected');
    await stands(epochs, moveBy('run-1'));
  },
  'compareAndSet forward through a whole move -> each step stands exactly': async ({ epochs }) => {
    await epochs.initialise(first);
    const moving = moveBy('run-1');
    const open: EpochRecord = { ...moving, phase: 'open', ledgerEpoch: epochOf(2) };
    const healed: EpochRecord = { ...open, healedAt: epochMs(1_767_614_600_000) };
    await epochs.compareAndSet(at, moving);
    assert((await epochs.compareAndSet({ epoch: epochOf(2), phase: 'moving' }, open)).won, 'the phase is expected too');
    assert((await epochs.compareAndSet({ epoch: epochOf(2), phase: 'open' }, healed)).won, 'a record may be completed in its state');
    await stands(epochs, healed);
  },
  'compareAndSet from another epoch or phase -> refused with what stands, unchanged': async ({ epochs }) => {
    await epochs.initialise(first);
    const others = [{ epoch: epochOf(0), phase: 'open' }, { epoch: epochOf(2), phase: 'open' }, { epoch: epochOf(1), phase: 'moving' }] as const;
    for (const expected of others) {
      const result = await epochs.compareAndSet(expected, moveBy('run-1'));
      assert(!result.won && sameValue(result.record, first), 'what stands is given');
    }
    await stands(epochs, first);
  },
  'compareAndSet repeated after a lost answer -> refused with my own run': async ({ epochs }) => {
    await epochs.initialise(first);
    await epochs.compareAndSet(at, moveBy('run-1'));
    const again = await epochs.compareAndSet(at, moveBy('run-1'));
    assert(!again.won && again.record.runId === 'run-1', 'my own record stands');
  },
  'compareAndSet 30 at once from one state -> one wins, and the others are given its record': async ({ epochs }) => {
    await epochs.initialise(first);
    const moves = times(30, (index) => moveBy(`run-${index}`));
    const results = await Promise.all(moves.map((move) => epochs.compareAndSet(at, move)));
    const winners = moves.filter((_, index) => results[index]?.won);
    assert(winners.length === 1, `one wins, not ${winners.length}`);
    assert(results.every((result) => result.won || sameValue(result.record, winners[0])), 'the others see who won');
    await stands(epochs, winners[0] ?? first);
  },
  'a register that cannot be reached -> a retryable fault of port epoch from each method': async ({ epochs, cutOff }) => {
    await epochs.initialise(first);
    await cutOff();
    for (const call of [() => epochs.read(), () => epochs.compareAndSet(at, moveBy('run-1')), () => epochs.initialise(first)]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'epoch' && fault.retryable, 'the outcome is unknown');
    }
  },
};

export const epochRegisterContract = (make: () => Promise<EpochRegisterFixture>): readonly ContractCase[] => casesOf(make, cases);
