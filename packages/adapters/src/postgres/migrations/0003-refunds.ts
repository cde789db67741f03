// Refunds in the books: one row for each decision, and for money given back the payment's postings the other way round.
// The rules of the books hold for them as for payments, whoever writes; and no payment gives back more than it took.
import type { Migration } from './migration.ts';

export const refunds: Migration = {
  id: 3,
  name: 'refunds',
  sql: `
CREATE TABLE understudy.refund (
  merchant_id text COLLATE "C" NOT NULL,
  transaction_id text COLLATE "C" NOT NULL,
  refund_id text COLLATE "C" NOT NULL CONSTRAINT refund_id_is_not_empty CHECK (refund_id <> ''),
  amount_minor bigint NOT NULL CONSTRAINT refund_amount_is_positive CHECK (amount_minor > 0),
  currency char(3) NOT NULL,
  status text NOT NULL CONSTRAINT refund_status_is_known CHECK (status IN ('processed', 'failed')),
  code text,
  acquirer_reference text,
  epoch bigint NOT NULL,
  decided_at timestamptz NOT NULL,
  business_date date NOT NULL,
  posted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (merchant_id, transaction_id, refund_id),
  FOREIGN KEY (merchant_id, transaction_id) REFERENCES understudy.payment
);
COMMENT ON TABLE understudy.refund IS 'One row for each decision about a refund, failed ones included.';
CREATE TRIGGER refund_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON understudy.refund
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();

ALTER TABLE understudy.posting ADD COLUMN refund_id text COLLATE "C" NOT NULL DEFAULT '';
COMMENT ON COLUMN understudy.posting.refund_id IS 'Empty: of the payment itself.';
ALTER TABLE understudy.posting DROP CONSTRAINT posting_once_per_account,
  ADD CONSTRAINT posting_once_per_account UNIQUE (merchant_id, transaction_id, refund_id, account);

ALTER TABLE understudy.outbox ADD COLUMN refund_id text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE understudy.outbox DROP CONSTRAINT outbox_once_per_event,
  ADD CONSTRAINT outbox_once_per_event UNIQUE (merchant_id, transaction_id, refund_id, event);

-- As it was, for more than one table.
CREATE OR REPLACE FUNCTION understudy.require_fence() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  standing bigint;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(4820171001);
  SELECT epoch INTO standing FROM understudy.fence WHERE id = 1;
  IF NEW.epoch IS DISTINCT FROM standing OR current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a row carries the epoch of the fence' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_TABLE_NAME || '_epoch_is_fence';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER refund_epoch_is_fence BEFORE INSERT ON understudy.refund
  FOR EACH ROW EXECUTE FUNCTION understudy.require_fence();

-- As it was, of a payment's own postings.
CREATE OR REPLACE FUNCTION understudy.require_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  paid understudy.payment;
  lines bigint;
  matching bigint;
BEGIN
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

-- Checked at commit, from both sides, as for a payment. The payment's row is locked before its refunds are summed, so
-- that two transactions cannot each miss what the other gives back.
CREATE FUNCTION understudy.require_refund_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
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
    FROM understudy.posting WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id AND refund_id = NEW.refund_id;
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
DROP TRIGGER posting_is_balanced ON understudy.posting;
CREATE CONSTRAINT TRIGGER posting_is_balanced AFTER INSERT ON understudy.posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.refund_id = '') EXECUTE FUNCTION understudy.require_balance();
CREATE CONSTRAINT TRIGGER refund_posting_is_balanced AFTER INSERT ON understudy.posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.refund_id <> '') EXECUTE FUNCTION understudy.require_refund_balance();
CREATE CONSTRAINT TRIGGER refund_is_balanced AFTER INSERT ON understudy.refund
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION understudy.require_refund_balance();
`,
};
