// The promises of the Canary port: it writes, to its own region's item, and says so only when it did.
import { assert } from '../../support/assert.ts';
import { epochMs } from '../../domain/time.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Region } from '../../domain/region/region.ts';
import type { Canary } from '../canary.ts';
import { isPortFault } from '../fault.ts';
import type { ContractCase } from './contract.ts';
import { times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface CanaryFixture {
  readonly canary: Canary;
  /** What stands in the region's item; undefined when nothing was written. */
  readonly written: (region: Region) => Promise<EpochMs | undefined>;
  /** From now on nothing can be written. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const cases: Readonly<Record<string, (fixture: CanaryFixture) => Promise<void>>> = {
  'a write -> stands in its own region\'s item, not in the other\'s': async ({ canary, written }) => {
    await canary.write('us-east-2', epochMs(1000));
    assert((await written('us-east-2')) === 1000, 'it was written');
    assert((await written('us-east-1')) === undefined, 'each region has its own item');
  },
  'a later write -> stands': async ({ canary, written }) => {
    await canary.write('us-east-1', epochMs(1000));
    await canary.write('us-east-1', epochMs(2000));
    assert((await written('us-east-1')) === 2000, 'the last stands');
  },
  'many writes at once -> no fault': async ({ canary, written }) => {
    await Promise.all(times(10, (index) => canary.write('us-east-1', epochMs(index + 1))));
    assert(((await written('us-east-1')) ?? 0) > 0, 'one of them stands');
  },
  'nothing can be written -> a retryable fault of port journal, each time': async ({ canary, cutOff }) => {
    await canary.write('us-east-1', epochMs(1000));
    await cutOff();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const fault = await faultOf(canary.write('us-east-1', epochMs(2000)));
      assert(isPortFault(fault) && fault.port === 'journal' && fault.retryable, 'this region cannot accept');
    }
  },
};

export const canaryContract = (make: () => Promise<CanaryFixture>): readonly ContractCase[] => casesOf(make, cases);
