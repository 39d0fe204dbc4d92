-- What is due soon and was not looked at since: once the day before, once the hour before.
-- query: ahead_page
-- in: day_us int, hour_us int, limit_n int
-- out: id int, workspace int, message int, channel int, due_us int, ahead_n int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, message_id AS message, channel_id AS channel, due_us, ahead_n
FROM delivery
WHERE state = 'scheduled' AND next_us <= $1
  AND ahead_n < CASE WHEN next_us <= $2 THEN 2 ELSE 1 END
ORDER BY next_us, id LIMIT $3;

-- query: ahead_done
-- in: id int, ahead_n int
-- out: nothing
-- gives: none
-- does: writes
UPDATE delivery SET ahead_n = $2 WHERE id = $1;

-- A question of our own: only where nobody waits for an answer, and it was not verified lately.
-- query: ahead_verify
-- in: channel int, verified_before int, op text, now int
-- out: nothing
-- gives: none
-- does: writes
UPDATE account
SET ask_op = $3, ask_argument = NULL, ask_us = $4, ask_worker = NULL, ask_done_us = NULL, ask_good = NULL,
    ask_visit = NULL, ask_class = NULL, ask_words = NULL
WHERE channel_id = $1 AND (ask_op IS NULL OR ask_done_us IS NOT NULL)
  AND (verified_us IS NULL OR verified_us < $2);

-- Where the pattern of a recurrence goes: the channels it has a form for, and those it was planned on itself.
-- query: recur_channels
-- in: message int, limit_n int
-- out: channel int
-- gives: many
-- does: reads
SELECT id AS channel FROM channel
WHERE archived_us IS NULL
  AND (id IN (SELECT channel_id FROM variant WHERE message_id = $1 AND aside = 0)
       OR id IN (SELECT channel_id FROM delivery WHERE message_id = $1 AND state <> 'cancelled'))
ORDER BY id LIMIT $2;

-- query: recur_workspaces
-- in: limit_n int
-- out: id int
-- gives: many
-- does: reads
SELECT id FROM workspace ORDER BY id LIMIT $1;
