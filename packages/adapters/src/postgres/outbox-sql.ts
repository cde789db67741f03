// The statements of the outbox. Each takes its row locks in one order, or takes only those that are free, so that two
// of them never wait for each other in a circle.

const EVENT = 'event.id AS place, event.merchant_id, event.transaction_id, event.event, event.payload';
const DELIVERY = `delivery.id, delivery.target, delivery.failures, delivery.due_at, delivery.told_at, delivery.dead_at, delivery.last_answer, delivery.answered_at, ${EVENT}`;
const WITH_EVENT = 'JOIN understudy.outbox AS event ON event.id = delivery.outbox_id';

/** Payments named by two columns of text, $n and the next. */
const named = (n: number): string => `unnest($${n}::text[], $${n + 1}::text[]) AS named (merchant_id, transaction_id)`;

/** Their numbers. Once each: a batch of hints names a payment again for its refund. */
const keys = (n: number): string => `(SELECT DISTINCT payment_no FROM understudy.payment JOIN ${named(n)} USING (merchant_id, transaction_id)) AS wanted`;

/** $1 how many, $2 merchants left out. */
export const UNADDRESSED: string = `
SELECT ${EVENT} FROM understudy.outbox AS event WHERE addressed_at IS NULL AND merchant_id <> ALL ($2::text[]) ORDER BY id LIMIT $1`;

/** As UNADDRESSED, of the payments $3 and $4: compared with all that is not addressed yet, which is little and has an index of its own. */
export const UNADDRESSED_OF_KEYS: string = `
SELECT ${EVENT} FROM understudy.outbox AS event
  JOIN (SELECT DISTINCT * FROM ${named(3)}) AS wanted USING (merchant_id, transaction_id)
WHERE addressed_at IS NULL AND merchant_id <> ALL ($2::text[]) ORDER BY id LIMIT $1`;

/**
 * Which row holds an event: its place alone names another event in the books of another timeline, and whoever was paused
 * for the length of two moves comes back with a place of books that were lost.
 */
const IS_SAME = (meant: string): string =>
  `(event.merchant_id, event.transaction_id, event.refund_id, event.event) = (${meant}.merchant_id, ${meant}.transaction_id, ${meant}.refund_id, ${meant}.event)`;
const MEANT = 'merchant_id text, transaction_id text, refund_id text, event text';

/** $1 events with their places, $2 [{place, target}], $3 now. */
export const ADDRESS: string = `
WITH locked AS (
  SELECT event.id FROM understudy.outbox AS event JOIN jsonb_to_recordset($1::jsonb) AS meant (place bigint, ${MEANT}) ON meant.place = event.id AND ${IS_SAME('meant')}
  WHERE event.addressed_at IS NULL ORDER BY event.id FOR UPDATE OF event
),
noted AS (UPDATE understudy.outbox SET addressed_at = $3 WHERE id IN (SELECT id FROM locked) RETURNING id)
INSERT INTO understudy.delivery (outbox_id, target, due_at)
SELECT noted.id, chosen.target, $3 FROM noted JOIN jsonb_to_recordset($2::jsonb) AS chosen (place bigint, target text) ON chosen.place = noted.id
ORDER BY noted.id, chosen.target`;

/** Takes those of \`ready\` that nobody else is taking now. The time is asked again: a row may have been claimed since it was found ready. */
const TAKE = `
taken AS (
  SELECT id FROM understudy.delivery WHERE id IN (SELECT id FROM ready) AND due_at <= $1 FOR UPDATE SKIP LOCKED
),
claimed AS (
  UPDATE understudy.delivery SET due_at = $2 WHERE id IN (SELECT id FROM taken) RETURNING *
)
SELECT ${DELIVERY} FROM claimed AS delivery ${WITH_EVENT}`;

/**
 * $1 now, $2 the end of the claim, $3 how many, $4 how many for one target, $5 targets left out. Goes from target to
 * target through the index, so that a target with a hundred thousand rows costs what it is given and no more.
 */
