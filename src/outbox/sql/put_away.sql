-- What would be lost from sight when a channel is put away: what waits to go out or to be let go, and what is being sent.
-- query: put_away_counts
-- in: workspace int, channel int
-- out: waiting_n int, held_n int, busy_n int
-- gives: one
-- does: reads
SELECT CAST(COALESCE(sum(CASE WHEN state IN ('scheduled', 'deferred') THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting_n,
       CAST(COALESCE(sum(CASE WHEN state = 'held' THEN 1 ELSE 0 END), 0) AS BIGINT) AS held_n,
       CAST(COALESCE(sum(CASE WHEN state IN ('claimed', 'sending') THEN 1 ELSE 0 END), 0) AS BIGINT) AS busy_n
FROM delivery
WHERE workspace_id = $1 AND channel_id = $2 AND state IN ('scheduled', 'deferred', 'held', 'claimed', 'sending');

-- query: put_away_page
-- in: workspace int, channel int, after int, limit_n int
-- out: id int, held int
-- gives: many
-- does: reads
SELECT id, CAST(CASE WHEN state = 'held' THEN 1 ELSE 0 END AS BIGINT) AS held
FROM delivery
WHERE workspace_id = $1 AND channel_id = $2 AND id > $3 AND state IN ('scheduled', 'deferred', 'held')
ORDER BY id LIMIT $4;
