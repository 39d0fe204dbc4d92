-- query: notify_upsert
-- in: workspace int, means text, server text, port int?, tls text?, user_name text?, sender text?, recipients text?,
--     secrets bytes?, lang text?, pages text?, now int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO notify (workspace_id, means, server, port, tls, user_name, sender, recipients, secrets, lang, pages,
                    created_us, changed_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
ON CONFLICT (workspace_id, means) DO UPDATE
SET server = excluded.server, port = excluded.port, tls = excluded.tls, user_name = excluded.user_name,
    sender = excluded.sender, recipients = excluded.recipients, secrets = excluded.secrets, lang = excluded.lang,
    pages = excluded.pages, good_us = NULL, failed_us = NULL, words = NULL, test_us = NULL, test_done_us = NULL,
    test_good = NULL, test_words = NULL, changed_us = excluded.changed_us;

-- query: notify_page
-- in: workspace int, limit_n int
-- out: means text, server text, port int?, tls text?, user_name text?, sender text?, recipients text?,
--      secrets bytes?, lang text?, pages text?, good_us int?, failed_us int?, words text?, test_us int?,
--      test_done_us int?, test_good int?, test_words text?
-- gives: many
-- does: reads
SELECT means, server, port, tls, user_name, sender, recipients, secrets, lang, pages, good_us, failed_us, words,
       test_us, test_done_us, test_good, test_words
FROM notify WHERE workspace_id = $1 ORDER BY means LIMIT $2;

-- query: notify_remove
-- in: workspace int, means text
-- out: means text
-- gives: maybe
-- does: writes
DELETE FROM notify WHERE workspace_id = $1 AND means = $2 RETURNING means;

-- query: notify_heard
-- in: workspace int, means text, good_us int?, failed_us int?, words text?
-- out: nothing
-- gives: none
-- does: writes
UPDATE notify SET good_us = COALESCE($3, good_us), failed_us = COALESCE($4, failed_us), words = $5
WHERE workspace_id = $1 AND means = $2;

-- query: notify_ask
-- in: workspace int, means text, now int
-- out: means text
-- gives: maybe
-- does: writes
UPDATE notify SET test_us = $3, test_done_us = NULL, test_good = NULL, test_words = NULL
WHERE workspace_id = $1 AND means = $2 RETURNING means;

-- query: notify_asked
-- in: after_us int
-- out: workspace int, means text, test_us int
-- gives: maybe
-- does: reads
SELECT workspace_id AS workspace, means, test_us FROM notify
WHERE test_us IS NOT NULL AND test_done_us IS NULL AND test_us > $1 ORDER BY test_us LIMIT 1;

-- One worker takes it, before anything is sent.
-- query: notify_test_take
-- in: workspace int, means text, test_us int, now int, words text
-- out: means text
-- gives: maybe
-- does: writes
UPDATE notify SET test_done_us = $4, test_good = 0, test_words = $5
WHERE workspace_id = $1 AND means = $2 AND test_us = $3 AND test_done_us IS NULL RETURNING means;

-- query: notify_tested
-- in: workspace int, means text, test_us int, now int, good int, words text?
-- out: nothing
-- gives: none
-- does: writes
UPDATE notify SET test_done_us = $4, test_good = $5, test_words = $6
WHERE workspace_id = $1 AND means = $2 AND test_us = $3;

-- What waits for a means that was turned off.
-- query: notice_forget
-- in: workspace int, means text, words text
-- out: nothing
-- gives: none
-- does: writes
UPDATE notice SET next_us = NULL, words = $3 WHERE workspace_id = $1 AND means = $2 AND next_us IS NOT NULL;

-- New settings are tried soon, but not before an answer that is under way.
-- query: notice_hurry
-- in: workspace int, means text, soon_us int
-- out: nothing
-- gives: none
-- does: writes
UPDATE notice SET next_us = $3 WHERE workspace_id = $1 AND means = $2 AND next_us > $3;

-- query: notice_due
-- in: now int
-- out: workspace int, means text, batch text?
-- gives: maybe
-- does: reads
SELECT workspace_id AS workspace, means, batch FROM notice WHERE next_us <= $1 ORDER BY next_us, id LIMIT 1;

-- Those never tried, whose own minute may not be over.
-- query: notice_new
-- in: workspace int, means text, limit_n int
-- out: id int, incident int, kind text, subject text, text text, first_us int, closed_us int?, tries_n int,
--      next_us int, created_us int, words text?
-- gives: many
-- does: reads
SELECT n.id, n.incident_id AS incident, i.kind, i.subject, i.text, i.first_us, i.closed_us, n.tries_n,
       n.next_us, n.created_us, n.words
FROM notice AS n JOIN incident AS i ON i.id = n.incident_id
WHERE n.next_us IS NOT NULL AND n.workspace_id = $1 AND n.means = $2 AND n.batch IS NULL
ORDER BY n.id LIMIT $3;

-- query: notice_again
-- in: batch text, limit_n int
-- out: id int, incident int, kind text, subject text, text text, first_us int, closed_us int?, tries_n int,
--      next_us int, created_us int, words text?
-- gives: many
-- does: reads
SELECT n.id, n.incident_id AS incident, i.kind, i.subject, i.text, i.first_us, i.closed_us, n.tries_n,
       n.next_us, n.created_us, n.words
FROM notice AS n JOIN incident AS i ON i.id = n.incident_id
WHERE n.batch = $1 AND n.next_us IS NOT NULL ORDER BY n.id LIMIT $2;

-- The claim, before anything is sent. No row: another worker was quicker.
-- query: notice_take
-- in: id int, was_us int, batch text, next_us int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE notice SET batch = $3, tries_n = tries_n + 1, next_us = $4 WHERE id = $1 AND next_us = $2 RETURNING id;

-- query: notice_end
-- in: id int, next_us int?, sent_us int?, words text?
-- out: nothing
-- gives: none
-- does: writes
UPDATE notice SET next_us = $2, sent_us = $3, words = $4 WHERE id = $1;

-- query: notice_page
-- in: workspace int, limit_n int
-- out: id int, incident int, means text, kind text, subject text, text text, created_us int, next_us int?,
--      sent_us int?, tries_n int, words text?
-- gives: many
-- does: reads
SELECT n.id, n.incident_id AS incident, n.means, i.kind, i.subject, n.text, n.created_us, n.next_us, n.sent_us,
       n.tries_n, n.words
FROM notice AS n JOIN incident AS i ON i.id = n.incident_id
WHERE n.workspace_id = $1 ORDER BY n.id DESC LIMIT $2;
