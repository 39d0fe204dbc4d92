-- query: post_insert
-- in: workspace int, channel int, tactic int?, objective int?, intent text, identity text,
--     remote_id text?, permalink text?, title text?, body text?, body_graphemes int?, format text?,
--     media text?, creation text?, topic text?, link text?, hashtags text?, language text?,
--     published_us int?, local_day int?, local_month int?, local_weekday int?, local_hour int?,
--     order_us int, queue text?, experiment_arm text?, paid int?, effort_minutes int?, cost_minor int?,
--     currency text?, created_us int
-- out: id int
-- gives: maybe
-- does: writes
INSERT INTO post (workspace_id, channel_id, tactic_id, objective_id, intent, identity, remote_id,
                  permalink, title, body, body_graphemes, format, media, creation, topic, link, hashtags,
                  language, published_us, local_day, local_month, local_weekday, local_hour, order_us,
                  queue, experiment_arm, paid, effort_minutes, cost_minor, currency, created_us,
                  changed_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $31)
ON CONFLICT (channel_id, identity) DO NOTHING
RETURNING id;

-- query: post_by_identity
-- in: channel int, identity text
-- out: id int
-- gives: maybe
-- does: reads
SELECT id FROM post WHERE channel_id = $1 AND identity = $2;

-- query: post_by_id
-- in: workspace int, id int
-- out: id int, workspace int, channel int, tactic int?, objective int?, intent text, identity text,
--      remote_id text?, permalink text?, title text?, body text?, body_graphemes int?, format text?,
--      media text?, creation text?, topic text?, link text?, hashtags text?, language text?,
--      published_us int?, local_day int?, local_month int?, local_weekday int?, local_hour int?,
--      queue text?, experiment_arm text?, paid int?, effort_minutes int?, cost_minor int?,
--      currency text?, archived_us int?, revision int
-- gives: maybe
-- does: reads
SELECT id, workspace_id AS workspace, channel_id AS channel, tactic_id AS tactic,
       objective_id AS objective, intent, identity, remote_id, permalink, title, body,
       body_graphemes, format, media, creation, topic, link, hashtags, language, published_us,
       local_day, local_month, local_weekday, local_hour, queue, experiment_arm, paid,
       effort_minutes, cost_minor, currency, archived_us, revision
FROM post WHERE workspace_id = $1 AND id = $2;

-- Whether what a post refers to is of its workspace (the keys alone would allow another's).
-- query: post_refers
-- in: workspace int, channel int, tactic int?, objective int?
-- out: channels_n int, tactics_n int, objectives_n int
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM channel WHERE workspace_id = $1 AND id = $2) AS channels_n,
       (SELECT count(*) FROM tactic WHERE workspace_id = $1 AND id = $3) AS tactics_n,
       (SELECT count(*) FROM objective WHERE workspace_id = $1 AND id = $4) AS objectives_n;

-- query: post_update
-- in: workspace int, id int, tactic int?, objective int?, intent text, creation text?, topic text?,
--     language text?, queue text?, experiment_arm text?, paid int?, effort_minutes int?, cost_minor int?,
--     currency text?, changed_us int, revision int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE post
SET tactic_id = $3, objective_id = $4, intent = $5, creation = $6, topic = $7, language = $8, queue = $9,
    experiment_arm = $10, paid = $11, effort_minutes = $12, cost_minor = $13, currency = $14,
    changed_us = $15, revision = revision + 1
WHERE workspace_id = $1 AND id = $2 AND revision = $16
RETURNING id;

-- query: post_revision
-- in: workspace int, id int
-- out: revision int
-- gives: maybe
-- does: reads
SELECT revision FROM post WHERE workspace_id = $1 AND id = $2;

-- query: post_archive
-- in: workspace int, id int, archived_us int?
-- out: id int
-- gives: maybe
-- does: writes
UPDATE post SET archived_us = $3, revision = revision + 1 WHERE workspace_id = $1 AND id = $2
RETURNING id;
