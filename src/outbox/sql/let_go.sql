-- What restored data think is still to be sent, or had under way, and was due by now. What waits for its account only is
-- among them: it goes out by itself when the account is connected again.
-- query: let_go_page
-- in: workspace int, now int, restored_us int, account text, limit_n int
-- out: id int, state text
-- gives: many
-- does: reads
SELECT id, state FROM delivery
WHERE workspace_id = $1 AND due_us <= $2 AND created_us <= $3
  AND (state IN ('scheduled', 'deferred', 'claimed', 'sending') OR (state = 'held' AND reason = $4))
ORDER BY id LIMIT $5;

-- query: let_go_hold
-- in: id int, reason text, now int
-- out: nothing
-- gives: none
-- does: writes
UPDATE delivery
SET state = 'held', next_us = NULL, worker = NULL, reason = $2, changed_us = $3, revision = revision + 1
WHERE id = $1;
