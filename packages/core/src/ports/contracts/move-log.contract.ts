// The promises of the MoveLog port: each run's entries, in the order in which they were added.
import { assert } from '../../support/assert.ts';
import { epochMs } from '../../domain/time.ts';
import { isPortFault } from '../fault.ts';
import type { MoveLog, MoveLogEntry } from '../move-log.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface MoveLogFixture {
  /** Empty. */
  readonly moveLog: MoveLog;
  /** From now on the log cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const claim: MoveLogEntry = { at: epochMs(1000), row: 'F-20', because: 'two vantages do not reach us-east-1', detail: 'epoch 2' };
const promote: MoveLogEntry = { at: epochMs(1000), row: 'F-30', because: 'the standby is ready' };

const cases: Readonly<Record<string, (fixture: MoveLogFixture) => Promise<void>>> = {
  'a run never seen -> no entries': async ({ moveLog }) => {
    assert((await moveLog.read('run-1')).length === 0, 'there is no story');
  },
  'entries of one instant, the same step twice -> all there, as they were added, in order': async ({ moveLog }) => {
    const story = [claim, promote, promote, { ...promote, row: 'F-10', at: epochMs(999) }];
    for (const entry of story) await moveLog.append('run-1', entry);
    assert(sameValue(await moveLog.read('run-1'), story), 'the story is whole');
  },
  'two runs -> two stories': async ({ moveLog }) => {
    await moveLog.append('run-1', claim);
    await moveLog.append('run-2', promote);
    assert(sameValue(await moveLog.read('run-1'), [claim]) && sameValue(await moveLog.read('run-2'), [promote]), 'they stay apart');
  },
  '20 entries at once -> all there': async ({ moveLog }) => {
    const entries = times(20, (index) => ({ ...claim, detail: `step ${String(index).padStart(2, '0')}` }));
    await Promise.all(entries.map((entry) => moveLog.append('run-1', entry)));
    const found = (await moveLog.read('run-1')).toSorted((a, b) => ((a.detail ?? '') < (b.detail ?? '') ? -1 : 1));
    assert(sameValue(found, entries), 'none is lost or doubled');
  },
  'a log that cannot be reached -> a retryable fault of port epoch from each method': async ({ moveLog, cutOff }) => {
    await cutOff();
    for (const call of [() => moveLog.append('run-1', claim), () => moveLog.read('run-1')]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'epoch' && fault.retryable, 'nothing is known');
    }
  },
};

export const moveLogContract = (make: () => Promise<MoveLogFixture>): readonly ContractCase[] => casesOf(make, cases);
