-- query: compose_form_get
-- in: workspace int, key text
-- out: message int, revision int, sent_hash text?
-- gives: maybe
-- does: reads
SELECT message_id AS message, revision, sent_hash FROM compose_form WHERE workspace_id = $1 AND key = $2;

-- A plain insert: when two take the same form at once, one of them fails and begins again.
-- query: compose_form_add
-- in: workspace int, key text, message int, revision int, sent_hash text?, created_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO compose_form (workspace_id, key, message_id, revision, sent_hash, created_us)
VALUES ($1, $2, $3, $4, $5, $6);

-- query: compose_form_set
-- in: workspace int, key text, revision int, sent_hash text?
-- out: nothing
-- gives: none
-- does: writes
UPDATE compose_form SET revision = $3, sent_hash = $4 WHERE workspace_id = $1 AND key = $2;

-- query: compose_form_forget
-- in: before_us int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM compose_form WHERE created_us < $1;

-- listed: its deliveries that are drafts, which the queue's own list of drafts shows.
-- Messages of which nothing is planned, was sent or was refused: what somebody began to write.
-- query: compose_drafts
-- in: workspace int, since_us int, max int
-- out: id int, title text?, excerpt text, changed_us int, chosen_wall text?, chosen_queue text?,
--      listed_n int, listed_wall text?
-- gives: many
-- does: reads
SELECT m.id, m.title, substr(m.body, 1, 200) AS excerpt, m.changed_us, m.chosen_wall, m.chosen_queue,
       (SELECT count(*) FROM delivery AS d WHERE d.message_id = m.id AND d.state = 'draft') AS listed_n,
       (SELECT min(d.wall) FROM delivery AS d WHERE d.message_id = m.id AND d.state = 'draft') AS listed_wall
FROM message AS m
WHERE m.workspace_id = $1 AND m.archived_us IS NULL AND m.changed_us > $2
  AND NOT EXISTS (SELECT 1 FROM delivery AS d
                  WHERE d.message_id = m.id AND d.state <> 'cancelled' AND d.state <> 'draft')
  AND NOT EXISTS (SELECT 1 FROM recurrence AS r WHERE r.message_id = m.id)
ORDER BY m.changed_us DESC, m.id DESC
LIMIT $3;
