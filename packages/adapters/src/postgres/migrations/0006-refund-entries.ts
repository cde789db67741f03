// Refunds that were processed are published like payments: an entry of their own, with the sign of their posting.
import type { Migration } from './migration.ts';

export const refundEntries: Migration = {
  id: 6,
  name: 'refund-entries',
  sql: `
CREATE FUNCTION understudy.enter_refunds() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO understudy.entry (merchant_id, transaction_id, refund_id, live, business_date, currency)
  SELECT merchant_id, transaction_id, refund_id, payment.live, posted.business_date, posted.currency
  FROM posted JOIN understudy.payment USING (merchant_id, transaction_id) WHERE posted.status = 'processed'
  ORDER BY merchant_id, transaction_id, refund_id;
  RETURN NULL;
END
$body$;
CREATE TRIGGER refund_is_entered AFTER INSERT ON understudy.refund
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION understudy.enter_refunds();
INSERT INTO understudy.entry (merchant_id, transaction_id, refund_id, live, business_date, currency)
SELECT merchant_id, transaction_id, refund_id, payment.live, refund.business_date, refund.currency
FROM understudy.refund JOIN understudy.payment USING (merchant_id, transaction_id) WHERE refund.status = 'processed';

-- As it was, with each entry's own posting.
CREATE OR REPLACE FUNCTION understudy.require_file_adds_up() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  lines bigint;
  total numeric;
BEGIN
  SELECT count(*), sum(posting.amount_minor) INTO lines, total
  FROM understudy.entry JOIN understudy.posting USING (merchant_id, transaction_id, refund_id)
  WHERE entry.file_id = NEW.id AND entry.live = NEW.live AND entry.currency = NEW.currency AND posting.account = 'acquirer:receivable';
  IF lines <> NEW.entry_count OR total <> NEW.total_minor THEN
    RAISE EXCEPTION 'a settlement file adds up to its postings' USING ERRCODE = 'check_violation', TABLE = 'settlement_file', CONSTRAINT = 'settlement_file_adds_up';
  END IF;
  RETURN NULL;
END
$body$;
`,
};
