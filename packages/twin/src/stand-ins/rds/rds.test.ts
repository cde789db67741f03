import { DescribeGlobalClustersCommand, FailoverGlobalClusterCommand, RDSClient, SwitchoverGlobalClusterCommand } from '@aws-sdk/client-rds';
import { afterEach, expect, test, vi } from 'vitest';
import { createRds, memberArn } from './index.ts';
import type { GlobalClusterDescription, RdsOptions } from './index.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const [east1, east2] = ['us-east-1', 'us-east-2'] as const;
const cluster = { GlobalClusterIdentifier: 'understudy-ledger' };
const to = (region: string) => ({ ...cluster, TargetDbClusterIdentifier: memberArn(region) });

/** A ledger of two regions whose change of roles ends when the test says so. */
const start = async () => {
  let writer: string = east1;
  const calls: string[] = [];
  let end = Promise.withResolvers<void>();
  const describe = async (): Promise<GlobalClusterDescription> => ({
    engineVersion: '17.4',
    members: [east1, east2].map((region) => ({ region, isWriter: region === writer, isConnected: region === writer })),
  });
  const work = (kind: string) => async (target: string) => {
    calls.push(`${kind} ${target}`);
    await end.promise;
    writer = target;
  };
  const report = vi.fn<NonNullable<RdsOptions['report']>>();
  const rds = createRds({ region: east2, control: { describe, failover: work('failover'), switchover: work('switchover') }, report });
  const port = await rds.listen();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new RDSClient({ region: east2, endpoint: `http://127.0.0.1:${port}`, credentials, maxAttempts: 1 });
  closing.push(async () => {
    client.destroy();
    await rds.close();
  });
  const look = async () => (await client.send(new DescribeGlobalClustersCommand(cluster))).GlobalClusters?.[0];
  const finish = (fault?: Error) => {
    if (fault === undefined) end.resolve();
    else end.reject(fault);
    end = Promise.withResolvers();
  };
  const settled = () => vi.waitFor(async () => {
    const found = await look();
    expect(found?.FailoverState?.Status).toBeUndefined();
    return found;
  });
  return { client, port, calls, report, look, finish, settled };
};

const failover = (region: string) => new FailoverGlobalClusterCommand({ ...to(region), AllowDataLoss: true });
const invalidState = { name: 'InvalidGlobalClusterStateFault' };

test('rds describe: at rest -> the members, the writer with its readers, no failover state', async () => {
  const { client, look } = await start();
  expect(await look()).toMatchObject({
    GlobalClusterIdentifier: 'understudy-ledger',
    Status: 'available',
    Engine: 'aurora-postgresql',
    EngineVersion: '17.4',
    GlobalClusterMembers: [
      {
        DBClusterArn: 'arn:aws:rds:us-east-1:000000000000:cluster:understudy-ledger-us-east-1',
        IsWriter: true,
        Readers: ['arn:aws:rds:us-east-2:000000000000:cluster:understudy-ledger-us-east-2'],
        SynchronizationStatus: 'connected',
      },
      { DBClusterArn: memberArn(east2), IsWriter: false, Readers: [], SynchronizationStatus: 'pending-resync' },
    ],
  });
  expect((await look())?.FailoverState).toBeUndefined();
  expect((await client.send(new DescribeGlobalClustersCommand({}))).GlobalClusters).toHaveLength(1);
});

test('rds failover: asked for -> answers pending at once, shows failing-over, then the new writer', async () => {
  const { client, calls, look, finish, settled } = await start();
  const asked = await client.send(failover(east2));
  expect(asked.GlobalCluster?.FailoverState).toEqual({
    Status: 'pending',
    FromDbClusterArn: memberArn(east1),
    ToDbClusterArn: memberArn(east2),
    IsDataLossAllowed: true,
  });
  expect(await look()).toMatchObject({
    Status: 'failing-over',
    FailoverState: { Status: 'failing-over' },
    GlobalClusterMembers: [{ IsWriter: true }, { IsWriter: false }],
  });
  finish();
  expect(await settled()).toMatchObject({ Status: 'available', GlobalClusterMembers: [{ IsWriter: false }, { IsWriter: true, Readers: [memberArn(east1)] }] });
  expect(calls).toEqual(['failover us-east-2']);
});

