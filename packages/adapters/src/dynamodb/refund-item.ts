/**
 * The refunds of a payment as attributes of its item, and back: one map for each under a name of its own, a count and a
 * sum that conditions can compare, and the set of those that stand in the books.
 * Invariant: a refund is an attribute of the item itself, so that one conditional update accepts it whether or not there
 * was one before: DynamoDB sets nothing within a map that is not there yet.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { BusinessDate, Refund, RefundAcceptance, RefundDecision, RefundId } from '@understudy/core';
import { minorUnits, refundId, regions } from '@understudy/core';
import { itemOf, text, texts, whole } from './item.ts';
import type { Item, ItemReader } from './item.ts';

const PREFIX = 'refund#';

/** A refund id holds no `#`, so no other attribute has this name. */
export const refundName = (id: RefundId): string => `${PREFIX}${id}`;

export const refundMap = (refund: RefundAcceptance): AttributeValue => ({
  M: { amount_minor: whole(refund.amountMinor), accepted_at: whole(refund.acceptedAt), accepted_region: text(refund.acceptedRegion) },
});

export const refundDecisionMap = (decision: RefundDecision): AttributeValue => ({
  M: itemOf({
    outcome: text(decision.outcome),
    acquirer_reference: decision.acquirerReference === undefined ? undefined : text(decision.acquirerReference),
    code: decision.code === undefined ? undefined : text(decision.code),
    decided_at: whole(decision.decidedAt),
    business_date: text(decision.businessDate),
  }),
});

/** Items from before there were refunds have no count. */
export const refundCountOf = (item: ItemReader): number => (item.has('refund_count') ? item.number('refund_count') : 0);

/** That an item has exactly so many refunds. */
export const hasRefunds = (count: number): { readonly condition: string; readonly values: Item } =>
  count === 0 ? { condition: 'attribute_not_exists(#refund_count)', values: {} } : { condition: '#refund_count = :refund_count', values: { ':refund_count': whole(count) } };

/** That these stand in the books; a set, so that saying it twice changes nothing. */
export const toldRefunds = (ids: readonly RefundId[]): { readonly expression: string; readonly values: Item } =>
  ids.length === 0 ? { expression: '', values: {} } : { expression: 'ADD #refunds_posted :refunds_posted', values: { ':refunds_posted': texts(ids) } };

/** In the order of their acceptance. */
export function refundsIn(item: ItemReader): readonly Refund[] {
  const posted = new Set(item.has('refunds_posted') ? item.texts('refunds_posted') : []);
  const refunds = item.names.filter((name) => name.startsWith(PREFIX)).map((name): Refund => {
    const id = name.slice(PREFIX.length);
    return { ...refundOf(refundId(id), item.map(name)), posted: posted.has(id) };
  });
  return refunds.toSorted((a, b) => a.acceptedAt - b.acceptedAt || (a.refundId < b.refundId ? -1 : 1));
}

export const refundOf = (id: RefundId, map: ItemReader): Omit<Refund, 'posted'> => ({
  refundId: id,
  amountMinor: minorUnits(map.bigint('amount_minor')),
  acceptedAt: map.at('accepted_at'),
  acceptedRegion: map.oneOf('accepted_region', regions),
  ...(map.has('decision') && { decision: decisionOf(map.map('decision')) }),
});

const decisionOf = (map: ItemReader): RefundDecision => ({
  outcome: map.oneOf('outcome', ['processed', 'failed']),
  ...(map.has('acquirer_reference') && { acquirerReference: map.text('acquirer_reference') }),
  ...(map.has('code') && { code: map.text('code') }),
  decidedAt: map.at('decided_at'),
  businessDate: map.text('business_date') as BusinessDate,
});
