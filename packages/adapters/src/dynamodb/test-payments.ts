// For tests: one payment and what may become of it.
import type { Acceptance, Decision, PaymentKey } from '@understudy/core';
import { businessDateOf, customerId, epochMs, merchantId, minorUnits, transactionId } from '@understudy/core';

const at = epochMs(1_767_614_400_000);

export const key: PaymentKey = { merchantId: merchantId('shop'), transactionId: transactionId('order-7') };

export const acceptance: Acceptance = {
  customerId: customerId('customer-1'), amount: { minor: minorUnits(1250n), currency: 'EUR' }, paymentMethod: 'pm_visa', fingerprint: 'f'.repeat(64),
  acceptedAt: at, acceptedRegion: 'us-east-1', settleBefore: epochMs(at + 3_600_000), live: true,
};

export const approval: Decision = { outcome: 'processed', acquirerReference: 'ch_1', decidedAt: at, businessDate: businessDateOf(at) };
export const cancellation: Decision = { outcome: 'cancelled', code: 'cancelled', decidedAt: at, businessDate: businessDateOf(at) };
