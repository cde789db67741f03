/**
 * A stand-in for the Aurora Global Database side of Amazon RDS, over AWS Query, for unmodified AWS SDK clients.
 * Invariant: at most one failover or switchover runs; calls return at once, and who the writer is always comes from
 * `control.describe()`, never from what was asked for: an operation that fails leaves no trace but the report.
 * It does not do: any other cluster or instance call, cancelling, Filters and paging, signatures. The state of a
 * running operation lives in this object, so all regions of one twin share one, and it dies with the process.
 */
import { createHttpFront } from '../wire/http-front.ts';
import { answerQuery } from '../wire/query-protocol.ts';
import { createGlobalCluster } from './global-cluster.ts';
import type { GlobalClusterControl, ReportFault } from './global-cluster.ts';

export type { GlobalClusterControl, GlobalClusterDescription, GlobalClusterMember, ReportFault } from './global-cluster.ts';
export { globalClusterIdentifier, memberArn } from './global-cluster.ts';

export interface RdsOptions {
  /** The region whose RDS endpoint this is; it names the cluster's resource, no more. */
  readonly region: string;
  readonly control: GlobalClusterControl;
  /** Hears of operations that failed; a process warning when not given. */
  readonly report?: ReportFault;
}

export interface Rds {
  /** Listens on 127.0.0.1 and returns the port; none or 0 takes a free one. */
  listen(port?: number): Promise<number>;
  /** Stops listening; an operation that has begun goes on in `control`. */
  close(): Promise<void>;
}

/** The largest call is a few hundred bytes. */
const BODY_BYTES_MAX = 65_536;

const warn: ReportFault = (sentence, cause) => process.emitWarning(`${sentence}: ${String(cause)}`, 'RdsStandIn');

export const createRds = ({ region, control, report = warn }: RdsOptions): Rds => {
  const operations = createGlobalCluster({ region, control, report });
  const front = createHttpFront(BODY_BYTES_MAX, answerQuery({ xmlNamespace: 'http://rds.amazonaws.com/doc/2014-10-31/', operations }));
  return { listen: (port) => front.listen(port), close: () => front.close() };
};
