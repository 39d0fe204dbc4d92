-- A message that is not of the workspace gives no row; the caller then says what is missing.
-- query: delivery_insert
-- in: workspace int, message int, channel int, state text, due_us int, wall text?, zone text?, queue text?,
--     use_by_us int?, next_us int?, key text, now int
-- out: id int
-- gives: maybe
-- does: writes
INSERT INTO delivery (workspace_id, message_id, channel_id, state, due_us, wall, zone, queue, use_by_us,
                      next_us, key, created_us, changed_us)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12
WHERE EXISTS (SELECT 1 FROM message WHERE workspace_id = $1 AND id = $2)
  AND EXISTS (SELECT 1 FROM channel WHERE workspace_id = $1 AND id = $3)
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE message_id = $2 AND channel_id = $3
                  AND state <> 'cancelled')
RETURNING id;

-- query: delivery_refers
-- in: workspace int, message int, channel int
-- out: messages_n int, channels_n int
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM message WHERE workspace_id = $1 AND id = $2) AS messages_n,
       (SELECT count(*) FROM channel WHERE workspace_id = $1 AND id = $3 AND archived_us IS NULL)
           AS channels_n;

-- query: delivery_by_id
-- in: workspace int, id int
-- out: id int, workspace int, message int, channel int, channel_name text, network text, title text?,
--      excerpt text?, state text, due_us int, wall text?, zone text?, queue text?, use_by_us int?,
--      next_us int?, published_us int?, attempts_n int, step text?, remote_id text?, permalink text?,
--      class text?, reason text?, words text?, post int?, live int, revision int
-- gives: maybe
-- does: reads
SELECT d.id, d.workspace_id AS workspace, d.message_id AS message, d.channel_id AS channel,
       c.name AS channel_name, c.network, COALESCE(v.title, m.title) AS title,
       substr(COALESCE(v.body, m.body), 1, 200) AS excerpt, d.state, d.due_us,
       d.wall, d.zone, d.queue, d.use_by_us, d.next_us, d.published_us, d.attempts_n, d.step, d.remote_id,
       d.permalink, d.class, d.reason, d.words, d.post_id AS post, d.live, d.revision
FROM delivery AS d JOIN channel AS c ON c.id = d.channel_id JOIN message AS m ON m.id = d.message_id
     LEFT JOIN variant AS v ON v.message_id = d.message_id AND v.channel_id = d.channel_id AND v.aside = 0
WHERE d.workspace_id = $1 AND d.id = $2;

-- Open ones, oldest due first. Each filter is off when its parameter is null.
-- query: delivery_page
-- in: workspace int, message int?, channel int?, class_n int, after_due int?, after_id int, from_us int?,
--     until_us int?, limit_n int
-- out: id int, workspace int, message int, channel int, channel_name text, network text, title text?,
--      excerpt text?, state text, due_us int, wall text?, zone text?, queue text?, use_by_us int?,
--      next_us int?, published_us int?, attempts_n int, step text?, remote_id text?, permalink text?,
--      class text?, reason text?, words text?, post int?, live int, revision int
-- gives: many
-- does: reads
SELECT d.id, d.workspace_id AS workspace, d.message_id AS message, d.channel_id AS channel,
       c.name AS channel_name, c.network, COALESCE(v.title, m.title) AS title,
       substr(COALESCE(v.body, m.body), 1, 200) AS excerpt, d.state, d.due_us,
       d.wall, d.zone, d.queue, d.use_by_us, d.next_us, d.published_us, d.attempts_n, d.step, d.remote_id,
       d.permalink, d.class, d.reason, d.words, d.post_id AS post, d.live, d.revision
FROM delivery AS d JOIN channel AS c ON c.id = d.channel_id JOIN message AS m ON m.id = d.message_id
     LEFT JOIN variant AS v ON v.message_id = d.message_id AND v.channel_id = d.channel_id AND v.aside = 0
WHERE d.workspace_id = $1
  AND ($2 IS NULL OR d.message_id = $2)
  AND ($3 IS NULL OR d.channel_id = $3)
  AND ($4 = 0
       OR ($4 = 1 AND d.state NOT IN ('published', 'rejected', 'missed', 'cancelled'))
       OR ($4 = 2 AND d.state IN ('person', 'held', 'rejected'))
       OR ($4 = 3 AND d.state IN ('scheduled', 'claimed', 'sending', 'deferred', 'unknown'))
       OR ($4 = 4 AND d.state = 'draft'))
  AND ($5 IS NULL OR d.due_us > $5 OR (d.due_us = $5 AND d.id > $6))
  AND ($7 IS NULL OR d.due_us >= $7)
  AND ($8 IS NULL OR d.due_us < $8)
ORDER BY d.due_us, d.id LIMIT $9;

-- Finished ones, the newest first.
-- query: delivery_page_finished
-- in: workspace int, message int?, channel int?, after_due int?, after_id int, from_us int?,
--     until_us int?, limit_n int
-- out: id int, workspace int, message int, channel int, channel_name text, network text, title text?,
--      excerpt text?, state text, due_us int, wall text?, zone text?, queue text?, use_by_us int?,
--      next_us int?, published_us int?, attempts_n int, step text?, remote_id text?, permalink text?,
--      class text?, reason text?, words text?, post int?, live int, revision int
-- gives: many
-- does: reads
SELECT d.id, d.workspace_id AS workspace, d.message_id AS message, d.channel_id AS channel,
       c.name AS channel_name, c.network, COALESCE(v.title, m.title) AS title,
       substr(COALESCE(v.body, m.body), 1, 200) AS excerpt, d.state, d.due_us,
       d.wall, d.zone, d.queue, d.use_by_us, d.next_us, d.published_us, d.attempts_n, d.step, d.remote_id,
       d.permalink, d.class, d.reason, d.words, d.post_id AS post, d.live, d.revision
