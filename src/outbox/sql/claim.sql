-- What is ready, at most one an account: the earliest due of it, while nobody is on the account. One that waits
-- holds back those due after it, but its reasons are its own: for ${patience_us} after its time, and only when a part of it
-- is out for ${part_us}. Nothing of a workspace on hold, which would take the places of others'.
-- The one in front is asked for by LIMIT 1: of NOT EXISTS PostgreSQL makes a join with all that ever waits.
-- query: claim_ready
-- in: now int, patience_us int, part_us int, limit_n int
-- out: id int, workspace int, channel int, state text, due_us int, use_by_us int?, live int, last_out_us int?,
--      deaths_n int, revision int
-- gives: many
-- does: reads
SELECT d.id, d.workspace_id AS workspace, d.channel_id AS channel, d.state, d.due_us, d.use_by_us, d.live,
       (SELECT a.last_out_us FROM account AS a WHERE a.channel_id = d.channel_id) AS last_out_us,
       d.deaths_n, d.revision
FROM delivery AS d
WHERE d.next_us <= $1 AND d.worker IS NULL
  AND NOT EXISTS (SELECT 1 FROM hold AS h WHERE h.workspace_id = d.workspace_id)
  AND NOT EXISTS (SELECT 1 FROM delivery AS b WHERE b.channel_id = d.channel_id AND b.worker IS NOT NULL)
  AND (SELECT e.id FROM delivery AS e
       WHERE e.channel_id = d.channel_id AND e.next_us IS NOT NULL AND e.due_us <= d.due_us
         AND (e.due_us < d.due_us OR e.id < d.id)
         AND (e.next_us <= $1 OR e.due_us > $1 - CASE WHEN e.live = 1 THEN $3 ELSE $2 END)
       ORDER BY e.due_us, e.id LIMIT 1) IS NULL
ORDER BY d.due_us, d.id LIMIT $4;

-- The claim: one conditional UPDATE. Nobody who lost the race gets a row.
-- The moment it is made of (a network shows it, or makes the address of it) stays from the first request on that may have
-- taken effect; what waited for days before that is of now.
-- query: claim_take
-- in: id int, revision int, state text, worker text, now int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE delivery
SET worker = $4, state = $3, next_us = CASE WHEN $3 = 'unknown' THEN next_us ELSE NULL END,
    made_us = CASE WHEN live = 0 AND armed_us IS NULL
                        AND NOT EXISTS (SELECT 1 FROM attempt AS t
                                        WHERE t.delivery_id = delivery.id AND t.publishes = 1
                                          AND (t.outcome IS NULL OR t.outcome NOT IN ('not sent', 'refused')))
                   THEN $5 ELSE COALESCE(made_us, $5) END, changed_us = $5, revision = revision + 1
WHERE id = $1 AND revision = $2 AND worker IS NULL
RETURNING id;

-- What the late policy decided instead of a claim.
-- query: claim_not
-- in: id int, revision int, state text, next_us int?, reason text?, now int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE delivery
SET state = $3, next_us = $4, reason = $5, changed_us = $6, revision = revision + 1
WHERE id = $1 AND revision = $2 AND worker IS NULL
RETURNING id;

-- The next moment, later than ${after}, when anything becomes ready by itself.
-- query: claim_next
-- in: after int
-- out: next_us int?
-- gives: one
-- does: reads
SELECT min(next_us) AS next_us FROM delivery WHERE next_us > $1 AND worker IS NULL;

-- query: lane_of
-- in: id int, worker text
-- out: id int, workspace int, message int, channel int, network text, state text, due_us int, use_by_us int?,
--      attempts_n int, tries_n int, looks_n int, absent_n int, deaths_n int, waits_n int, live int,
--      key text, slug text?, made_us int?, content text?, memo text?, armed_us int?, begun int
-- gives: maybe
-- does: reads
SELECT d.id, d.workspace_id AS workspace, d.message_id AS message, d.channel_id AS channel, c.network,
       d.state, d.due_us, d.use_by_us, d.attempts_n, d.tries_n, d.looks_n, d.absent_n, d.deaths_n,
       d.waits_n, d.live, d.key, d.slug, d.made_us, d.content, d.memo, d.armed_us,
       (SELECT count(*) FROM attempt AS t
        WHERE t.delivery_id = d.id AND t.op = 'publish' AND t.outcome IN ('ok', 'wait')) AS begun
FROM delivery AS d JOIN channel AS c ON c.id = d.channel_id
WHERE d.id = $1 AND d.worker = $2;

-- The newest posts that other deliveries of the channel made: a look for one of the same text must not take them for its own.
-- query: lane_taken
-- in: channel int, id int, limit_n int
-- out: remote_id text
-- gives: many
-- does: reads
SELECT remote_id FROM delivery
WHERE channel_id = $1 AND id <> $2 AND remote_id IS NOT NULL
ORDER BY due_us DESC, id DESC LIMIT $3;

