// The balance of a payment, checked with a third of the work. Each posting is compared with its payment alone, and each
// payment counts its postings: a posting that matches is one of two, an account stands once, and neither table ever
// changes, so two that match are the right two. Only what fails this is looked at whole, to name the rule it breaks.
import type { Migration } from './migration.ts';

export const balanceByRow: Migration = {
  id: 8,
  name: 'balance-by-row',
  sql: `
CREATE OR REPLACE FUNCTION understudy.require_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  paid understudy.payment;
  lines bigint;
  matching bigint;
BEGIN
  IF TG_TABLE_NAME = 'payment' THEN
    SELECT count(*) INTO lines FROM understudy.posting WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = '';
    IF lines = (CASE NEW.status WHEN 'processed' THEN 2 ELSE 0 END) THEN
      RETURN NULL;
    END IF;
  ELSE
    SELECT * INTO paid FROM understudy.payment WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id;
    IF paid.status = 'processed' AND paid.currency = NEW.currency AND (
        (NEW.account = 'acquirer:receivable' AND NEW.amount_minor = paid.amount_minor)
        OR (NEW.account = 'merchant:' || paid.merchant_id || ':payable' AND NEW.amount_minor = -paid.amount_minor)) THEN
      RETURN NULL;
    END IF;
  END IF;
  -- As it was.
  IF EXISTS (SELECT 1 FROM understudy.posting WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = ''
             GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'the postings of a payment sum to zero' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'postings_sum_to_zero';
  END IF;
  SELECT * INTO STRICT paid FROM understudy.payment WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id;
  SELECT count(*), count(*) FILTER (WHERE currency = paid.currency AND (account, amount_minor) IN (
      ('acquirer:receivable', paid.amount_minor), ('merchant:' || paid.merchant_id || ':payable', -paid.amount_minor)))
    INTO lines, matching
    FROM understudy.posting WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = '';
  IF lines <> matching OR lines <> (CASE paid.status WHEN 'processed' THEN 2 ELSE 0 END) THEN
    RAISE EXCEPTION 'the postings of a payment match it' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'postings_match_payment';
  END IF;
  RETURN NULL;
END
$body$;
`,
};
