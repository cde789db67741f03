// The ports of a settling region around one journal and one ledger: an acquirer that approves at once, and nobody to tell.
import { sha256Hex, systemClock } from '@understudy/adapters/system';
import { defaultPaymentPolicy, epochMs, epochOf, firstEpochRecord } from '@understudy/core';
import type { Acquirer, EpochRecord, Journal, Ledger, ReconcilePorts, WorkIndex } from '@understudy/core';

const acquirer: Acquirer = {
  charge: async ({ transactionId }) => ({ code: 'approved', reference: `ref-${transactionId.slice(transactionId.lastIndexOf('-') + 1)}` }),
  lookup: async () => ({ code: 'none' }),
  void: async () => undefined,
  refund: async () => ({ code: 'in_progress' }),
  lookupRefund: async () => ({ code: 'none' }),
};

const nothing = (): void => undefined;

export interface SettlingParts {
  readonly journal: Journal;
  readonly workIndex: WorkIndex;
  readonly ledger: Ledger;
}

/** `openedAt`: what was accepted before counts as backlog of a move. */
export function settlingPorts({ journal, workIndex, ledger }: SettlingParts): ReconcilePorts {
  const record: EpochRecord = { ...firstEpochRecord('us-east-1', epochMs(Date.now())), epoch: epochOf(1) };
  return {
    region: 'us-east-1',
    journal, workIndex, ledger, acquirer,
    refunds: { acceptRefund: async () => ({ code: 'refused', payment: undefined }), decideRefund: async () => undefined },
    epochs: { read: async () => record, compareAndSet: async () => ({ won: false, record }), initialise: async () => undefined },
    tell: async () => true,
    announce: async () => undefined,
    metrics: { count: nothing, gauge: nothing },
    log: { info: nothing, warn: nothing, error: nothing },
    clock: systemClock,
    digest: sha256Hex,
    // The payments of a benchmark are months old and are charged all the same.
    policy: { ...defaultPaymentPolicy, settleWithinMs: Number.MAX_SAFE_INTEGER / 4, acquirerKeyLifeMs: Number.MAX_SAFE_INTEGER / 4 },
  };
}
