import type { Epoch } from '../domain/region/epoch.ts';
import type { Region } from '../domain/region/region.ts';

export interface LedgerStatus {
  readonly role: 'primary' | 'standby';
  readonly fence: Epoch;
  /** The engine's full version, such as `17.10`: a replica is promoted only under the version that wrote it. */
  readonly engineVersion: string;
  /** Standby only: how far behind the newest replayed commit is; undefined when not known. */
  readonly lagMs?: number;
}

/**
 * What a move does to the ledgers themselves, over SQL, in either region. Throws PortFault of port
 * `ledger` when that region's server cannot be reached.
 */
export interface LedgerControl {
  status(region: Region): Promise<LedgerStatus>;
  /**
   * Sets the fence to `to` under the exclusive advisory lock, so that it returns only when no posting of an
   * older epoch is in flight (the drain barrier). Done when it already stands at `to`; refused, nothing
   * changed, when it stands below `from` or above `to`.
   */
  raiseFence(region: Region, range: { readonly from: Epoch; readonly to: Epoch }): Promise<{ readonly code: 'raised' } | { readonly code: 'refused'; readonly fence: Epoch }>;
}

/**
 * The database service's own two operations. Both only start the work; `LedgerControl.status` tells when it is
 * done, and starting one that is under way already is no fault. Called in the surviving region only.
 * Throws PortFault of port `cluster`.
 */
export interface LedgerCluster {
  /** Promotes the standby in `target` as it is; what it has not replayed is lost there. */
  failOver(target: Region): Promise<void>;
  /** Swaps the roles without loss; both must be healthy. */
  switchOver(target: Region): Promise<void>;
}
