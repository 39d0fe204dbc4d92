-- query: incident_open
-- in: workspace int, kind text, subject text, text text, now int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO incident (workspace_id, kind, subject, text, first_us, last_us)
VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (workspace_id, subject, kind) WHERE closed_us IS NULL
DO UPDATE SET last_us = excluded.last_us, seen_n = incident.seen_n + 1, text = excluded.text;

-- query: incident_close
-- in: workspace int, subject text, now int
-- out: nothing
-- gives: none
-- does: writes
UPDATE incident SET closed_us = $3 WHERE workspace_id = $1 AND subject = $2 AND closed_us IS NULL;

-- query: incident_of_kind
-- in: workspace int, kind text, limit_n int
-- out: subject text
-- gives: many
-- does: reads
SELECT subject FROM incident
WHERE workspace_id = $1 AND kind = $2 AND closed_us IS NULL ORDER BY id LIMIT $3;

-- query: incident_page
-- in: workspace int, limit_n int
-- out: id int, kind text, subject text, text text, first_us int, last_us int, seen_n int, told_us int?,
--      closed_us int?
-- gives: many
-- does: reads
SELECT id, kind, subject, text, first_us, last_us, seen_n, told_us, closed_us
FROM incident WHERE workspace_id = $1
ORDER BY CASE WHEN closed_us IS NULL THEN 0 ELSE 1 END, last_us DESC, id DESC LIMIT $2;

-- Only where somebody can be told: until then nobody was.
-- query: incident_untold
-- in: limit_n int
-- out: id int
-- gives: many
-- does: reads
SELECT i.id FROM incident AS i
WHERE i.told_us IS NULL AND i.closed_us IS NULL
  AND EXISTS (SELECT 1 FROM notify AS n WHERE n.workspace_id = i.workspace_id)
ORDER BY i.first_us, i.id LIMIT $1;

-- query: notice_insert
-- in: incident int, next_us int, now int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO notice (workspace_id, incident_id, means, text, next_us, created_us)
SELECT i.workspace_id, i.id, n.means, i.text, CAST($2 AS BIGINT), CAST($3 AS BIGINT)
FROM incident AS i JOIN notify AS n ON n.workspace_id = i.workspace_id
WHERE i.id = $1 ON CONFLICT (incident_id, means) DO NOTHING;

-- query: incident_told
-- in: id int, now int
-- out: nothing
-- gives: none
-- does: writes
UPDATE incident SET told_us = $2 WHERE id = $1 AND told_us IS NULL;
