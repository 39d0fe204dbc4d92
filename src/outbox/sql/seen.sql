-- query: needs_person_count
-- in: workspace int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n FROM delivery
WHERE workspace_id = $1 AND state IN ('person', 'held', 'rejected');

-- query: overdue_count
-- in: workspace int, before_us int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n FROM delivery
WHERE next_us IS NOT NULL AND next_us < $2 AND workspace_id = $1 AND worker IS NULL;

-- query: worker_last_seen
-- in: nothing
-- out: seen_us int?
-- gives: one
-- does: reads
SELECT max(seen_us) AS seen_us FROM worker WHERE stopped_us IS NULL;
