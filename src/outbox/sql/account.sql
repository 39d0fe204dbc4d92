-- The first revision is the moment: one that is connected anew after it was forgotten is told apart from what it was.
-- query: account_upsert
-- in: channel int, workspace int, server text, handle text, user_id text, secrets bytes?, settings text?,
--     now int, network text?
-- out: channel int
-- gives: maybe
-- does: writes
INSERT INTO account (channel_id, workspace_id, network, server, handle, user_id, state, secrets, settings,
                     created_us, changed_us, revision)
SELECT id, $2, COALESCE($9, network), $3, CASE WHEN $4 = '' THEN handle ELSE $4 END, $5, 'connected', $6, $7, $8, $8, $8
FROM channel WHERE workspace_id = $2 AND id = $1
ON CONFLICT (channel_id) DO UPDATE
SET network = excluded.network, server = excluded.server, handle = excluded.handle, user_id = excluded.user_id, state = 'connected',
    secrets = excluded.secrets, settings = excluded.settings, limits = NULL, token_expires_us = NULL,
    verified_us = NULL, failed_us = NULL, failures_n = 0, class = NULL, words = NULL,
    refresh_worker = NULL, refresh_until_us = NULL, changed_us = excluded.changed_us,
    revision = account.revision + 1
RETURNING channel_id AS channel;

-- query: account_by_channel
-- in: workspace int, channel int
-- out: channel int, workspace int, network text, server text, handle text, user_id text, state text,
--      secrets bytes?, settings text?, limits text?, token_expires_us int?, verified_us int?,
--      failed_us int?, failures_n int, class text?, words text?, revision int
-- gives: maybe
-- does: reads
SELECT a.channel_id AS channel, a.workspace_id AS workspace, a.network, a.server, a.handle, a.user_id,
       a.state, a.secrets, a.settings, a.limits, a.token_expires_us, a.verified_us, a.failed_us,
       a.failures_n, a.class, a.words, a.revision
FROM account AS a
WHERE a.workspace_id = $1 AND a.channel_id = $2;

-- Of a channel that was never connected.
-- query: account_channel
-- in: workspace int, channel int
-- out: network text, handle text
-- gives: maybe
-- does: reads
SELECT network, handle FROM channel WHERE workspace_id = $1 AND id = $2;

-- query: account_page
-- in: workspace int, limit_n int
-- out: channel int, workspace int, network text, server text, handle text, user_id text, state text,
--      secrets bytes?, settings text?, limits text?, token_expires_us int?, verified_us int?,
--      failed_us int?, failures_n int, class text?, words text?, revision int
-- gives: many
-- does: reads
SELECT a.channel_id AS channel, a.workspace_id AS workspace, a.network, a.server, a.handle, a.user_id,
       a.state, a.secrets, a.settings, a.limits, a.token_expires_us, a.verified_us, a.failed_us,
       a.failures_n, a.class, a.words, a.revision
FROM account AS a
WHERE a.workspace_id = $1 ORDER BY a.channel_id LIMIT $2;

-- query: account_forget
-- in: workspace int, channel int
-- out: channel int
-- gives: maybe
-- does: writes
DELETE FROM account WHERE workspace_id = $1 AND channel_id = $2 RETURNING channel_id AS channel;

-- query: account_settings_set
-- in: workspace int, channel int, settings text?, now int
-- out: channel int
-- gives: maybe
-- does: writes
UPDATE account SET settings = $3, changed_us = $4 WHERE workspace_id = $1 AND channel_id = $2
RETURNING channel_id AS channel;

-- What a network told of itself; null leaves what is there. It is of the secrets it was asked with, and no others.
-- query: account_found
-- in: channel int, handle text?, user_id text?, limits text?, secrets bytes?, token_expires_us int?,
--     verified_us int?, renewed int, now int, revision int
-- out: channel int
-- gives: maybe
-- does: writes
UPDATE account
SET handle = COALESCE($2, handle), user_id = COALESCE($3, user_id), limits = COALESCE($4, limits),
    secrets = COALESCE($5, secrets),
    token_expires_us = CASE WHEN $8 = 1 THEN $6 ELSE COALESCE($6, token_expires_us) END,
    verified_us = COALESCE($7, verified_us),
    state = 'connected', failures_n = 0, failed_us = NULL, class = NULL, words = NULL, changed_us = $9,
    revision = revision + $8
WHERE channel_id = $1 AND revision = $10
RETURNING channel_id AS channel;

