/**
 * Asks the database service to move the writer of the Aurora global database.
 * Invariant: a call returns only when the move to the target was taken on, is under way, or is done already; so it may
 * be repeated after any fault, and after a lost answer.
 * It does not wait for the move: LedgerControl.status tells when it is done.
 */
import { DescribeGlobalClustersCommand, FailoverGlobalClusterCommand, RDSClient, SwitchoverGlobalClusterCommand } from '@aws-sdk/client-rds';
import type { FailoverState, GlobalCluster } from '@aws-sdk/client-rds';
import { peerOf } from '@understudy/core';
import type { LedgerCluster, Region } from '@understudy/core';
import { awsClientConfig, callWithin } from '../system/aws-client.ts';
import { awsFault, errorName } from '../system/aws-fault.ts';
import type { AwsCredentials } from '../system/aws-client.ts';

/** The control plane answers in a second or two; a move that waits longer had better be asked for again. */
const TIMEOUT_MS = 10_000;
const CONNECT_MS = 1000;

/**
 * What the service's refusals mean. `mayBeDone`: it also says this when the move is under way or done, so look.
 * `retryable`: the state may pass by itself. Any other refusal is judged as for every AWS client.
 */
const refusals: Readonly<Record<string, { readonly mayBeDone: boolean; readonly retryable: boolean }>> = {
  InvalidGlobalClusterStateFault: { mayBeDone: true, retryable: true },
  InvalidDBClusterStateFault: { mayBeDone: true, retryable: true },
  DBClusterNotFoundFault: { mayBeDone: false, retryable: false },
  GlobalClusterNotFoundFault: { mayBeDone: false, retryable: false },
};

type Move = 'failover' | 'switchover';

export interface RdsLedgerClusterOptions {
  readonly globalClusterId: string;
  readonly clusterArns: Readonly<Record<Region, string>>;
  /** One control plane for everything, in place of the one each region has on AWS. */
  readonly endpoint?: string;
  readonly credentials?: AwsCredentials;
  readonly timeoutMs?: number;
}

/** Which move a state describes; `pending` does not say it in its status. */
const moveOf = (state: FailoverState): Move | undefined => {
  const status: string = state.Status ?? '';
  if (status === 'failing-over') return 'failover';
  if (status === 'switching-over') return 'switchover';
  if (status === 'pending') return state.IsDataLossAllowed === true ? 'failover' : 'switchover';
  return undefined;
};

const isDoneOrUnderWay = (cluster: GlobalCluster, move: Move, targetArn: string): boolean => {
  const state = cluster.FailoverState;
  // The writer that is being demoted by another move is not a move that is done.
  if (state?.Status === undefined) return (cluster.GlobalClusterMembers ?? []).some((member) => member.DBClusterArn === targetArn && member.IsWriter === true);
  return state.ToDbClusterArn === targetArn && moveOf(state) === move;
};

export function createRdsLedgerCluster(options: RdsLedgerClusterOptions): LedgerCluster {
  const totalMs = options.timeoutMs ?? TIMEOUT_MS;
  const limits = { connectMs: Math.min(CONNECT_MS, totalMs), totalMs };
  const clientIn = (region: Region): RDSClient => new RDSClient(awsClientConfig({ ...options, region }, limits));
  const clients: Readonly<Record<Region, RDSClient>> = { 'us-east-1': clientIn('us-east-1'), 'us-east-2': clientIn('us-east-2') };
  const id = options.globalClusterId;

  const describe = async (client: RDSClient): Promise<GlobalCluster | undefined> => {
    try {
      const found = await client.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: id }), callWithin(limits));
      return found.GlobalClusters?.find((cluster) => cluster.GlobalClusterIdentifier === id);
    } catch (error) {
      throw awsFault('cluster', error);
    }
  };

  const ask = async (client: RDSClient, move: Move, targetArn: string): Promise<void> => {
    const target = { GlobalClusterIdentifier: id, TargetDbClusterIdentifier: targetArn };
    const answer = await (move === 'failover'
      ? client.send(new FailoverGlobalClusterCommand({ ...target, AllowDataLoss: true }), callWithin(limits))
      : client.send(new SwitchoverGlobalClusterCommand(target), callWithin(limits)));
    // The service says which cluster it moves; an answer without it is not the service's.
    if (!answer.GlobalCluster) throw new Error('the answer names no cluster');
  };

  /** A failover is asked of the target's region, because the writer's is lost; a switchover of the writer's, as the service demands. */
  const start = async (move: Move, target: Region): Promise<void> => {
    const client = clients[move === 'failover' ? target : peerOf(target)];
    const targetArn = options.clusterArns[target];
    try {
      await ask(client, move, targetArn);
    } catch (error) {
      const refusal = refusals[errorName(error)];
      if (refusal?.mayBeDone === true) {
        const cluster = await describe(client);
        if (cluster && isDoneOrUnderWay(cluster, move, targetArn)) return;
      }
      throw awsFault('cluster', error, refusal?.retryable);
    }
  };

  return {
    failOver: (target) => start('failover', target),
    switchOver: (target) => start('switchover', target),
  };
}
