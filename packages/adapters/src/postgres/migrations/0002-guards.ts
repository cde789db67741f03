// The rules that the database itself keeps, whoever writes: the books balance, nothing in them changes, a row carries
// the fence's epoch, and the fence only grows. Messages name the rule and no row: they may be logged.
import type { Migration } from './migration.ts';

export const guards: Migration = {
  id: 2,
  name: 'guards',
  sql: `
-- Append-only, by statement: a change that would meet no row is refused as well.
CREATE FUNCTION understudy.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION '% of % is never allowed', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END
$body$;
CREATE TRIGGER payment_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON understudy.payment
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();
CREATE TRIGGER posting_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON understudy.posting
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();
CREATE TRIGGER fence_stays BEFORE DELETE OR TRUNCATE ON understudy.fence
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();

-- Taking the lock here too makes the drain barrier hold for a fence that is raised by hand.
CREATE FUNCTION understudy.require_growth() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM pg_advisory_xact_lock(4820171001);
  IF NEW.epoch <= OLD.epoch THEN
    RAISE EXCEPTION 'the fence only grows' USING ERRCODE = 'check_violation', TABLE = 'fence', CONSTRAINT = 'fence_only_grows';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER fence_only_grows BEFORE UPDATE ON understudy.fence
  FOR EACH ROW EXECUTE FUNCTION understudy.require_growth();

-- The same for rows that did not come through the ledger's own code. Under an older snapshot the fence could not be
-- read as it stands, so only READ COMMITTED may insert.
CREATE FUNCTION understudy.require_fence() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  standing bigint;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(4820171001);
  SELECT epoch INTO standing FROM understudy.fence WHERE id = 1;
  IF NEW.epoch IS DISTINCT FROM standing OR current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a payment carries the epoch of the fence' USING ERRCODE = 'check_violation', TABLE = 'payment', CONSTRAINT = 'payment_epoch_is_fence';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER payment_epoch_is_fence BEFORE INSERT ON understudy.payment
  FOR EACH ROW EXECUTE FUNCTION understudy.require_fence();

-- Checked at commit, from both sides: a payment without its postings, and a posting added to a payment later.
CREATE FUNCTION understudy.require_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  paid understudy.payment;
  lines bigint;
  matching bigint;
BEGIN
  IF EXISTS (SELECT 1 FROM understudy.posting WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id
             GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'the postings of a payment sum to zero' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'postings_sum_to_zero';
  END IF;
  SELECT * INTO STRICT paid FROM understudy.payment WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id;
  SELECT count(*), count(*) FILTER (WHERE currency = paid.currency AND (account, amount_minor) IN (
      ('acquirer:receivable', paid.amount_minor), ('merchant:' || paid.merchant_id || ':payable', -paid.amount_minor)))
    INTO lines, matching
    FROM understudy.posting WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id;
  IF lines <> matching OR lines <> (CASE paid.status WHEN 'processed' THEN 2 ELSE 0 END) THEN
    RAISE EXCEPTION 'the postings of a payment match it' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'postings_match_payment';
  END IF;
  RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER payment_is_balanced AFTER INSERT ON understudy.payment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION understudy.require_balance();
CREATE CONSTRAINT TRIGGER posting_is_balanced AFTER INSERT ON understudy.posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION understudy.require_balance();
`,
};