FROM delivery AS d JOIN channel AS c ON c.id = d.channel_id JOIN message AS m ON m.id = d.message_id
     LEFT JOIN variant AS v ON v.message_id = d.message_id AND v.channel_id = d.channel_id AND v.aside = 0
WHERE d.workspace_id = $1
  AND ($2 IS NULL OR d.message_id = $2)
  AND ($3 IS NULL OR d.channel_id = $3)
  AND d.state IN ('published', 'rejected', 'missed', 'cancelled')
  AND ($4 IS NULL OR d.due_us < $4 OR (d.due_us = $4 AND d.id < $5))
  AND ($6 IS NULL OR d.due_us >= $6)
  AND ($7 IS NULL OR d.due_us < $7)
ORDER BY d.due_us DESC, d.id DESC LIMIT $8;

-- query: delivery_due_of
-- in: workspace int, id int
-- out: due_us int
-- gives: maybe
-- does: reads
SELECT due_us FROM delivery WHERE workspace_id = $1 AND id = $2;

-- query: delivery_counts
-- in: workspace int, limit_n int
-- out: state text, n int
-- gives: many
-- does: reads
SELECT state, count(*) AS n FROM delivery WHERE workspace_id = $1 GROUP BY state ORDER BY state LIMIT $2;

-- query: delivery_taken
-- in: channel int, from_us int, limit_n int
-- out: due_us int
-- gives: many
-- does: reads
SELECT due_us FROM delivery
WHERE channel_id = $1 AND due_us >= $2
  AND state NOT IN ('published', 'rejected', 'missed', 'cancelled')
ORDER BY due_us LIMIT $3;

-- query: attempt_page
-- in: workspace int, delivery int, limit_n int
-- out: id int, delivery int, n int, op text, step text, key text, body_hash text, worker text,
--      began_us int, deadline_us int, ended_us int?, outcome text?, status int?, class text?, words text?,
--      remote_id text?
-- gives: many
-- does: reads
SELECT a.id, a.delivery_id AS delivery, a.n, a.op, a.step, a.key, a.body_hash, a.worker, a.began_us,
       a.deadline_us, a.ended_us, a.outcome, a.status, a.class, a.words, a.remote_id
FROM attempt AS a JOIN delivery AS d ON d.id = a.delivery_id
WHERE d.workspace_id = $1 AND a.delivery_id = $2
ORDER BY a.n LIMIT $3;

-- query: delivery_event_page
-- in: workspace int, delivery int, limit_n int
-- out: at_us int, who text?, act text, was text, became text, detail text?
-- gives: many
-- does: reads
SELECT e.at_us, e.who, e.act, e.was, e.became, e.detail
FROM delivery_event AS e JOIN delivery AS d ON d.id = e.delivery_id
WHERE d.workspace_id = $1 AND e.delivery_id = $2
ORDER BY e.id LIMIT $3;

-- query: delivery_event_insert
-- in: delivery int, at_us int, who text?, act text, was text, became text, detail text?
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO delivery_event (delivery_id, at_us, who, act, was, became, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- What a person's act looks at.
-- query: delivery_for_act
-- in: workspace int, id int
-- out: state text, due_us int, use_by_us int?, live int, message int, channel int, revision int
-- gives: maybe
-- does: reads
SELECT state, due_us, use_by_us, live, message_id AS message, channel_id AS channel, revision
FROM delivery WHERE workspace_id = $1 AND id = $2;

-- A person's act, if nothing happened since it was looked at. again: the ladder begins anew, and nothing of it is out.
-- What a person published goes into learning as the message is, not as a try that came to nothing had it.
-- query: delivery_act
-- in: id int, revision int, state text, due_us int, wall text?, zone text?, queue text?, use_by_us int?,
--     next_us int?, reason text?, again int, now int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE delivery
SET state = $3, due_us = $4, wall = $5, zone = $6, queue = $7, use_by_us = $8, next_us = $9, reason = $10,
    tries_n = CASE WHEN $11 = 1 THEN 0 ELSE tries_n END,
    looks_n = CASE WHEN $11 = 1 THEN 0 ELSE looks_n END,
    absent_n = CASE WHEN $11 = 1 THEN 0 ELSE absent_n END,
    deaths_n = CASE WHEN $11 = 1 THEN 0 ELSE deaths_n END,
    waits_n = CASE WHEN $11 = 1 THEN 0 ELSE waits_n END,
    class = CASE WHEN $11 = 1 OR $3 = 'published' THEN NULL ELSE class END,
    words = CASE WHEN $11 = 1 OR $3 = 'published' THEN NULL ELSE words END,
    content = CASE WHEN $3 = 'published' AND live = 0 AND armed_us IS NULL THEN NULL ELSE content END,
    armed_us = CASE WHEN $11 = 1 AND live = 0 THEN NULL ELSE armed_us END,
    changed_us = $12, revision = revision + 1
WHERE id = $1 AND revision = $2 AND worker IS NULL
RETURNING id;

-- What delivery_act leaves as it is.
-- query: delivery_plan_of
-- in: id int
-- out: due_us int, wall text?, zone text?, queue text?, use_by_us int?, reason text?
-- gives: one
-- does: reads
SELECT due_us, wall, zone, queue, use_by_us, reason FROM delivery WHERE id = $1;

-- Messages of which nothing is planned, was sent or was refused: what somebody began to write.
-- listed: its deliveries that are drafts, which the queue's own list of drafts shows.
-- query: message_begun
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
  AND NOT EXISTS (SELECT 1 FROM occurrence AS o WHERE o.message_id = m.id)
ORDER BY m.changed_us DESC, m.id DESC
LIMIT $3;
