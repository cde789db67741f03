import { epochMs, isPortFault } from '@understudy/core';
import type { LedgerCluster, Region } from '@understudy/core';
import { ledgerClusterContract } from '@understudy/core/contracts';
import { describe, expect, it } from 'vitest';
import { Breakage, InMemoryLedgerPair } from '../in-memory/index.ts';
import { formOf, queryError, testCredentials, xml } from '../system/test-support/aws.ts';
import { startServer } from '../system/test-support/servers.ts';
import type { Answer, Heard } from '../system/test-support/servers.ts';
import { garbage, silences } from '../system/test-support/trouble.ts';
import { createRdsLedgerCluster } from './index.ts';

const arnOf = (region: Region): string => `arn:aws:rds:${region}:123456789012:cluster:ledger`;
const clusterArns: Readonly<Record<Region, string>> = { 'us-east-1': arnOf('us-east-1'), 'us-east-2': arnOf('us-east-2') };

const clusterAt = (endpoint: string): LedgerCluster =>
  createRdsLedgerCluster({ globalClusterId: 'ledger', clusterArns, endpoint, credentials: testCredentials, timeoutMs: 1000 });

const faultOf = async (call: Promise<void>): Promise<unknown> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error;
  }
};

interface Move {
  readonly toArn: string;
  readonly dataLoss: boolean;
  readonly status: string;
}

/** RDS's control plane, as far as a global cluster's moves go. */
class ControlPlane {
  writerArn = arnOf('us-east-1');
  move: Move | undefined;
  readonly asked: string[] = [];

  readonly answer = (heard: Heard): Answer => {
    const form = formOf(heard);
    const action = form.get('Action') ?? '';
    this.asked.push(action);
    if (form.get('GlobalClusterIdentifier') !== 'ledger') return queryError(404, 'GlobalClusterNotFoundFault');
    if (action === 'DescribeGlobalClusters') return this.#reply(action, `<GlobalClusters><GlobalClusterMember>${this.#describe()}</GlobalClusterMember></GlobalClusters>`);
    const toArn = form.get('TargetDbClusterIdentifier') ?? '';
    const dataLoss = form.get('AllowDataLoss') === 'true';
    if (action === 'FailoverGlobalCluster' && !dataLoss) return queryError(400, 'InvalidParameterCombination');
    if (!Object.values(clusterArns).includes(toArn)) return queryError(404, 'DBClusterNotFoundFault');
    if (this.move || toArn === this.writerArn) return queryError(400, 'InvalidGlobalClusterStateFault');
    this.move = { toArn, dataLoss, status: dataLoss ? 'failing-over' : 'switching-over' };
    return this.#reply(action, `<GlobalCluster>${this.#describe()}</GlobalCluster>`);
  };

  finish(): void {
    this.writerArn = this.move?.toArn ?? this.writerArn;
    this.move = undefined;
  }

  #describe(): string {
    const members = Object.values(clusterArns).map((arn) => `<GlobalClusterMember><DBClusterArn>${arn}</DBClusterArn><IsWriter>${arn === this.writerArn}</IsWriter></GlobalClusterMember>`);
    const state = this.move
      ? `<Status>${this.move.status}</Status><ToDbClusterArn>${this.move.toArn}</ToDbClusterArn><IsDataLossAllowed>${this.move.dataLoss}</IsDataLossAllowed>`
      : '';
    return `<GlobalClusterIdentifier>ledger</GlobalClusterIdentifier><GlobalClusterMembers>${members.join('')}</GlobalClusterMembers><FailoverState>${state}</FailoverState>`;
  }

  #reply(action: string, result: string): Answer {
    return xml(200, `<${action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><${action}Result>${result}</${action}Result></${action}Response>`);
  }
}

describe('ledger cluster over RDS, its contract', () => {
  const make = async () => {
    const plane = new ControlPlane();
    const server = await startServer(plane.answer);
    return {
      cluster: clusterAt(server.url),
      finish: async () => plane.finish(),
      writer: async (): Promise<Region> => (plane.writerArn === arnOf('us-east-2') ? 'us-east-2' : 'us-east-1'),
      cutOff: () => server.close(),
      close: () => server.close(),
    };
  };
  for (const one of ledgerClusterContract(make)) it(one.name, () => one.run());
});

describe('ledger cluster in memory, its contract', () => {
  const make = async () => {
    let now = 0;
    const clock = { now: () => epochMs(now), sleep: async () => undefined };
    const pair = new InMemoryLedgerPair({ clock, primary: 'us-east-1', moveDurationMs: 10 });
    const breakage = new Breakage();
    return {
      cluster: breakage.subject<LedgerCluster>(pair, { part: 'cluster' }),
      finish: async () => {
        now += 10;
      },
      writer: async (): Promise<Region> => ((await pair.status('us-east-2')).role === 'primary' ? 'us-east-2' : 'us-east-1'),
      cutOff: async () => void breakage.add({ part: 'cluster', when: 'before' }),
      close: async () => undefined,
    };
  };
  for (const one of ledgerClusterContract(make)) it(one.name, () => one.run());
});

