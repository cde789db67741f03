// The payments that the contract cases of the journal and its index use.
import { minorUnits } from '../../domain/money/money.ts';
import { customerId, merchantId, transactionId } from '../../domain/payment/payment.ts';
import type { Acceptance, Decision, PaymentKey, Quarantine } from '../../domain/payment/payment.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { businessDateOf, epochMs } from '../../domain/time.ts';

const ACCEPTED_AT = 1_767_614_400_000;

export const paymentKey = (id: string, merchant = 'shop'): PaymentKey => ({ merchantId: merchantId(merchant), transactionId: transactionId(id) });

export const acceptanceOf = (change: Partial<Acceptance> = {}): Acceptance => ({
  customerId: customerId('customer-1'),
  amount: { minor: minorUnits(1250n), currency: 'EUR' },
  paymentMethod: 'pm_visa',
  sessionId: 'session-1',
  fingerprint: 'f'.repeat(64),
  acceptedAt: epochMs(ACCEPTED_AT),
  acceptedRegion: 'us-east-1',
  settleBefore: epochMs(ACCEPTED_AT + 3_600_000),
  live: true,
  ...change,
});

export const approval = (reference = 'ch_1'): Decision => ({
  outcome: 'processed', acquirerReference: reference, decidedAt: epochMs(ACCEPTED_AT + 1000), businessDate: businessDateOf(epochMs(ACCEPTED_AT + 1000)),
});

export const decline: Decision = { ...approval('ch_2'), outcome: 'failed', code: 'card_declined' };

export const cancellation: Decision = {
  outcome: 'cancelled', code: 'cancelled', decidedAt: epochMs(ACCEPTED_AT + 2000), businessDate: businessDateOf(epochMs(ACCEPTED_AT + 2000)),
};

export const asideFor = (reason: string, epoch = 1): Quarantine => ({ reason, at: epochMs(ACCEPTED_AT + 3000), epoch: epochOf(epoch) });

export const acceptedAt = (offsetMs: number): Acceptance['acceptedAt'] => epochMs(ACCEPTED_AT + offsetMs);