test('rds switchover: asked for -> switching-over without data loss, then the new writer, and back', async () => {
  const { client, calls, look, finish, settled } = await start();
  await client.send(new SwitchoverGlobalClusterCommand(to(east2)));
  expect(await look()).toMatchObject({ Status: 'switching-over', FailoverState: { Status: 'switching-over', IsDataLossAllowed: false } });
  finish();
  await settled();
  await client.send(new SwitchoverGlobalClusterCommand(to(east1)));
  finish();
  expect((await settled())?.GlobalClusterMembers?.[0]?.IsWriter).toBe(true);
  expect(calls).toEqual(['switchover us-east-2', 'switchover us-east-1']);
});

test('rds failover: without AllowDataLoss -> a switchover, as on AWS; with Switchover too -> refused', async () => {
  const { client, calls, finish, settled } = await start();
  await expect(client.send(new FailoverGlobalClusterCommand({ ...to(east2), AllowDataLoss: true, Switchover: true }))).rejects.toMatchObject({
    name: 'InvalidParameterCombination',
  });
  await client.send(new FailoverGlobalClusterCommand(to(east2)));
  finish();
  await settled();
  expect(calls).toEqual(['switchover us-east-2']);
});

test('rds: a second call while one runs, also at the very same moment -> InvalidGlobalClusterStateFault, one operation', async () => {
  const { client, calls, finish, settled } = await start();
  const racing = await Promise.allSettled(Array.from({ length: 8 }, () => client.send(failover(east2))));
  expect(racing.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  for (const one of racing) if (one.status === 'rejected') expect(one.reason).toMatchObject(invalidState);
  await expect(client.send(new SwitchoverGlobalClusterCommand(to(east2)))).rejects.toMatchObject(invalidState);
  finish();
  await settled();
  expect(calls).toEqual(['failover us-east-2']);
});

test('rds: a target that already is the writer -> InvalidGlobalClusterStateFault, nothing begun', async () => {
  const { client, calls, look } = await start();
  await expect(client.send(failover(east1))).rejects.toMatchObject(invalidState);
  await expect(client.send(new SwitchoverGlobalClusterCommand(to(east1)))).rejects.toMatchObject(invalidState);
  expect((await look())?.Status).toBe('available');
  expect(calls).toEqual([]);
});

test('rds: the work rejects -> the state is cleared, the writer is unchanged, the cause reported, and it may be asked again', async () => {
  const { client, report, finish, settled } = await start();
  await client.send(failover(east2));
  finish(new Error('the standby is gone'));
  expect((await settled())?.GlobalClusterMembers?.[0]).toMatchObject({ DBClusterArn: memberArn(east1), IsWriter: true });
  expect(report).toHaveBeenCalledWith('the failover to us-east-2 failed', new Error('the standby is gone'));
  await client.send(failover(east2));
  finish();
  expect((await settled())?.GlobalClusterMembers?.[1]?.IsWriter).toBe(true);
});

test('rds: an unknown global cluster, an unknown target, an action that is not done, a huge body -> refused by name', async () => {
  const { client, port } = await start();
  const GlobalClusterIdentifier = 'other';
  await expect(client.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier }))).rejects.toMatchObject({ name: 'GlobalClusterNotFoundFault' });
  await expect(client.send(new FailoverGlobalClusterCommand({ ...to(east2), GlobalClusterIdentifier }))).rejects.toMatchObject({
    name: 'GlobalClusterNotFoundFault',
  });
  await expect(client.send(failover('us-west-2'))).rejects.toMatchObject({ name: 'DBClusterNotFoundFault' });
  const post = async (body: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    return [response.status, await response.text()];
  };
  expect(await post('Action=constructor')).toEqual([400, expect.stringContaining('<Code>InvalidAction</Code>')]);
  expect(await post('')).toEqual([400, expect.stringContaining('<Code>MissingParameter</Code>')]);
  expect(await post('x'.repeat(100_000))).toEqual([413, 'request body too large']);
});
