// Telling what the outbox holds: one delivery for each event and target. The row, not the message about it, says what is
// still to be told. What was decided to be told, and that it was told, is never taken back.
import type { Migration } from './migration.ts';

export const deliveries: Migration = {
  id: 4,
  name: 'deliveries',
  sql: `
ALTER TABLE understudy.outbox RENAME COLUMN sent_at TO addressed_at;
COMMENT ON COLUMN understudy.outbox.addressed_at IS 'Since when its deliveries exist. Null: its targets are not chosen yet.';
-- What was posted before anybody could be told has been told to nobody who asked for it.
UPDATE understudy.outbox SET addressed_at = created_at WHERE addressed_at IS NULL;
CREATE INDEX outbox_unaddressed ON understudy.outbox (id) WHERE addressed_at IS NULL;

CREATE TABLE understudy.delivery (
  id bigserial PRIMARY KEY,
  outbox_id bigint NOT NULL REFERENCES understudy.outbox,
  target text COLLATE "C" NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  due_at timestamptz,
  told_at timestamptz,
  dead_at timestamptz,
  last_answer text,
  answered_at timestamptz,
  CONSTRAINT delivery_once_per_target UNIQUE (outbox_id, target),
  CONSTRAINT delivery_is_due_or_done CHECK ((due_at IS NOT NULL AND dead_at IS NULL) OR (due_at IS NULL AND (told_at IS NOT NULL OR dead_at IS NOT NULL)))
);
COMMENT ON COLUMN understudy.delivery.due_at IS 'When it may be claimed: a claim moves it ahead, and so does a failure. Null: told, or dead.';
CREATE INDEX delivery_due ON understudy.delivery (target, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_troubled ON understudy.delivery (target) WHERE due_at IS NOT NULL AND last_answer IS NOT NULL;
CREATE INDEX delivery_dead ON understudy.delivery (id) WHERE dead_at IS NOT NULL;

-- Of an event, only that it was addressed may change, and only once.
CREATE FUNCTION understudy.require_addressing() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  unchanged understudy.outbox := NEW;
BEGIN
  unchanged.addressed_at := NULL;
  IF OLD.addressed_at IS NOT NULL OR NEW.addressed_at IS NULL OR unchanged IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'an event is addressed once and otherwise stays' USING ERRCODE = 'integrity_constraint_violation', TABLE = 'outbox', CONSTRAINT = 'outbox_is_addressed_once';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER outbox_is_addressed_once BEFORE UPDATE ON understudy.outbox
  FOR EACH ROW EXECUTE FUNCTION understudy.require_addressing();
CREATE TRIGGER outbox_stays BEFORE DELETE OR TRUNCATE ON understudy.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();

CREATE FUNCTION understudy.require_told() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF (OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at) OR (NEW.id, NEW.outbox_id, NEW.target) IS DISTINCT FROM (OLD.id, OLD.outbox_id, OLD.target) THEN
    RAISE EXCEPTION 'what was told stays told' USING ERRCODE = 'integrity_constraint_violation', TABLE = 'delivery', CONSTRAINT = 'delivery_stays_told';
  END IF;
  RETURN NEW;
END
$body$;
CREATE TRIGGER delivery_stays_told BEFORE UPDATE ON understudy.delivery
  FOR EACH ROW EXECUTE FUNCTION understudy.require_told();
CREATE TRIGGER delivery_stays BEFORE DELETE OR TRUNCATE ON understudy.delivery
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();
`,
};
