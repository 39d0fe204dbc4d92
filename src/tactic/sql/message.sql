-- query: message_insert
-- in: workspace int, title text?, body text, link text?, tactic int?, objective int?, intent text,
--     format text?, creation text?, topic text?, language text?, queue text?, experiment_arm text?,
--     hashtags text?, effort_minutes int?, cost_minor int?, currency text?, warning text?,
--     visibility text?, tags text?, categories text?, use_by_us int?, created_us int, chosen text?,
--     chosen_wall text?, chosen_queue text?
-- out: id int
-- gives: one
-- does: writes
INSERT INTO message (workspace_id, title, body, link, tactic_id, objective_id, intent, format, creation,
                     topic, language, queue, experiment_arm, hashtags, effort_minutes, cost_minor,
                     currency, warning, visibility, tags, categories, use_by_us, created_us, changed_us,
                     chosen, chosen_wall, chosen_queue)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23, $23, $24, $25, $26)
RETURNING id;

-- query: message_update
-- in: workspace int, id int, title text?, body text, link text?, tactic int?, objective int?,
--     intent text, format text?, creation text?, topic text?, language text?, queue text?,
--     experiment_arm text?, hashtags text?, effort_minutes int?, cost_minor int?, currency text?,
--     warning text?, visibility text?, tags text?, categories text?, use_by_us int?, changed_us int,
--     revision int, chosen text?, chosen_wall text?, chosen_queue text?
-- out: id int
-- gives: maybe
-- does: writes
UPDATE message
SET title = $3, body = $4, link = $5, tactic_id = $6, objective_id = $7, intent = $8, format = $9,
    creation = $10, topic = $11, language = $12, queue = $13, experiment_arm = $14, hashtags = $15,
    effort_minutes = $16, cost_minor = $17, currency = $18, warning = $19, visibility = $20, tags = $21,
    categories = $22, use_by_us = $23, changed_us = $24, revision = revision + 1,
    chosen = $26, chosen_wall = $27, chosen_queue = $28
WHERE workspace_id = $1 AND id = $2 AND revision = $25
RETURNING id;

-- The rule a message is an occurrence of is kept with the occurrence.
-- query: message_by_id
-- in: workspace int, id int
-- out: id int, workspace int, title text?, body text, link text?, tactic int?, objective int?,
--      intent text, format text?, creation text?, topic text?, language text?, queue text?,
--      experiment_arm text?, hashtags text?, effort_minutes int?, cost_minor int?, currency text?,
--      warning text?, visibility text?, tags text?, categories text?, use_by_us int?, created_us int,
--      changed_us int, archived_us int?, revision int, recurrence int?, chosen text?, chosen_wall text?,
--      chosen_queue text?
-- gives: maybe
-- does: reads
SELECT m.id, m.workspace_id AS workspace, m.title, m.body, m.link, m.tactic_id AS tactic,
       m.objective_id AS objective, m.intent, m.format, m.creation, m.topic, m.language, m.queue,
       m.experiment_arm, m.hashtags, m.effort_minutes, m.cost_minor, m.currency, m.warning,
       m.visibility, m.tags, m.categories, m.use_by_us, m.created_us, m.changed_us, m.archived_us,
       m.revision, o.recurrence_id AS recurrence, m.chosen, m.chosen_wall, m.chosen_queue
FROM message AS m LEFT JOIN occurrence AS o ON o.message_id = m.id
WHERE m.workspace_id = $1 AND m.id = $2;

-- query: message_page
-- in: workspace int, offset_n int, limit_n int
-- out: id int, title text?, excerpt text, archived_us int?, created_us int, changed_us int, revision int
-- gives: many
-- does: reads
SELECT id, title, substr(body, 1, 200) AS excerpt, archived_us, created_us, changed_us, revision
FROM message WHERE workspace_id = $1 ORDER BY id DESC LIMIT $3 OFFSET $2;

-- query: message_current
-- in: workspace int, id int
-- out: revision int
-- gives: maybe
-- does: reads
SELECT revision FROM message WHERE workspace_id = $1 AND id = $2;

-- Whether what a message refers to is of its workspace (the keys alone would allow another's).
-- query: message_refers
-- in: workspace int, tactic int?, objective int?
-- out: tactics_n int, objectives_n int
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM tactic WHERE workspace_id = $1 AND id = $2) AS tactics_n,
       (SELECT count(*) FROM objective WHERE workspace_id = $1 AND id = $3) AS objectives_n;

-- query: message_archive
-- in: workspace int, id int, archived_us int?, changed_us int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE message SET archived_us = $3, changed_us = $4 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- query: variants_clear
-- in: message int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM variant WHERE message_id = $1;

-- Nothing is added for a channel of another workspace; the caller notices.
-- query: variant_add
-- in: workspace int, message int, channel int, title text?, body text?, link text?, warning text?,
--     visibility text?, slug text?, options text?, aside int
-- out: channel int
-- gives: maybe
-- does: writes
INSERT INTO variant (message_id, channel_id, title, body, link, warning, visibility, slug, options, aside)
SELECT $2, id, $4, $5, $6, $7, $8, $9, $10, $11 FROM channel WHERE workspace_id = $1 AND id = $3
RETURNING channel_id AS channel;

-- query: variant_list
-- in: message int, aside int, limit_n int
-- out: message int, channel int, title text?, body text?, link text?, warning text?, visibility text?,
--      slug text?, options text?
-- gives: many
-- does: reads
SELECT message_id AS message, channel_id AS channel, title, body, link, warning, visibility, slug, options
FROM variant WHERE message_id = $1 AND aside = $2 ORDER BY channel_id LIMIT $3;

-- query: message_files_clear
-- in: message int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM message_file WHERE message_id = $1;

-- query: message_file_add
-- in: message int, ordinal int, media int, alt text
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO message_file (message_id, ordinal, media_id, alt) VALUES ($1, $2, $3, $4);

-- query: message_file_list
-- in: message int, limit_n int
-- out: media int, alt text
-- gives: many
-- does: reads
SELECT media_id AS media, alt FROM message_file WHERE message_id = $1 ORDER BY ordinal LIMIT $2;

-- query: message_copy_add
-- in: message int, revision int, changed_us int, content text
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO message_revision (message_id, revision, changed_us, content) VALUES ($1, $2, $3, $4);

-- query: message_copy_page
-- in: workspace int, message int, limit_n int
-- out: revision int, changed_us int
-- gives: many
-- does: reads
SELECT r.revision, r.changed_us
FROM message_revision AS r JOIN message AS m ON m.id = r.message_id
WHERE m.workspace_id = $1 AND m.id = $2
ORDER BY r.revision DESC LIMIT $3;

-- query: message_copy_by_revision
-- in: workspace int, message int, revision int
-- out: changed_us int, content text
-- gives: maybe
-- does: reads
SELECT r.changed_us, r.content
FROM message_revision AS r JOIN message AS m ON m.id = r.message_id
WHERE m.workspace_id = $1 AND m.id = $2 AND r.revision = $3;
