// The rows of a posting, made from the decision only, and the statements that write and compare them.
import { formatAmount, isoTime } from '@understudy/core';
import type { DecidedPayment } from '@understudy/core';

/** The columns of `decision` in SQL, one to one. */
export interface DecisionRow {
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly customer_id: string;
  /** Text: JSON numbers are not exact. */
  readonly amount_minor: string;
  readonly currency: string;
  readonly status: string;
  readonly code: string | null;
  readonly acquirer_reference: string | null;
  readonly decided_at: string;
  readonly business_date: string;
  readonly live: boolean;
  /** What the outbox tells. */
  readonly payload: Readonly<Record<string, string>>;
}

export function decisionRow(payment: DecidedPayment): DecisionRow {
  const { acceptance, decision } = payment;
  const decidedAt = isoTime(decision.decidedAt);
  return {
    merchant_id: payment.merchantId,
    transaction_id: payment.transactionId,
    customer_id: acceptance.customerId,
    amount_minor: acceptance.amount.minor.toString(),
    currency: acceptance.amount.currency,
    status: decision.outcome,
    code: decision.code ?? null,
    acquirer_reference: decision.acquirerReference ?? null,
    decided_at: decidedAt,
    business_date: decision.businessDate,
    live: acceptance.live,
    payload: {
      merchant_id: payment.merchantId,
      transaction_id: payment.transactionId,
      customer_id: acceptance.customerId,
      amount: formatAmount(acceptance.amount),
      currency: acceptance.amount.currency,
      status: decision.outcome,
      ...(decision.code !== undefined && { code: decision.code }),
      accepted_at: isoTime(acceptance.acceptedAt),
      accepted_region: acceptance.acceptedRegion,
      decided_at: decidedAt,
      live: String(acceptance.live),
    },
  };
}

const DECISIONS = `jsonb_to_recordset($1::jsonb) AS decision (
  merchant_id text, transaction_id text, customer_id text, amount_minor bigint, currency char(3), status text,
  code text, acquirer_reference text, decided_at timestamptz, business_date date, live boolean, payload jsonb)`;

/**
 * $1 decision rows, $2 the epoch. Sorted, so that two overlapping batches wait for each other in one order and never
 * in a circle. Postings and notices only for rows that this statement inserted.
 */
export const INSERT_DECISIONS: string = `
WITH decision AS MATERIALIZED (SELECT * FROM ${DECISIONS}),
inserted AS (
  INSERT INTO understudy.payment (merchant_id, transaction_id, customer_id, amount_minor, currency, status, code,
    acquirer_reference, epoch, decided_at, business_date, live)
  SELECT merchant_id, transaction_id, customer_id, amount_minor, currency, status, code,
    acquirer_reference, $2::bigint, decided_at, business_date, live
  FROM decision ORDER BY merchant_id COLLATE "C", transaction_id COLLATE "C"
  ON CONFLICT (merchant_id, transaction_id) DO NOTHING
  RETURNING payment_no, merchant_id, transaction_id, amount_minor, currency, status
),
posted AS (
  INSERT INTO understudy.posting (payment_no, merchant_id, transaction_id, account, amount_minor, currency)
  SELECT payment_no, merchant_id, transaction_id, line.account, line.amount_minor, currency
  FROM inserted CROSS JOIN LATERAL (VALUES
    ('acquirer:receivable', inserted.amount_minor),
    ('merchant:' || inserted.merchant_id || ':payable', -inserted.amount_minor)) AS line (account, amount_minor)
  WHERE status = 'processed'
),
announced AS (
  INSERT INTO understudy.outbox (payment_no, merchant_id, transaction_id, event, payload)
  SELECT DISTINCT ON (payment_no) payment_no, merchant_id, transaction_id, 'payment.' || inserted.status, decision.payload
  FROM inserted JOIN decision USING (merchant_id, transaction_id)
)
SELECT merchant_id, transaction_id FROM inserted`;

/**
 * $1 decision rows: one whose stored row says something else. A statement of its own after the insert, because only a
 * newer snapshot shows rows that the insert waited for.
 */
export const FIND_DIFFERENCE: string = `
SELECT merchant_id, transaction_id, array_to_string(ARRAY[
  CASE WHEN stored.customer_id IS DISTINCT FROM decision.customer_id THEN 'customer_id' END,
  CASE WHEN stored.amount_minor IS DISTINCT FROM decision.amount_minor THEN 'amount_minor' END,
  CASE WHEN stored.currency IS DISTINCT FROM decision.currency THEN 'currency' END,
  CASE WHEN stored.status IS DISTINCT FROM decision.status THEN 'status' END,
  CASE WHEN stored.code IS DISTINCT FROM decision.code THEN 'code' END,
  CASE WHEN stored.acquirer_reference IS DISTINCT FROM decision.acquirer_reference THEN 'acquirer_reference' END,
  CASE WHEN stored.decided_at IS DISTINCT FROM decision.decided_at THEN 'decided_at' END,
  CASE WHEN stored.business_date IS DISTINCT FROM decision.business_date THEN 'business_date' END
], ', ') AS columns
FROM ${DECISIONS} JOIN understudy.payment AS stored USING (merchant_id, transaction_id)
WHERE (stored.customer_id, stored.amount_minor, stored.currency, stored.status, stored.code, stored.acquirer_reference, stored.decided_at, stored.business_date)
  IS DISTINCT FROM
  (decision.customer_id, decision.amount_minor, decision.currency, decision.status, decision.code, decision.acquirer_reference, decision.decided_at, decision.business_date)
ORDER BY merchant_id COLLATE "C", transaction_id COLLATE "C" LIMIT 1`;
