-- query: hold_of
-- in: workspace int
-- out: since_us int, reason text
-- gives: maybe
-- does: reads
SELECT since_us, reason FROM hold WHERE workspace_id = $1;

-- The newest reason stands; the moment is that of the first.
-- query: hold_set
-- in: workspace int, reason text, now_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO hold (workspace_id, since_us, reason) VALUES ($1, $3, $2)
ON CONFLICT (workspace_id) DO UPDATE SET reason = excluded.reason;

-- query: hold_release
-- in: workspace int
-- out: reason text
-- gives: maybe
-- does: writes
DELETE FROM hold WHERE workspace_id = $1 RETURNING reason;

-- query: hold_set_all
-- in: reason text, now_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO hold (workspace_id, since_us, reason)
SELECT id, CAST($2 AS BIGINT), CAST($1 AS TEXT) FROM workspace WHERE id > 0
ON CONFLICT (workspace_id) DO UPDATE SET reason = excluded.reason;

-- query: hold_change_add
-- in: workspace int, change text, reason text, now_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO hold_change (workspace_id, change, reason, at_us) VALUES ($1, $2, $3, $4);

-- query: hold_change_add_all
-- in: reason text, now_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO hold_change (workspace_id, change, reason, at_us)
SELECT id, 'set', CAST($1 AS TEXT), CAST($2 AS BIGINT) FROM workspace WHERE id > 0;

-- query: hold_change_page
-- in: workspace int, limit_n int
-- out: change text, reason text, at_us int
-- gives: many
-- does: reads
SELECT change, reason, at_us FROM hold_change WHERE workspace_id = $1 ORDER BY id DESC LIMIT $2;
