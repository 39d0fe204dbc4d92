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