-- An attempt is written down; a worker that lost the delivery gets no row and must not send.
-- query: lane_arm
-- in: id int, worker text, state text, step text, content text?, memo text?, armed_us int?, now int,
--     live int
-- out: attempts_n int
-- gives: maybe
-- does: writes
UPDATE delivery
SET state = $3, step = $4, content = COALESCE($5, content), memo = COALESCE($6, memo),
    armed_us = COALESCE($7, armed_us), attempts_n = attempts_n + 1, changed_us = $8,
    live = CASE WHEN $9 = 1 THEN 1 ELSE live END, revision = revision + 1
WHERE id = $1 AND worker = $2 AND state IN ('claimed', 'sending', 'unknown')
RETURNING attempts_n;

-- query: attempt_begin
-- in: delivery int, n int, op text, step text, publishes int, cosmetic int, key text, body_hash text,
--     worker text, began_us int, deadline_us int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO attempt (delivery_id, n, op, step, publishes, cosmetic, key, body_hash, worker, began_us,
                     deadline_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING id;

-- query: attempt_end
-- in: id int, ended_us int, outcome text, status int?, class text?, words text?, remote_id text?
-- out: nothing
-- gives: none
-- does: writes
UPDATE attempt
SET ended_us = $2, outcome = $3, status = $4, class = $5, words = $6, remote_id = $7
WHERE id = $1 AND ended_us IS NULL;

-- How it ended; the lane is free. A worker that lost the delivery changes nothing.
-- query: lane_end
-- in: id int, worker text, state text, next_us int?, tries_n int, looks_n int, absent_n int, deaths_n int,
--     waits_n int, live int, memo text?, class text?, reason text?, words text?, disarms int, now int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE delivery
SET state = $3, next_us = $4, tries_n = $5, looks_n = $6, absent_n = $7, deaths_n = $8, waits_n = $9,
    live = $10, memo = COALESCE($11, memo), class = $12, reason = $13, words = $14,
    armed_us = CASE WHEN $15 = 1 THEN NULL ELSE armed_us END, worker = NULL, changed_us = $16,
    revision = revision + 1
WHERE id = $1 AND worker = $2
RETURNING id;

-- ---- workers ----

-- query: worker_begin
-- in: name text, boot text, pid int, process_start int, now int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO worker (name, boot, pid, process_start, started_us, seen_us) VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (name) DO UPDATE SET seen_us = excluded.seen_us, started_us = excluded.started_us,
    stopped_us = NULL, boot = excluded.boot, pid = excluded.pid, process_start = excluded.process_start;

-- query: worker_beat
-- in: name text, now int
-- out: name text
-- gives: maybe
-- does: writes
UPDATE worker SET seen_us = $2 WHERE name = $1 AND stopped_us IS NULL RETURNING name;

-- query: worker_end
-- in: name text, now int
-- out: nothing
-- gives: none
-- does: writes
UPDATE worker SET stopped_us = $2 WHERE name = $1 AND stopped_us IS NULL;

-- query: worker_page
-- in: limit_n int
-- out: name text, boot text, pid int, process_start int, seen_us int
-- gives: many
-- does: reads
SELECT name, boot, pid, process_start, seen_us FROM worker WHERE stopped_us IS NULL ORDER BY name LIMIT $1;

-- Deliveries whose worker is not running: it stopped, or no such worker was ever written down. Lanes are begun in the order
-- of their claim, so the first of a worker that was claimed and no more is what it was at when it died.
-- query: orphan_page
-- in: limit_n int
-- out: id int, workspace int, worker text, network text, state text, use_by_us int?, tries_n int, looks_n int,
--      absent_n int, deaths_n int, waits_n int, live int, account_network text?
-- gives: many
-- does: reads
SELECT d.id, d.workspace_id AS workspace, d.worker, c.network, d.state, d.use_by_us, d.tries_n, d.looks_n,
       d.absent_n, d.deaths_n, d.waits_n, d.live,
       (SELECT a.network FROM account AS a WHERE a.channel_id = d.channel_id) AS account_network
FROM delivery AS d JOIN channel AS c ON c.id = d.channel_id
WHERE d.worker IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM worker AS w WHERE w.name = d.worker AND w.stopped_us IS NULL)
ORDER BY d.due_us, d.id LIMIT $1;

-- The attempt whose end nobody wrote down.
-- query: attempt_open_of
-- in: delivery int
-- out: id int, publishes int, cosmetic int, deadline_us int
-- gives: maybe
-- does: reads
SELECT id, publishes, cosmetic, deadline_us FROM attempt
WHERE delivery_id = $1 AND ended_us IS NULL ORDER BY n DESC LIMIT 1;
