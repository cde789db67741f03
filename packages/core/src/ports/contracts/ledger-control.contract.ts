// The promises of the LedgerControl port: what it says of a server, and a fence that rises from where it was expected,
// once, on a primary.
import { assert } from '../../support/assert.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { peerOf } from '../../domain/region/region.ts';
import { isPortFault } from '../fault.ts';
import type { ContractCase } from './contract.ts';
import { decided } from './ledger-samples.ts';
import type { LedgerFixture } from './ledger-samples.ts';
import { casesOf, faultOf } from './with-fixture.ts';

const [first, second, third] = [epochOf(1), epochOf(2), epochOf(3)] as const;

const cases: Readonly<Record<string, (fixture: LedgerFixture) => Promise<void>>> = {
  'status: of a primary -> its role, fence and engine, and no lag': async ({ control, region }) => {
    const status = await control.status(region);
    assert(status.role === 'primary' && status.fence === 1 && status.lagMs === undefined, 'a primary lags behind nobody');
    assert(/^\d+\.\d+$/.test(status.engineVersion), 'the engine version is the full one');
  },
  'status: of a standby that has everything -> its role, the replicated fence, the same engine, no lag': async ({ control, region, caughtUp }) => {
    await control.raiseFence(region, { from: first, to: second });
    await caughtUp();
    const status = await control.status(peerOf(region));
    assert(status.role === 'standby' && status.fence === 2 && status.lagMs === 0, 'it has caught up');
    assert(status.engineVersion === (await control.status(region)).engineVersion, 'both run the same engine');
  },
  'raise fence: from where it stands -> raised, and status shows it': async ({ control, region }) => {
    assert((await control.raiseFence(region, { from: first, to: second })).code === 'raised', 'the fence rises');
    assert((await control.status(region)).fence === 2, 'it stands at the new epoch');
  },
  'raise fence: over several epochs at once -> raised': async ({ control, region }) => {
    assert((await control.raiseFence(region, { from: first, to: third })).code === 'raised', 'an abandoned move leaves a gap');
    assert((await control.status(region)).fence === 3, 'it stands at the new epoch');
  },
  'raise fence: again -> raised, nothing changes': async ({ control, region }) => {
    await control.raiseFence(region, { from: first, to: second });
    assert((await control.raiseFence(region, { from: first, to: second })).code === 'raised', 'a repeat is done already');
    assert((await control.status(region)).fence === 2, 'it stands where it stood');
  },
  'raise fence: it stands below from -> refused with the fence, nothing changes': async ({ control, region }) => {
    const result = await control.raiseFence(region, { from: second, to: third });
    assert(result.code === 'refused' && result.fence === 1, 'the fence is not the expected one');
    assert((await control.status(region)).fence === 1, 'it stands where it stood');
  },
  'raise fence: it stands above to -> refused with the fence, nothing changes': async ({ control, region }) => {
    await control.raiseFence(region, { from: first, to: third });
    const result = await control.raiseFence(region, { from: first, to: second });
    assert(result.code === 'refused' && result.fence === 3, 'a fence is never lowered');
    assert((await control.status(region)).fence === 3, 'it stands where it stood');
  },
  'raise fence: several at once -> all raised': async ({ control, region }) => {
    const results = await Promise.all([1, 2, 3].map(() => control.raiseFence(region, { from: first, to: second })));
    assert(results.every((result) => result.code === 'raised'), 'each finds it done');
  },
  'raise fence: on a standby -> refused with the fence it shows': async ({ control, region }) => {
    const result = await control.raiseFence(peerOf(region), { from: first, to: second });
    assert(result.code === 'refused' && result.fence === 1, 'a standby cannot be written');
  },
  'raise fence: while payments are being posted -> every posting has ended when it returns': async ({ control, ledger, region }) => {
    const payments = Array.from({ length: 20 }, (_, n) => decided(`p${n}`));
    const answered = Promise.all(payments.map((payment) => ledger.post(first, [payment])));
    await control.raiseFence(region, { from: first, to: second });
    const seen = await ledger.withSnapshot((snapshot) => snapshot.present(payments));
    const inserted = (await answered).flatMap((result) => (result.code === 'posted' ? [...result.inserted] : []));
    assert(inserted.length === seen.size, 'no row of the old epoch appeared after the fence was raised');
  },
  'unreachable -> a retryable fault of port ledger, the other region still answers': async ({ control, region, cutOff }) => {
    await cutOff();
    for (const call of [() => control.status(region), () => control.raiseFence(region, { from: first, to: second })]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'ledger' && fault.retryable, 'the outcome is unknown');
    }
    assert((await control.status(peerOf(region))).role === 'standby', 'the other region is reached');
  },
};

export const ledgerControlContract = (make: () => Promise<LedgerFixture>): readonly ContractCase[] => casesOf(make, cases);
