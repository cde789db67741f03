// Deliveries that were told may be forgotten, a week later at the earliest: their events stay, and those that are due or
// were given up stay as well. The application forgets later than that; this is the line that no mistake of it crosses.
import type { Migration } from './migration.ts';

export const forgetting: Migration = {
  id: 7,
  name: 'forgetting',
  sql: `
CREATE INDEX delivery_told ON understudy.delivery (told_at) WHERE told_at IS NOT NULL AND due_at IS NULL AND dead_at IS NULL;

CREATE FUNCTION understudy.require_told_long_ago() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF OLD.due_at IS NOT NULL OR OLD.dead_at IS NOT NULL OR OLD.told_at IS NULL OR OLD.told_at > now() - interval '7 days' THEN
    RAISE EXCEPTION 'a delivery stays until a week after it was told' USING ERRCODE = 'integrity_constraint_violation', TABLE = 'delivery', CONSTRAINT = 'delivery_stays_a_week';
  END IF;
  RETURN OLD;
END
$body$;
DROP TRIGGER delivery_stays ON understudy.delivery;
CREATE TRIGGER delivery_stays BEFORE TRUNCATE ON understudy.delivery
  FOR EACH STATEMENT EXECUTE FUNCTION understudy.refuse_change();
CREATE TRIGGER delivery_stays_a_week BEFORE DELETE ON understudy.delivery
  FOR EACH ROW EXECUTE FUNCTION understudy.require_told_long_ago();
`,
};
