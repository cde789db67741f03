/**
 * A payment as an item of the journal, and back.
 * Invariant: what is written is read back equal, to the last minor unit. `work` and `work_sort` together are the key
 * of the sparse index: an item without `work` is in no shard, whatever its `work_sort` says.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Acceptance, Decision, Epoch, EpochMs, Payment, PaymentKey, Quarantine, Tombstone } from '@understudy/core';
import { customerId, epochOf, merchantId, minorUnits, regions, transactionId } from '@understudy/core';
import { itemOf, text, truth, whole } from './item.ts';
import type { ItemReader } from './item.ts';
import { refundsIn } from './refund-item.ts';
import { customerPartition, PAYMENT_PREFIX } from './journal-table.ts';

/** Holds every safe integer, so that the order of texts is the order of numbers. */
const SORT_DIGITS = 16;

export const sortDigits = (value: number): string => String(value).padStart(SORT_DIGITS, '0');
export const workSort = (postedEpoch: Epoch, acceptedAt: EpochMs): string => `${sortDigits(postedEpoch)}#${sortDigits(acceptedAt)}`;
/** What all sort texts of an epoch begin with. */
export const workPlace = (postedEpoch: Epoch): string => `${sortDigits(postedEpoch)}#`;
export const workShard = (shard: number): string => `w#${String(shard).padStart(2, '0')}`;

/** Neither id contains `#`. */
export const keyOfPk = (pk: string): PaymentKey => {
  const [merchant = '', transaction = ''] = pk.slice(PAYMENT_PREFIX.length).split('#');
  return { merchantId: merchantId(merchant), transactionId: transactionId(transaction) };
};

const optionalText = (value: string | undefined): AttributeValue | undefined => (value === undefined ? undefined : text(value));

export const acceptedItem = (key: PaymentKey, acceptance: Acceptance, shard: number): Record<string, AttributeValue> =>
  itemOf({
    ...namesOf(key),
    customer_id: text(acceptance.customerId),
    customer_key: text(customerPartition(key.merchantId, acceptance.customerId)),
    amount_minor: whole(acceptance.amount.minor),
    currency: text(acceptance.amount.currency),
    payment_method: optionalText(acceptance.paymentMethod),
    session_id: optionalText(acceptance.sessionId),
    fingerprint: text(acceptance.fingerprint),
    accepted_at: whole(acceptance.acceptedAt),
    accepted_region: text(acceptance.acceptedRegion),
    settle_before: whole(acceptance.settleBefore),
    live: truth(acceptance.live),
    work: text(workShard(shard)),
    work_sort: text(workSort(epochOf(0), acceptance.acceptedAt)),
  });

export const spentItem = (key: PaymentKey, decision: Decision): Record<string, AttributeValue> => ({ ...namesOf(key), decision: decisionMap(decision) });

const namesOf = (key: PaymentKey): Record<string, AttributeValue> => ({
  merchant_id: text(key.merchantId), transaction_id: text(key.transactionId), posted_epoch: whole(0), attempts: whole(0),
});

export const decisionMap = (decision: Decision): AttributeValue => ({
  M: itemOf({
    outcome: text(decision.outcome),
    acquirer_reference: optionalText(decision.acquirerReference),
    code: optionalText(decision.code),
    decided_at: whole(decision.decidedAt),
    business_date: text(decision.businessDate),
  }),
});

export const quarantineMap = (quarantine: Quarantine): AttributeValue => ({
  M: { reason: text(quarantine.reason), at: whole(quarantine.at), epoch: whole(quarantine.epoch) },
});

export function paymentOf(item: ItemReader): Payment {
  return {
    merchantId: merchantId(item.text('merchant_id')),
    transactionId: transactionId(item.text('transaction_id')),
    ...(item.has('accepted_at') && (item.has('purged_at') ? { tombstone: tombstoneOf(item) } : { acceptance: acceptanceOf(item) })),
    ...(item.has('decision') && { decision: decisionOf(item.map('decision')) }),
    postedEpoch: item.epoch('posted_epoch'),
    ...(item.has('settled_at') && { settledAt: item.at('settled_at') }),
    ...(item.has('settled_region') && { settledRegion: item.oneOf('settled_region', regions) }),
    inWork: item.has('work'),
    attempts: item.number('attempts'),
    ...(item.has('quarantine') && { quarantine: quarantineOf(item.map('quarantine')) }),
    ...(item.has('refund_count') && { refunds: refundsIn(item) }),
  };
}

const acceptanceOf = (item: ItemReader): Acceptance => ({
  customerId: customerId(item.text('customer_id')),
  amount: { minor: minorUnits(item.bigint('amount_minor')), currency: item.text('currency') },
  ...(item.has('payment_method') && { paymentMethod: item.text('payment_method') }),
  ...(item.has('session_id') && { sessionId: item.text('session_id') }),
  fingerprint: item.text('fingerprint'),
  acceptedAt: item.at('accepted_at'),
  acceptedRegion: item.oneOf('accepted_region', regions),
  settleBefore: item.at('settle_before'),
  live: item.truth('live'),
});

const tombstoneOf = (item: ItemReader): Tombstone => ({
  fingerprint: item.text('fingerprint'),
  acceptedAt: item.at('accepted_at'),
  acceptedRegion: item.oneOf('accepted_region', regions),
  live: item.truth('live'),
  purgedAt: item.at('purged_at'),
});

const decisionOf = (map: ItemReader): Decision => ({
  outcome: map.oneOf('outcome', ['processed', 'failed', 'cancelled']),
  ...(map.has('acquirer_reference') && { acquirerReference: map.text('acquirer_reference') }),
  ...(map.has('code') && { code: map.text('code') }),
  decidedAt: map.at('decided_at'),
  businessDate: map.text('business_date') as Decision['businessDate'],
});

const quarantineOf = (map: ItemReader): Quarantine => ({ reason: map.text('reason'), at: map.at('at'), epoch: map.epoch('epoch') });
