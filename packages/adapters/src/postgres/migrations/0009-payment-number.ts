// Each payment has a number of these books, and what belongs to it is found by that number. Merchants choose their ids,
// so that an index by ids is touched anywhere for each payment; an index by numbers grows at its end. Of the indexes
// that grow with the books only the payments' own key is left in the order of ids: it is what keeps a payment single.
// A number never leaves the database: the books of another timeline may give it to another payment.
import type { Migration } from './migration.ts';

export const paymentNumber: Migration = {
  id: 9,
  name: 'payment-number',
  sql: `
ALTER TABLE understudy.payment ADD COLUMN payment_no bigint GENERATED ALWAYS AS IDENTITY;
COMMENT ON COLUMN understudy.payment.payment_no IS 'Of these books alone: what belongs to a payment refers to it.';
-- Whoever writes by hand may give a number. With the ids, so that whatever names a number names them as well.
ALTER TABLE understudy.payment ADD CONSTRAINT payment_number_is_positive CHECK (payment_no >= 1),
  ADD CONSTRAINT payment_number_once UNIQUE (payment_no),
  ADD CONSTRAINT payment_by_number UNIQUE (payment_no, merchant_id, transaction_id);

ALTER TABLE understudy.posting ADD COLUMN payment_no bigint, DISABLE TRIGGER USER;
UPDATE understudy.posting SET payment_no = payment.payment_no FROM understudy.payment WHERE (payment.merchant_id, payment.transaction_id) = (posting.merchant_id, posting.transaction_id);
ALTER TABLE understudy.outbox ADD COLUMN payment_no bigint, DISABLE TRIGGER USER;
UPDATE understudy.outbox SET payment_no = payment.payment_no FROM understudy.payment WHERE (payment.merchant_id, payment.transaction_id) = (outbox.merchant_id, outbox.transaction_id);
ALTER TABLE understudy.refund ADD COLUMN payment_no bigint, DISABLE TRIGGER USER;
UPDATE understudy.refund SET payment_no = payment.payment_no FROM understudy.payment WHERE (payment.merchant_id, payment.transaction_id) = (refund.merchant_id, refund.transaction_id);
ALTER TABLE understudy.entry ADD COLUMN payment_no bigint, DISABLE TRIGGER USER;
UPDATE understudy.entry SET payment_no = payment.payment_no FROM understudy.payment WHERE (payment.merchant_id, payment.transaction_id) = (entry.merchant_id, entry.transaction_id);

ALTER TABLE understudy.posting ENABLE TRIGGER USER, ALTER COLUMN payment_no SET NOT NULL, DROP CONSTRAINT posting_merchant_id_transaction_id_fkey,
  ADD CONSTRAINT posting_is_of_payment FOREIGN KEY (payment_no, merchant_id, transaction_id) REFERENCES understudy.payment (payment_no, merchant_id, transaction_id),
  DROP CONSTRAINT posting_once_per_account, ADD CONSTRAINT posting_once_per_account UNIQUE (payment_no, refund_id, account);
ALTER TABLE understudy.outbox ENABLE TRIGGER USER, ALTER COLUMN payment_no SET NOT NULL, DROP CONSTRAINT outbox_merchant_id_transaction_id_fkey,
  ADD CONSTRAINT outbox_is_of_payment FOREIGN KEY (payment_no, merchant_id, transaction_id) REFERENCES understudy.payment (payment_no, merchant_id, transaction_id),
  DROP CONSTRAINT outbox_once_per_event, ADD CONSTRAINT outbox_once_per_event UNIQUE (payment_no, refund_id, event);
ALTER TABLE understudy.refund ENABLE TRIGGER USER, ALTER COLUMN payment_no SET NOT NULL, DROP CONSTRAINT refund_merchant_id_transaction_id_fkey,
  ADD CONSTRAINT refund_is_of_payment FOREIGN KEY (payment_no, merchant_id, transaction_id) REFERENCES understudy.payment (payment_no, merchant_id, transaction_id);
CREATE INDEX refund_by_payment ON understudy.refund (payment_no);
ALTER TABLE understudy.entry ENABLE TRIGGER USER, ALTER COLUMN payment_no SET NOT NULL, DROP CONSTRAINT entry_merchant_id_transaction_id_fkey,
  ADD CONSTRAINT entry_is_of_payment FOREIGN KEY (payment_no, merchant_id, transaction_id) REFERENCES understudy.payment (payment_no, merchant_id, transaction_id),
  DROP CONSTRAINT entry_pkey, ADD PRIMARY KEY (payment_no, refund_id),
  -- So its id, which is made of these, is of no other entry.
  ADD CONSTRAINT entry_id_is_plain CHECK (strpos(merchant_id, '/') = 0 AND strpos(transaction_id, '/') = 0 AND strpos(transaction_id, '~') = 0);

-- For whoever names a payment by its ids alone: refunds, which come one by one, somebody by hand, or a function of the
-- version before this one.
CREATE FUNCTION understudy.find_payment_no() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  SELECT payment_no INTO NEW.payment_no FROM understudy.payment WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id;
  IF NEW.payment_no IS NULL THEN
    RAISE EXCEPTION 'a row belongs to a payment of the books' USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_TABLE_NAME || '_is_of_payment';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER posting_finds_payment BEFORE INSERT ON understudy.posting
  FOR EACH ROW WHEN (NEW.payment_no IS NULL) EXECUTE FUNCTION understudy.find_payment_no();
CREATE TRIGGER outbox_finds_payment BEFORE INSERT ON understudy.outbox
  FOR EACH ROW WHEN (NEW.payment_no IS NULL) EXECUTE FUNCTION understudy.find_payment_no();
CREATE TRIGGER refund_finds_payment BEFORE INSERT ON understudy.refund
  FOR EACH ROW WHEN (NEW.payment_no IS NULL) EXECUTE FUNCTION understudy.find_payment_no();
CREATE TRIGGER entry_finds_payment BEFORE INSERT ON understudy.entry
  FOR EACH ROW WHEN (NEW.payment_no IS NULL) EXECUTE FUNCTION understudy.find_payment_no();

-- As they were, by number. Ids are compared beside it: they say which payment is meant, the number only where it is.
CREATE OR REPLACE FUNCTION understudy.require_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  paid understudy.payment;
  lines bigint;
  matching bigint;
BEGIN
  IF TG_TABLE_NAME = 'payment' THEN
    SELECT count(*) INTO lines FROM understudy.posting WHERE payment_no = NEW.payment_no AND merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = '';
    IF lines = (CASE NEW.status WHEN 'processed' THEN 2 ELSE 0 END) THEN
      RETURN NULL;
    END IF;
  ELSE
    SELECT * INTO paid FROM understudy.payment WHERE payment_no = NEW.payment_no AND merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id;
    IF paid.status = 'processed' AND paid.currency = NEW.currency AND (
        (NEW.account = 'acquirer:receivable' AND NEW.amount_minor = paid.amount_minor)
        OR (NEW.account = 'merchant:' || paid.merchant_id || ':payable' AND NEW.amount_minor = -paid.amount_minor)) THEN
      RETURN NULL;
    END IF;
  END IF;
  IF EXISTS (SELECT 1 FROM understudy.posting WHERE payment_no = NEW.payment_no AND merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = ''
             GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'the postings of a payment sum to zero' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'postings_sum_to_zero';
  END IF;
  SELECT * INTO STRICT paid FROM understudy.payment WHERE payment_no = NEW.payment_no AND merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id;
  SELECT count(*), count(*) FILTER (WHERE currency = paid.currency AND (account, amount_minor) IN (
      ('acquirer:receivable', paid.amount_minor), ('merchant:' || paid.merchant_id || ':payable', -paid.amount_minor)))
    INTO lines, matching
    FROM understudy.posting WHERE payment_no = NEW.payment_no AND merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = '';
  IF lines <> matching OR lines <> (CASE paid.status WHEN 'processed' THEN 2 ELSE 0 END) THEN
    RAISE EXCEPTION 'the postings of a payment match it' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'postings_match_payment';
  END IF;
  RETURN NULL;
END
$body$;

CREATE OR REPLACE FUNCTION understudy.require_refund_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  given understudy.refund;
  paid understudy.payment;
  lines bigint;
  matching bigint;
BEGIN
  SELECT * INTO STRICT paid FROM understudy.payment WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id FOR NO KEY UPDATE;
  SELECT * INTO given FROM understudy.refund WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = NEW.refund_id;
  SELECT count(*), count(*) FILTER (WHERE currency = given.currency AND (account, amount_minor) IN (
      ('acquirer:receivable', -given.amount_minor), ('merchant:' || given.merchant_id || ':payable', given.amount_minor)))
    INTO lines, matching
    FROM understudy.posting WHERE payment_no = paid.payment_no AND merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = NEW.refund_id;
  IF given.refund_id IS NULL OR lines <> matching OR lines <> (CASE given.status WHEN 'processed' THEN 2 ELSE 0 END) THEN
    RAISE EXCEPTION 'the postings of a refund match it' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'postings_match_refund';
  END IF;
  IF paid.status <> 'processed' OR paid.currency <> given.currency OR paid.amount_minor < (
      SELECT coalesce(sum(amount_minor), 0) FROM understudy.refund
      WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND status = 'processed') THEN
    RAISE EXCEPTION 'a payment gives back at most what it took' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'refunds_within_charge';
  END IF;
  RETURN NULL;
END
$body$;

CREATE OR REPLACE FUNCTION understudy.enter_payments() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO understudy.entry (payment_no, merchant_id, transaction_id, live, business_date, currency)
  SELECT payment_no, merchant_id, transaction_id, live, business_date, currency FROM posted WHERE status = 'processed'
  ORDER BY payment_no;
  RETURN NULL;
END
$body$;
CREATE OR REPLACE FUNCTION understudy.enter_refunds() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO understudy.entry (payment_no, merchant_id, transaction_id, refund_id, live, business_date, currency)
  SELECT payment_no, merchant_id, transaction_id, refund_id, payment.live, posted.business_date, posted.currency
  FROM posted JOIN understudy.payment USING (payment_no, merchant_id, transaction_id) WHERE posted.status = 'processed'
  ORDER BY payment_no, refund_id;
  RETURN NULL;
END
$body$;

CREATE OR REPLACE FUNCTION understudy.require_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF (NEW.payment_no, NEW.merchant_id, NEW.transaction_id, NEW.refund_id, NEW.live, NEW.business_date, NEW.currency)
     IS DISTINCT FROM (OLD.payment_no, OLD.merchant_id, OLD.transaction_id, OLD.refund_id, OLD.live, OLD.business_date, OLD.currency)
     OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id) OR (NEW.receipt_due AND NOT OLD.receipt_due) THEN
    RAISE EXCEPTION 'an entry enters one file, once' USING ERRCODE = 'check_violation', TABLE = 'entry', CONSTRAINT = 'entry_is_assigned_once';
  END IF;
  RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION understudy.require_file_adds_up() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  lines bigint;
  total numeric;
BEGIN
  SELECT count(*), sum(posting.amount_minor) INTO lines, total
  FROM understudy.entry JOIN understudy.posting USING (payment_no, merchant_id, transaction_id, refund_id)
  WHERE entry.file_id = NEW.id AND entry.live = NEW.live AND entry.currency = NEW.currency AND posting.account = 'acquirer:receivable';
  IF lines <> NEW.entry_count OR total <> NEW.total_minor THEN
    RAISE EXCEPTION 'a settlement file adds up to its postings' USING ERRCODE = 'check_violation', TABLE = 'settlement_file', CONSTRAINT = 'settlement_file_adds_up';
  END IF;
  RETURN NULL;
END
$body$;
`,
};
