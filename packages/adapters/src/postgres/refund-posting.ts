// The rows of refunds: made from their decisions only, inserted once, after their payment's row and within its
// transaction. A processed refund is posted as its payment was, the other way round.
import { decidedRefundsOf, formatAmount, isoTime, keyText } from '@understudy/core';
import type { DecidedPayment, DecidedRefund, Epoch } from '@understudy/core';
import type { Connection } from './connection.ts';
import { keyOf, keyTexts } from './payment-key-row.ts';
import type { KeyRow } from './payment-key-row.ts';
import { decisionRow } from './posting-sql.ts';

/** The columns of `decision` in SQL, one to one. */
interface RefundRow extends KeyRow {
  readonly refund_id: string;
  readonly amount_minor: string;
  readonly currency: string;
  readonly status: string;
  readonly code: string | null;
  readonly acquirer_reference: string | null;
  readonly decided_at: string;
  readonly business_date: string;
  readonly payload: Readonly<Record<string, string>>;
}

function refundRow(payment: DecidedPayment, refund: DecidedRefund): RefundRow {
  const { decision } = refund;
  const { currency } = payment.acceptance.amount;
  const { code: _ofThePayment, ...facts } = decisionRow(payment).payload;
  const decidedAt = isoTime(decision.decidedAt);
  return {
    merchant_id: payment.merchantId,
    transaction_id: payment.transactionId,
    refund_id: refund.refundId,
    amount_minor: refund.amountMinor.toString(),
    currency,
    status: decision.outcome,
    code: decision.code ?? null,
    acquirer_reference: decision.acquirerReference ?? null,
    decided_at: decidedAt,
    business_date: decision.businessDate,
    payload: {
      ...facts,
      refund_id: refund.refundId,
      amount: formatAmount({ minor: refund.amountMinor, currency }),
      status: decision.outcome,
      ...(decision.code !== undefined && { code: decision.code }),
      accepted_at: isoTime(refund.acceptedAt),
      accepted_region: refund.acceptedRegion,
      decided_at: decidedAt,
    },
  };
}

const DECISIONS = `jsonb_to_recordset($1::jsonb) AS decision (
  merchant_id text, transaction_id text, refund_id text, amount_minor bigint, currency char(3), status text,
  code text, acquirer_reference text, decided_at timestamptz, business_date date, payload jsonb)`;

/** $1 refund rows, $2 the epoch. Sorted for the same reason as payments are. */
const INSERT_REFUNDS = `
WITH decision AS MATERIALIZED (SELECT * FROM ${DECISIONS}),
inserted AS (
  INSERT INTO understudy.refund (merchant_id, transaction_id, refund_id, amount_minor, currency, status, code,
    acquirer_reference, epoch, decided_at, business_date)
  SELECT merchant_id, transaction_id, refund_id, amount_minor, currency, status, code,
    acquirer_reference, $2::bigint, decided_at, business_date
  FROM decision ORDER BY merchant_id COLLATE "C", transaction_id COLLATE "C", refund_id COLLATE "C"
  ON CONFLICT (merchant_id, transaction_id, refund_id) DO NOTHING
  RETURNING payment_no, merchant_id, transaction_id, refund_id, amount_minor, currency, status
),
posted AS (
  INSERT INTO understudy.posting (payment_no, merchant_id, transaction_id, refund_id, account, amount_minor, currency)
  SELECT payment_no, merchant_id, transaction_id, refund_id, line.account, line.amount_minor, currency
  FROM inserted CROSS JOIN LATERAL (VALUES
    ('acquirer:receivable', -inserted.amount_minor),
    ('merchant:' || inserted.merchant_id || ':payable', inserted.amount_minor)) AS line (account, amount_minor)
  WHERE status = 'processed'
),
announced AS (
  INSERT INTO understudy.outbox (payment_no, merchant_id, transaction_id, refund_id, event, payload)
  SELECT DISTINCT ON (payment_no, refund_id) payment_no, merchant_id, transaction_id, refund_id, 'refund.' || inserted.status, decision.payload
  FROM inserted JOIN decision USING (merchant_id, transaction_id, refund_id)
)
SELECT merchant_id, transaction_id FROM inserted`;

/** $1 refund rows: one whose stored row says something else. */
const FIND_DIFFERENCE = `
SELECT merchant_id, transaction_id, refund_id
FROM ${DECISIONS} JOIN understudy.refund AS stored USING (merchant_id, transaction_id, refund_id)
WHERE (stored.amount_minor, stored.currency, stored.status, stored.code, stored.acquirer_reference, stored.decided_at, stored.business_date)
  IS DISTINCT FROM
  (decision.amount_minor, decision.currency, decision.status, decision.code, decision.acquirer_reference, decision.decided_at, decision.business_date)
ORDER BY merchant_id COLLATE "C", transaction_id COLLATE "C", refund_id COLLATE "C" LIMIT 1`;

export type RefundsInserted = { readonly code: 'inserted'; readonly of: ReadonlySet<string> } | { readonly code: 'refused'; readonly reason: string };

/** Within a transaction that has passed the fence and inserted the payments. Without refunds it asks nothing. */
export async function insertRefunds(connection: Connection, epoch: Epoch, payments: readonly DecidedPayment[]): Promise<RefundsInserted> {
  const rows = payments.flatMap((payment) => decidedRefundsOf(payment).map((refund) => refundRow(payment, refund)));
  if (rows.length === 0) return { code: 'inserted', of: new Set() };
  const decisions = JSON.stringify(rows);
  const inserted = await connection.query<KeyRow>(INSERT_REFUNDS, [decisions, epoch]);
  if (inserted.length < rows.length) {
    const [difference] = await connection.query<KeyRow & { readonly refund_id: string }>(FIND_DIFFERENCE, [decisions]);
    if (difference) return { code: 'refused', reason: `the row of refund ${difference.refund_id} of ${keyText(keyOf(difference))} says something else` };
  }
  return { code: 'inserted', of: keyTexts(inserted) };
}