export const CLAIM: string = `
WITH RECURSIVE target AS (
  SELECT min(target) AS name FROM understudy.delivery WHERE due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(delivery.target) FROM understudy.delivery WHERE due_at IS NOT NULL AND delivery.target > target.name) FROM target WHERE target.name IS NOT NULL
),
ready AS (
  SELECT due.id FROM target CROSS JOIN LATERAL (
    SELECT id, due_at FROM understudy.delivery WHERE delivery.target = target.name AND due_at <= $1 ORDER BY due_at, id LIMIT $4
  ) AS due
  WHERE target.name <> ALL ($5::text[])
  ORDER BY due.due_at, due.id LIMIT $3
),${TAKE}`;

/** As CLAIM, of the payments $6 and $7. Not to a target that failed and has not been told since: it would hold up the hints of others. */
export const CLAIM_OF_KEYS: string = `
WITH due AS (
  SELECT delivery.id, delivery.due_at, row_number() OVER (PARTITION BY delivery.target ORDER BY delivery.due_at, delivery.id) AS turn
  FROM ${keys(6)} JOIN understudy.outbox AS event USING (payment_no) JOIN understudy.delivery ON delivery.outbox_id = event.id
  WHERE delivery.due_at <= $1 AND delivery.target <> ALL ($5::text[])
    AND NOT EXISTS (SELECT 1 FROM understudy.delivery AS other WHERE other.target = delivery.target AND other.due_at IS NOT NULL AND other.last_answer IS NOT NULL)
),
ready AS (
  SELECT id FROM due WHERE turn <= $4 ORDER BY due_at, id LIMIT $3
),${TAKE}`;

/** $1 the delivery, $2 the end of its claim, $3 the outcome, $4 now, $5 the answer, $6 the next try, $7 its target, $8 its event. A failure counts only for the claim that stands. */
export const RECORD: string = `
UPDATE understudy.delivery AS delivery SET
  failures = failures + CASE $3::text WHEN 'told' THEN 0 ELSE 1 END,
  due_at = CASE $3::text WHEN 'failed' THEN $6::timestamptz END,
  told_at = CASE $3::text WHEN 'told' THEN coalesce(told_at, $4) ELSE told_at END,
  dead_at = CASE $3::text WHEN 'dead' THEN $4::timestamptz END,
  last_answer = $5, answered_at = $4
FROM understudy.outbox AS event, jsonb_to_record($8::jsonb) AS meant (${MEANT})
WHERE delivery.id = $1 AND ($3::text = 'told' OR due_at = $2) AND event.id = delivery.outbox_id AND delivery.target = $7 AND ${IS_SAME('meant')}`;

const listed = (condition: string): string => `SELECT ${DELIVERY} FROM understudy.delivery ${WITH_EVENT} WHERE ${condition} ORDER BY delivery.id DESC LIMIT $1`;

/** $1 how many. */
export const LIST: Readonly<Record<'dead' | 'pending' | 'told', string>> = {
  dead: listed('delivery.dead_at IS NOT NULL'),
  pending: listed('delivery.due_at IS NOT NULL'),
  told: listed('delivery.due_at IS NULL AND delivery.dead_at IS NULL'),
};

const redelivered = (condition: string): string => `
WITH again AS (
  UPDATE understudy.delivery SET due_at = $1, dead_at = NULL, failures = 0, last_answer = NULL WHERE ${condition} RETURNING 1
)
SELECT count(*)::int AS redelivered FROM again`;

/** $1 those that were told before then, $2 how many. */
export const FORGET = `
WITH old AS (
  SELECT id FROM understudy.delivery WHERE told_at < $1 AND due_at IS NULL AND dead_at IS NULL ORDER BY told_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
), gone AS (DELETE FROM understudy.delivery USING old WHERE delivery.id = old.id RETURNING delivery.id)
SELECT count(*)::integer AS forgotten FROM gone`;

/** $1 now, then what names them. */
export const REDELIVER: Readonly<Record<'one' | 'deadOf' | 'allDead', string>> = {
  one: redelivered('id = $2'),
  deadOf: redelivered(`dead_at IS NOT NULL AND outbox_id IN (SELECT event.id FROM understudy.outbox AS event JOIN ${keys(2)} USING (payment_no))`),
  allDead: redelivered('dead_at IS NOT NULL'),
};
