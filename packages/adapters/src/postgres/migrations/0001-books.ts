// The tables of the books. Ids sort by bytes (COLLATE "C"): an index must mean the same on every server that may
// ever be promoted, whatever its system's locale library.
import type { Migration } from './migration.ts';

export const books: Migration = {
  id: 1,
  name: 'books',
  sql: `
CREATE TABLE understudy.fence (
  id smallint PRIMARY KEY CONSTRAINT fence_is_one_row CHECK (id = 1),
  epoch bigint NOT NULL CONSTRAINT fence_epoch_is_positive CHECK (epoch >= 1)
);
INSERT INTO understudy.fence (id, epoch) VALUES (1, 1);
COMMENT ON TABLE understudy.fence IS 'The only epoch under which payments may be posted here.';

CREATE TABLE understudy.payment (
  merchant_id text COLLATE "C" NOT NULL,
  transaction_id text COLLATE "C" NOT NULL,
  customer_id text NOT NULL,
  amount_minor bigint NOT NULL CONSTRAINT payment_amount_is_positive CHECK (amount_minor > 0),
  currency char(3) NOT NULL CONSTRAINT payment_currency_is_iso CHECK (currency ~ '^[A-Z]{3}$'),
  status text NOT NULL CONSTRAINT payment_status_is_known CHECK (status IN ('processed', 'failed', 'cancelled')),
  code text,
  acquirer_reference text,
  epoch bigint NOT NULL,
  decided_at timestamptz NOT NULL,
  business_date date NOT NULL,
  posted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (merchant_id, transaction_id)
);
COMMENT ON TABLE understudy.payment IS 'One row for each decision of the journal, declines included.';

CREATE TABLE understudy.posting (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id text COLLATE "C" NOT NULL,
  transaction_id text COLLATE "C" NOT NULL,
  account text NOT NULL,
  amount_minor bigint NOT NULL CONSTRAINT posting_amount_is_not_zero CHECK (amount_minor <> 0),
  currency char(3) NOT NULL,
  CONSTRAINT posting_once_per_account UNIQUE (merchant_id, transaction_id, account),
  FOREIGN KEY (merchant_id, transaction_id) REFERENCES understudy.payment
);
COMMENT ON COLUMN understudy.posting.amount_minor IS 'A debit is above zero, a credit below.';

CREATE TABLE understudy.outbox (
  id bigserial PRIMARY KEY,
  merchant_id text COLLATE "C" NOT NULL,
  transaction_id text COLLATE "C" NOT NULL,
  event text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz,
  CONSTRAINT outbox_once_per_event UNIQUE (merchant_id, transaction_id, event),
  FOREIGN KEY (merchant_id, transaction_id) REFERENCES understudy.payment
);
`,
};
