/**
 * The one global cluster: its description, and the one operation that may run on it.
 * Invariant: `running` is set in the same turn in which it was seen empty, so two calls can never both begin.
 */
import assert from 'node:assert/strict';
import { AwsError } from '../wire/aws-error.ts';
import type { Form, QueryOperation } from '../wire/query-protocol.ts';
import type { XmlContent } from '../wire/xml.ts';

export interface GlobalClusterMember {
  readonly region: string;
  readonly isWriter: boolean;
  /** Whether it follows the writer; AWS calls it connected or pending-resync. */
  readonly isConnected: boolean;
}

export interface GlobalClusterDescription {
  readonly engineVersion: string;
  readonly members: readonly GlobalClusterMember[];
}

/** Does the real work. `describe` answers quickly, also while a region is lost; the other two resolve when it is done. */
export interface GlobalClusterControl {
  describe(): Promise<GlobalClusterDescription>;
  /** Promotes the target whatever has become of the writer; may lose what was not replicated. */
  failover(targetRegion: string): Promise<void>;
  /** Changes roles without losing anything, or rejects. */
  switchover(targetRegion: string): Promise<void>;
}

export type ReportFault = (sentence: string, cause: unknown) => void;

interface Operation {
  readonly kind: 'failover' | 'switchover';
  readonly from: string | undefined;
  readonly to: string;
  status: 'pending' | 'failing-over' | 'switching-over';
}

export const globalClusterIdentifier = 'understudy-ledger';

export const memberArn = (region: string): string => `arn:aws:rds:${region}:000000000000:cluster:${globalClusterIdentifier}-${region}`;

const activeStatus = { failover: 'failing-over', switchover: 'switching-over' } as const;

const invalidState = (reason: string): AwsError => new AwsError('InvalidGlobalClusterStateFault', reason);

const checkIdentifier = (identifier: string | undefined): void => {
  if (identifier === globalClusterIdentifier) return;
  throw new AwsError('GlobalClusterNotFoundFault', `Global cluster ${identifier ?? ''} not found`, 404);
};

const writerOf = (description: GlobalClusterDescription): string | undefined => description.members.find((member) => member.isWriter)?.region;

const renderMember = (member: GlobalClusterMember, all: readonly GlobalClusterMember[]): XmlContent => ({
  DBClusterArn: memberArn(member.region),
  IsWriter: member.isWriter,
  Readers: { member: member.isWriter ? all.filter((other) => !other.isWriter).map((other) => memberArn(other.region)) : [] },
  GlobalWriteForwardingStatus: 'disabled',
  SynchronizationStatus: member.isConnected ? 'connected' : 'pending-resync',
});

const renderOperation = ({ status, from, to, kind }: Operation): XmlContent => ({
  Status: status,
  FromDbClusterArn: from === undefined ? undefined : memberArn(from),
  ToDbClusterArn: memberArn(to),
  IsDataLossAllowed: kind === 'failover',
});

/** As on AWS, a failover that does not allow data loss is a switchover. */
const kindOfFailover = (form: Form): Operation['kind'] => {
  const [allowDataLoss, switchover] = [form.text('AllowDataLoss'), form.text('Switchover')];
  if (allowDataLoss !== undefined && switchover !== undefined) {
    throw new AwsError('InvalidParameterCombination', 'AllowDataLoss and Switchover can not be specified together.');
  }
  return allowDataLoss === 'true' ? 'failover' : 'switchover';
};

export interface GlobalClusterOptions {
  readonly region: string;
  readonly control: GlobalClusterControl;
  readonly report: ReportFault;
}

export const createGlobalCluster = ({ region, control, report }: GlobalClusterOptions): Readonly<Record<string, QueryOperation>> => {
  let running: Operation | undefined;

  const render = ({ engineVersion, members }: GlobalClusterDescription): XmlContent => ({
    GlobalClusterIdentifier: globalClusterIdentifier,
    GlobalClusterResourceId: `cluster-${globalClusterIdentifier}-${region}`,
    GlobalClusterArn: `arn:aws:rds::000000000000:global-cluster:${globalClusterIdentifier}`,
    Status: running === undefined ? 'available' : activeStatus[running.kind],
    Engine: 'aurora-postgresql',
    EngineVersion: engineVersion,
    StorageEncrypted: false,
    DeletionProtection: true,
    GlobalClusterMembers: { GlobalClusterMember: members.map((member) => renderMember(member, members)) },
    FailoverState: running === undefined ? undefined : renderOperation(running),
  });

  const run = async (operation: Operation): Promise<void> => {
    try {
      operation.status = activeStatus[operation.kind];
      await control[operation.kind](operation.to);
    } catch (cause) {
      report(`the ${operation.kind} to ${operation.to} failed`, cause);
    } finally {
      assert(running === operation, 'only its own end may clear a running operation');
      running = undefined;
    }
  };

  const begin = async (form: Form, kind: Operation['kind']): Promise<XmlContent> => {
    checkIdentifier(form.required('GlobalClusterIdentifier'));
    const targetArn = form.required('TargetDbClusterIdentifier');
    const description = await control.describe();
    const target = description.members.find((member) => memberArn(member.region) === targetArn);
    if (target === undefined) throw new AwsError('DBClusterNotFoundFault', `DBCluster ${targetArn} not found`, 404);
    if (running !== undefined) throw invalidState(`A ${running.kind} to ${memberArn(running.to)} is in progress.`);
    if (target.isWriter) throw invalidState(`${targetArn} already is the primary cluster.`);
    const operation: Operation = { kind, from: writerOf(description), to: target.region, status: 'pending' };
    running = operation;
    // The work starts after the answer was rendered: what the caller reads is `pending`, as on AWS.
    setImmediate(() => void run(operation));
    return { GlobalCluster: render(description) };
  };

  return {
    DescribeGlobalClusters: async (form) => {
      const identifier = form.text('GlobalClusterIdentifier');
      if (identifier !== undefined) checkIdentifier(identifier);
      return { GlobalClusters: { GlobalClusterMember: render(await control.describe()) } };
    },
    FailoverGlobalCluster: (form) => begin(form, kindOfFailover(form)),
    SwitchoverGlobalCluster: (form) => begin(form, 'switchover'),
  };
};
