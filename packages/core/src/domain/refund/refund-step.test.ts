import { expect, test } from 'vitest';
import { minorUnits } from '../money/money.ts';
import { defaultPaymentPolicy } from '../payment/policy.ts';
import { businessDateOf, epochMs } from '../time.ts';
import { refundId, refundStatusOf } from './refund.ts';
import type { Refund } from './refund.ts';
import { refundStep, refundTable } from './refund-step.ts';

const at = epochMs(1_767_614_400_000);
const HOUR_MS = 3_600_000;
const refund: Refund = { refundId: refundId('r1'), amountMinor: minorUnits(1n), acceptedAt: at, acceptedRegion: 'us-east-1', posted: false };
const decided: Refund = { ...refund, decision: { outcome: 'processed', decidedAt: at, businessDate: businessDateOf(at) } };

const rowAt = (of: Refund, ageMs: number): string => refundStep({ refund: of, now: epochMs(at + ageMs), policy: defaultPaymentPolicy }).row;

test('refund step: every state at every time that matters -> exactly the expected row, and every row is reached', () => {
  const ages = [-HOUR_MS, 0, 23 * HOUR_MS - 1, 23 * HOUR_MS, 1000 * HOUR_MS];
  expect(ages.map((age) => rowAt(refund, age))).toEqual(['R-30', 'R-30', 'R-30', 'R-20', 'R-20']);
  expect(ages.map((age) => rowAt(decided, age))).toEqual(ages.map(() => 'R-10'));
  expect(refundTable.map((row) => row.id)).toEqual(['R-10', 'R-20', 'R-30']);
});

test('refund status: decided or posted alone -> accepted; both -> the outcome', () => {
  expect([refund, decided, { ...refund, posted: true }].map(refundStatusOf)).toEqual(['accepted', 'accepted', 'accepted']);
  expect(refundStatusOf({ ...decided, posted: true })).toBe('processed');
});
