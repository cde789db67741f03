// The promises of the Votes port: the last vote of each vantage, whole, and no other.
import { assert } from '../../support/assert.ts';
import { epochMs } from '../../domain/time.ts';
import type { Vantage } from '../../domain/region/region.ts';
import { isPortFault } from '../fault.ts';
import type { Vote, Votes } from '../votes.ts';
import type { ContractCase } from './contract.ts';
import { sameValue, times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface VotesFixture {
  /** Without any vote. */
  readonly votes: Votes;
  /** From now on the votes cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const good = (vantage: Vantage): Vote => ({ vantage, about: 'us-east-1', at: epochMs(1000), failures: 0 });
const bad = (vantage: Vantage): Vote => ({ vantage, about: 'us-east-1', at: epochMs(2000), failures: 3, failingSince: epochMs(1500), critical: 'the ledger does not answer', raised: { row: 'D-40', at: epochMs(1900) } });

const listed = (list: readonly Vote[]): readonly Vote[] => list.toSorted((a, b) => (a.vantage < b.vantage ? -1 : 1));

const cases: Readonly<Record<string, (fixture: VotesFixture) => Promise<void>>> = {
  'no vote cast -> none listed': async ({ votes }) => {
    assert((await votes.list()).length === 0, 'nobody voted');
  },
  'a vote from each vantage -> each listed exactly': async ({ votes }) => {
    const cast = [bad('us-east-1'), good('us-east-2'), bad('us-west-2')];
    for (const vote of cast) await votes.cast(vote);
    assert(sameValue(listed(await votes.list()), cast), 'each is listed as it was cast');
  },
  'a later vote of the same vantage -> alone, nothing left of the earlier one': async ({ votes }) => {
    await votes.cast(bad('us-west-2'));
    await votes.cast({ ...good('us-west-2'), about: 'us-east-2' });
    assert(sameValue(await votes.list(), [{ ...good('us-west-2'), about: 'us-east-2' }]), 'the last vote stands alone');
  },
  'the same vote again -> no fault, listed once': async ({ votes }) => {
    await votes.cast(bad('us-east-1'));
    await votes.cast(bad('us-east-1'));
    assert(sameValue(await votes.list(), [bad('us-east-1')]), 'it is listed once');
  },
  'votes of one vantage at once -> one of them, unmixed': async ({ votes }) => {
    const cast = times(20, (index) => (index % 2 === 0 ? { ...bad('us-east-2'), failures: index } : { ...good('us-east-2'), at: epochMs(index) }));
    await Promise.all(cast.map((vote) => votes.cast(vote)));
    const list = await votes.list();
    assert(list.length === 1 && cast.some((vote) => sameValue(vote, list[0])), 'one whole vote stands');
  },
  'votes that cannot be reached -> a retryable fault of port votes from each method': async ({ votes, cutOff }) => {
    await cutOff();
    for (const call of [() => votes.cast(good('us-east-1')), () => votes.list()]) {
      const fault = await faultOf(call());
      assert(isPortFault(fault) && fault.port === 'votes' && fault.retryable, 'nothing is known');
    }
  },
};

export const votesContract = (make: () => Promise<VotesFixture>): readonly ContractCase[] => casesOf(make, cases);