-- The credentials were refused. Only if nobody renewed them since, and the last count is old enough.
-- query: account_failure
-- in: channel int, revision int, spaced_before int, class text?, words text?, dead_n int, now int
-- out: state text
-- gives: maybe
-- does: writes
UPDATE account
SET failures_n = failures_n + 1, failed_us = $7, class = $4, words = $5,
    state = CASE WHEN failures_n + 1 >= $6 THEN 'dead' ELSE 'failing' END
WHERE channel_id = $1 AND revision = $2 AND state <> 'dead' AND (failed_us IS NULL OR failed_us <= $3)
RETURNING state;

-- query: account_good
-- in: channel int
-- out: nothing
-- gives: none
-- does: writes
UPDATE account SET state = 'connected', failures_n = 0, failed_us = NULL, class = NULL, words = NULL
WHERE channel_id = $1 AND state = 'failing';

-- query: account_lease
-- in: channel int, worker text, until_us int, now int
-- out: channel int
-- gives: maybe
-- does: writes
UPDATE account SET refresh_worker = $2, refresh_until_us = $3
WHERE channel_id = $1 AND (refresh_worker IS NULL OR refresh_worker = $2 OR refresh_until_us <= $4)
RETURNING channel_id AS channel;

-- query: account_lease_end
-- in: channel int, worker text
-- out: nothing
-- gives: none
-- does: writes
UPDATE account SET refresh_worker = NULL, refresh_until_us = NULL
WHERE channel_id = $1 AND refresh_worker = $2;

-- query: account_out
-- in: channel int, at_us int
-- out: nothing
-- gives: none
-- does: writes
UPDATE account SET last_out_us = $2 WHERE channel_id = $1;

-- Deliveries that waited for the account to be connected again go on; the late policy looks at each.
-- query: delivery_reconnected
-- in: channel int, reason text, now int
-- out: nothing
-- gives: none
-- does: writes
UPDATE delivery SET state = 'scheduled', next_us = due_us, reason = NULL, class = NULL, words = NULL,
       tries_n = 0, changed_us = $3, revision = revision + 1
WHERE channel_id = $1 AND state = 'held' AND reason = $2;

-- query: account_ask
-- in: workspace int, channel int, op text, argument text?, now int
-- out: channel int
-- gives: maybe
-- does: writes
UPDATE account
SET ask_op = $3, ask_argument = $4, ask_us = $5, ask_worker = NULL, ask_done_us = NULL, ask_good = NULL,
    ask_visit = NULL, ask_class = NULL, ask_words = NULL
WHERE workspace_id = $1 AND channel_id = $2
RETURNING channel_id AS channel;

-- query: account_answer
-- in: workspace int, channel int
-- out: ask_op text?, ask_us int?, ask_done_us int?, ask_good int?, ask_visit text?, ask_class text?,
--      ask_words text?
-- gives: maybe
-- does: reads
SELECT ask_op, ask_us, ask_done_us, ask_good, ask_visit, ask_class, ask_words
FROM account WHERE workspace_id = $1 AND channel_id = $2;

-- The oldest question nobody took up, or whose worker is silent since ${stale_us}.
-- query: account_asked
-- in: stale_us int, limit_n int
-- out: channel int, workspace int, ask_op text, ask_argument text?, ask_us int
-- gives: many
-- does: reads
SELECT channel_id AS channel, workspace_id AS workspace, ask_op, ask_argument, ask_us
FROM account
WHERE ask_op IS NOT NULL AND ask_done_us IS NULL AND (ask_worker IS NULL OR ask_us <= $1)
ORDER BY ask_us LIMIT $2;

-- query: account_ask_take
-- in: channel int, ask_us int, worker text, now int, stale_us int
-- out: channel int
-- gives: maybe
-- does: writes
UPDATE account SET ask_worker = $3, ask_us = $4
WHERE channel_id = $1 AND ask_us = $2 AND ask_done_us IS NULL AND (ask_worker IS NULL OR ask_us <= $5)
RETURNING channel_id AS channel;

-- query: account_ask_done
-- in: channel int, worker text, good int, visit text?, class text?, words text?, now int
-- out: nothing
-- gives: none
-- does: writes
UPDATE account SET ask_done_us = $7, ask_good = $3, ask_visit = $4, ask_class = $5, ask_words = $6
WHERE channel_id = $1 AND ask_worker = $2 AND ask_done_us IS NULL;

-- A token that was refused ends now: the next try begins with a refresh.
-- query: account_expire
-- in: channel int, revision int, now int
-- out: nothing
-- gives: none
-- does: writes
UPDATE account SET token_expires_us = $3 WHERE channel_id = $1 AND revision = $2;
