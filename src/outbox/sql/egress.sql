-- query: egress_add
-- in: workspace int, host text, now int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO egress (workspace_id, host, created_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- query: egress_remove
-- in: workspace int, host text
-- out: host text
-- gives: maybe
-- does: writes
DELETE FROM egress WHERE workspace_id = $1 AND host = $2 RETURNING host;

-- query: egress_count
-- in: workspace int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n FROM egress WHERE workspace_id = $1;

-- query: egress_page
-- in: workspace int, limit_n int
-- out: host text
-- gives: many
-- does: reads
SELECT host FROM egress WHERE workspace_id = $1 ORDER BY host LIMIT $2;