const withPlane = async (plane: ControlPlane, use: (cluster: LedgerCluster) => Promise<void>): Promise<void> => {
  const server = await startServer(plane.answer);
  try {
    await use(clusterAt(server.url));
  } finally {
    await server.close();
  }
};

const underWay: readonly (Move & { readonly name: string; readonly ask: 'failOver' | 'switchOver'; readonly taken: boolean })[] = [
  { name: 'this failover is pending', ask: 'failOver', taken: true, toArn: arnOf('us-east-2'), dataLoss: true, status: 'pending' },
  { name: 'this switchover is pending', ask: 'switchOver', taken: true, toArn: arnOf('us-east-2'), dataLoss: false, status: 'pending' },
  { name: 'a switchover hangs, a failover is wanted', ask: 'failOver', taken: false, toArn: arnOf('us-east-2'), dataLoss: false, status: 'switching-over' },
  { name: 'a failover runs, a switchover without loss is wanted', ask: 'switchOver', taken: false, toArn: arnOf('us-east-2'), dataLoss: true, status: 'failing-over' },
  { name: 'this failover is being cancelled', ask: 'failOver', taken: false, toArn: arnOf('us-east-2'), dataLoss: true, status: 'cancelling' },
  { name: 'a failover to the other region runs', ask: 'failOver', taken: false, toArn: arnOf('us-east-1'), dataLoss: true, status: 'failing-over' },
];

describe('ledger cluster over RDS', () => {
  it.each(underWay)('$name -> taken on: $taken', async ({ ask, taken, ...move }) => {
    const plane = new ControlPlane();
    plane.move = move;
    await withPlane(plane, async (cluster) => {
      const fault = await faultOf(cluster[ask]('us-east-2'));
      if (taken) expect(fault).toBeUndefined();
      else expect(isPortFault(fault) && fault.retryable).toBe(true);
    });
  });

  it('a failover -> asked of the region that takes over; a switchover -> of the one that gives the role away', async () => {
    const asked: string[] = [];
    const plane = new ControlPlane();
    const server = await startServer((heard) => {
      asked.push(/Credential=[^/]+\/\d+\/([\w-]+)\/rds/.exec(heard.headers.authorization ?? '')?.[1] ?? 'none');
      return plane.answer(heard);
    });
    try {
      await clusterAt(server.url).failOver('us-east-2');
      plane.finish();
      await clusterAt(server.url).switchOver('us-east-1');
      expect(asked).toEqual(['us-east-2', 'us-east-2']);
    } finally {
      await server.close();
    }
  });

  it('the writer is asked to become writer while it is being moved away -> a retryable fault', async () => {
    const plane = new ControlPlane();
    plane.move = { toArn: arnOf('us-east-2'), dataLoss: true, status: 'failing-over' };
    await withPlane(plane, async (cluster) => {
      const fault = await faultOf(cluster.failOver('us-east-1'));
      expect(isPortFault(fault) && fault.retryable).toBe(true);
    });
  });

  it('a failover that is taken on -> nothing is looked up', async () => {
    const plane = new ControlPlane();
    await withPlane(plane, (cluster) => cluster.failOver('us-east-2'));
    expect(plane.asked).toEqual(['FailoverGlobalCluster']);
    expect(plane.move).toMatchObject({ toArn: arnOf('us-east-2'), dataLoss: true });
  });

  it.each([
    { code: 'DBClusterNotFoundFault', status: 404, retryable: false },
    { code: 'GlobalClusterNotFoundFault', status: 404, retryable: false },
    { code: 'InvalidDBClusterStateFault', status: 400, retryable: true },
    { code: 'AccessDenied', status: 403, retryable: false },
    { code: 'Throttling', status: 400, retryable: true },
    { code: 'InternalFailure', status: 500, retryable: true },
  ])('the service refuses with $code -> retryable: $retryable', async ({ code, status, retryable }) => {
    const plane = new ControlPlane();
    const server = await startServer((heard) => (formOf(heard).get('Action') === 'DescribeGlobalClusters' ? plane.answer(heard) : queryError(status, code)));
    for (const move of ['failOver', 'switchOver'] as const) {
      const fault = await faultOf(clusterAt(server.url)[move]('us-east-2'));
      expect(isPortFault(fault) && fault.port === 'cluster' && fault.retryable === retryable).toBe(true);
    }
    await server.close();
  });

  it.each([...silences, ...garbage])('$name -> a fault of port cluster within two seconds', async ({ start }) => {
    const server = await start();
    const before = performance.now();
    const fault = await faultOf(clusterAt(server.url).failOver('us-east-2'));
    expect(isPortFault(fault) && fault.port === 'cluster').toBe(true);
    expect(performance.now() - before).toBeLessThan(2000);
    await server.close();
  });
});
