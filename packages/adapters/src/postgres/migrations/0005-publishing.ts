// What is to be published: one entry for each processed payment, made by the same transaction that posts it, and the
// settlement files that entries are assigned to. The books themselves stay as they are; these tables point at them.
// The rules that must hold whoever writes are kept here: an entry enters a file once, and nothing is ever taken out.
import type { Migration } from './migration.ts';

export const publishing: Migration = {
  id: 5,
  name: 'publishing',
  sql: `
-- A payment made with a test key moves no money, and must not stand in a file with those that do.
ALTER TABLE understudy.payment ADD COLUMN live boolean NOT NULL DEFAULT true;

CREATE TABLE understudy.settlement_file (
  id bigserial PRIMARY KEY,
  live boolean NOT NULL,
  business_date date NOT NULL,
  currency char(3) NOT NULL,
  n integer NOT NULL CONSTRAINT settlement_file_counts_from_one CHECK (n >= 1),
  entry_count integer NOT NULL CONSTRAINT settlement_file_is_not_empty CHECK (entry_count >= 1),
  total_minor bigint NOT NULL,
  epoch bigint NOT NULL,
  assigned_at timestamptz NOT NULL,
  published_epoch bigint NOT NULL DEFAULT 0,
  sha256 char(64),
  CONSTRAINT settlement_file_once_per_name UNIQUE (live, business_date, currency, n)
);
COMMENT ON COLUMN understudy.settlement_file.published_epoch IS 'The last epoch whose active region is known to have the file in its bucket.';
CREATE INDEX settlement_file_by_publishing ON understudy.settlement_file (published_epoch, id);

CREATE TABLE understudy.entry (
  merchant_id text COLLATE "C" NOT NULL,
  transaction_id text COLLATE "C" NOT NULL,
  refund_id text COLLATE "C" NOT NULL DEFAULT '',
  entry_id text COLLATE "C" NOT NULL PRIMARY KEY
    GENERATED ALWAYS AS (merchant_id || '/' || transaction_id || CASE refund_id WHEN '' THEN '' ELSE '~' || refund_id END) STORED,
  live boolean NOT NULL,
  business_date date NOT NULL,
  currency char(3) NOT NULL,
  receipt_due boolean NOT NULL DEFAULT true,
  file_id bigint REFERENCES understudy.settlement_file,
  FOREIGN KEY (merchant_id, transaction_id) REFERENCES understudy.payment
);
COMMENT ON TABLE understudy.entry IS 'One row for each processed payment or refund: whether its receipt is written, and the file it stands in.';
-- In the order in which a bucket lists the receipts of a day.
CREATE INDEX entry_by_receipt ON understudy.entry (business_date, (entry_id || '.json') COLLATE "C");
CREATE INDEX entry_without_receipt ON understudy.entry (entry_id) WHERE receipt_due;
CREATE INDEX entry_without_file ON understudy.entry (live, currency, business_date, entry_id) WHERE file_id IS NULL;
CREATE INDEX entry_by_file ON understudy.entry (file_id) WHERE file_id IS NOT NULL;

-- How far the receipts of a day have been compared with the bucket under this epoch; to its end when "after" is null.
CREATE TABLE understudy.receipt_day (
  business_date date PRIMARY KEY,
  epoch bigint NOT NULL,
  after text COLLATE "C"
);

CREATE TABLE understudy.settlement_day (
  business_date date PRIMARY KEY,
  epoch bigint NOT NULL,
  closed_at timestamptz NOT NULL
);

CREATE FUNCTION understudy.enter_payments() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO understudy.entry (merchant_id, transaction_id, live, business_date, currency)
  SELECT merchant_id, transaction_id, live, business_date, currency FROM posted WHERE status = 'processed'
  ORDER BY merchant_id, transaction_id;
  RETURN NULL;
END
$body$;
CREATE TRIGGER payment_is_entered AFTER INSERT ON understudy.payment
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION understudy.enter_payments();
INSERT INTO understudy.entry (merchant_id, transaction_id, live, business_date, currency)
SELECT merchant_id, transaction_id, live, business_date, currency FROM understudy.payment WHERE status = 'processed';

-- A generated column is not known yet before the update, so its parts are compared.
CREATE FUNCTION understudy.require_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF (NEW.merchant_id, NEW.transaction_id, NEW.refund_id, NEW.live, NEW.business_date, NEW.currency)
     IS DISTINCT FROM (OLD.merchant_id, OLD.transaction_id, OLD.refund_id, OLD.live, OLD.business_date, OLD.currency)
     OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id) OR (NEW.receipt_due AND NOT OLD.receipt_due) THEN
    RAISE EXCEPTION 'an entry enters one file, once' USING ERRCODE = 'check_violation', TABLE = 'entry', CONSTRAINT = 'entry_is_assigned_once';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER entry_is_assigned_once BEFORE UPDATE ON understudy.entry
  FOR EACH ROW EXECUTE FUNCTION understudy.require_entry_stays();
CREATE TRIGGER entry_stays BEFORE DELETE OR TRUNCATE ON understudy.entry
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();

CREATE FUNCTION understudy.require_file_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF (NEW.id, NEW.live, NEW.business_date, NEW.currency, NEW.n, NEW.entry_count, NEW.total_minor, NEW.epoch, NEW.assigned_at)
     IS DISTINCT FROM (OLD.id, OLD.live, OLD.business_date, OLD.currency, OLD.n, OLD.entry_count, OLD.total_minor, OLD.epoch, OLD.assigned_at)
     OR NEW.published_epoch < OLD.published_epoch OR (OLD.sha256 IS NOT NULL AND NEW.sha256 IS DISTINCT FROM OLD.sha256) THEN
    RAISE EXCEPTION 'a settlement file is never changed' USING ERRCODE = 'check_violation', TABLE = 'settlement_file', CONSTRAINT = 'settlement_file_stays';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER settlement_file_stays BEFORE UPDATE ON understudy.settlement_file
  FOR EACH ROW EXECUTE FUNCTION understudy.require_file_stays();
CREATE TRIGGER settlement_file_is_kept BEFORE DELETE OR TRUNCATE ON understudy.settlement_file
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();

-- At commit: a file has exactly the entries that it counts, and its total is that of their postings.
CREATE FUNCTION understudy.require_file_adds_up() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  lines bigint;
  total numeric;
BEGIN
  SELECT count(*), sum(posting.amount_minor) INTO lines, total
  FROM understudy.entry JOIN understudy.posting USING (merchant_id, transaction_id)
  WHERE entry.file_id = NEW.id AND entry.live = NEW.live AND entry.currency = NEW.currency AND posting.account = 'acquirer:receivable' AND entry.refund_id = '';
  IF lines <> NEW.entry_count OR total <> NEW.total_minor THEN
    RAISE EXCEPTION 'a settlement file adds up to its postings' USING ERRCODE = 'check_violation', TABLE = 'settlement_file', CONSTRAINT = 'settlement_file_adds_up';
  END IF;
  RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER settlement_file_adds_up AFTER INSERT ON understudy.settlement_file
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION understudy.require_file_adds_up();
`,
};
