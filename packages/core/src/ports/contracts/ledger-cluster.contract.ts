// The promises of the LedgerCluster port: a move is started once however often it is asked for.
import { assert } from '../../support/assert.ts';
import type { Region } from '../../domain/region/region.ts';
import { isPortFault } from '../fault.ts';
import type { LedgerCluster } from '../ledger-control.ts';
import type { ContractCase } from './contract.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface LedgerClusterFixture {
  /** The writer is in us-east-1 and nothing is under way. */
  readonly cluster: LedgerCluster;
  /** Lets a move that is under way come to its end. */
  readonly finish: () => Promise<void>;
  readonly writer: () => Promise<Region>;
  /** From now on the database service cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const movesOnce = async (fixture: LedgerClusterFixture, move: 'failOver' | 'switchOver'): Promise<void> => {
  const { cluster } = fixture;
  await cluster[move]('us-east-2');
  await cluster[move]('us-east-2');
  await fixture.finish();
  assert((await fixture.writer()) === 'us-east-2', 'the target is the writer in the end');
  await cluster[move]('us-east-2');
  await fixture.finish();
  assert((await fixture.writer()) === 'us-east-2', 'asking again changes nothing');
};

const cases: Readonly<Record<string, (fixture: LedgerClusterFixture) => Promise<void>>> = {
  'a failover asked for before, during and after it -> no fault, and the target is the writer': (fixture) => movesOnce(fixture, 'failOver'),
  'a switchover asked for before, during and after it -> no fault, and the target is the writer': (fixture) => movesOnce(fixture, 'switchOver'),
  'a switchover there and back -> the first region is the writer again': async ({ cluster, finish, writer }) => {
    await cluster.switchOver('us-east-2');
    await finish();
    await cluster.switchOver('us-east-1');
    await finish();
    assert((await writer()) === 'us-east-1', 'the writer is back');
  },
  'the database service cannot be reached -> a retryable fault of port cluster': async ({ cluster, cutOff }) => {
    await cutOff();
    for (const call of [cluster.failOver('us-east-2'), cluster.switchOver('us-east-2')]) {
      const fault = await faultOf(call);
      assert(isPortFault(fault) && fault.port === 'cluster' && fault.retryable, 'whether it began is unknown');
    }
  },
};

export const ledgerClusterContract = (make: () => Promise<LedgerClusterFixture>): readonly ContractCase[] => casesOf(make, cases);
