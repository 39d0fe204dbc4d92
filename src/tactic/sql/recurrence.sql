-- Nothing is added for a message of another workspace; the caller notices.
-- query: recurrence_insert
-- in: workspace int, message int, rule text, anchor_us int, zone text, end_us int?, count_max int?,
--     cooldown_days int, paused int, created_us int
-- out: id int
-- gives: maybe
-- does: writes
INSERT INTO recurrence (workspace_id, message_id, rule, anchor_us, zone, end_us, count_max, cooldown_days,
                        paused, created_us, changed_us)
SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $10 FROM message WHERE workspace_id = $1 AND id = $2
RETURNING id;

-- query: recurrence_by_id
-- in: workspace int, id int
-- out: id int, workspace int, message int, rule text, anchor_us int, zone text, end_us int?,
--      count_max int?, cooldown_days int, paused int, revision int
-- gives: maybe
-- does: reads
SELECT id, workspace_id AS workspace, message_id AS message, rule, anchor_us, zone, end_us, count_max,
       cooldown_days, paused, revision
FROM recurrence WHERE workspace_id = $1 AND id = $2;

-- query: recurrence_page
-- in: workspace int, limit_n int
-- out: id int, workspace int, message int, rule text, anchor_us int, zone text, end_us int?,
--      count_max int?, cooldown_days int, paused int, revision int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, message_id AS message, rule, anchor_us, zone, end_us, count_max,
       cooldown_days, paused, revision
FROM recurrence WHERE workspace_id = $1 ORDER BY id DESC LIMIT $2;

-- Those that can still make occurrences.
-- query: recurrence_running
-- in: workspace int, now int, limit_n int
-- out: id int, workspace int, message int, rule text, anchor_us int, zone text, end_us int?,
--      count_max int?, cooldown_days int, paused int, revision int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, message_id AS message, rule, anchor_us, zone, end_us, count_max,
       cooldown_days, paused, revision
FROM recurrence
WHERE workspace_id = $1 AND paused = 0 AND (end_us IS NULL OR end_us > $2)
ORDER BY id DESC LIMIT $3;

-- query: recurrence_update
-- in: workspace int, id int, end_us int?, count_max int?, cooldown_days int, paused int, changed_us int,
--     revision int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE recurrence
SET end_us = $3, count_max = $4, cooldown_days = $5, paused = $6, changed_us = $7, revision = revision + 1
WHERE workspace_id = $1 AND id = $2 AND revision = $8
RETURNING id;

-- Nothing is added when the occurrence was marked before, or the message belongs elsewhere.
-- query: occurrence_mark
-- in: recurrence int, k int, message int, marked_us int
-- out: k int
-- gives: maybe
-- does: writes
INSERT INTO occurrence (recurrence_id, k, message_id, marked_us)
SELECT r.id, $2, m.id, $4
FROM recurrence AS r JOIN message AS m ON m.workspace_id = r.workspace_id
WHERE r.id = $1 AND m.id = $3
ON CONFLICT DO NOTHING
RETURNING k;

-- query: occurrence_skip
-- in: recurrence int, k int, marked_us int
-- out: k int
-- gives: maybe
-- does: writes
INSERT INTO occurrence (recurrence_id, k, marked_us)
SELECT id, $2, $3 FROM recurrence WHERE id = $1
ON CONFLICT DO NOTHING
RETURNING k;

-- query: occurrence_known
-- in: recurrence int, message int?
-- out: recurrences_n int, messages_n int
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM recurrence WHERE id = $1) AS recurrences_n,
       (SELECT count(*) FROM recurrence AS r JOIN message AS m ON m.workspace_id = r.workspace_id
        WHERE r.id = $1 AND m.id = $2) AS messages_n;

-- query: occurrence_page
-- in: recurrence int, from_k int, limit_n int
-- out: k int, message int?
-- gives: many
-- does: reads
SELECT k, message_id AS message FROM occurrence
WHERE recurrence_id = $1 AND k >= $2 ORDER BY k LIMIT $3;

-- query: occurrence_last_made
-- in: recurrence int, before_k int
-- out: k int?
-- gives: one
-- does: reads
SELECT max(k) AS k FROM occurrence WHERE recurrence_id = $1 AND k < $2 AND message_id IS NOT NULL;
