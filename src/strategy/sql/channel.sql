-- query: channel_insert
-- in: workspace int, network text, handle text, name text, ownership text, created_us int
-- out: id int
-- gives: maybe
-- does: writes
INSERT INTO channel (workspace_id, network, handle, name, ownership, created_us)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, network, handle) DO NOTHING
RETURNING id;

-- query: channel_with_account
-- in: workspace int, network text, handle text
-- out: id int
-- gives: maybe
-- does: reads
SELECT id FROM channel WHERE workspace_id = $1 AND network = $2 AND handle = $3;

-- query: channel_by_id
-- in: workspace int, id int
-- out: id int, workspace int, network text, handle text, name text, ownership text, archived_us int?,
--      revision int
-- gives: maybe
-- does: reads
SELECT id, workspace_id AS workspace, network, handle, name, ownership, archived_us, revision
FROM channel WHERE workspace_id = $1 AND id = $2;

-- query: channel_page
-- in: workspace int, limit_n int
-- out: id int, workspace int, network text, handle text, name text, ownership text, archived_us int?,
--      revision int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, network, handle, name, ownership, archived_us, revision
FROM channel WHERE workspace_id = $1 AND archived_us IS NULL
ORDER BY name, id LIMIT $2;

-- query: channel_archived_page
-- in: workspace int, limit_n int
-- out: id int, workspace int, network text, handle text, name text, ownership text, archived_us int?,
--      revision int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, network, handle, name, ownership, archived_us, revision
FROM channel WHERE workspace_id = $1 AND archived_us IS NOT NULL
ORDER BY archived_us DESC, id DESC LIMIT $2;

-- query: channel_update
-- in: workspace int, id int, handle text, name text, ownership text, revision int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE channel SET handle = $3, name = $4, ownership = $5, revision = revision + 1
WHERE workspace_id = $1 AND id = $2 AND revision = $6
RETURNING id;

-- query: channel_archive
-- in: workspace int, id int, archived_us int?
-- out: id int
-- gives: maybe
-- does: writes
UPDATE channel SET archived_us = $3, revision = revision + 1
WHERE workspace_id = $1 AND id = $2
RETURNING id;

-- query: channel_revision
-- in: workspace int, id int
-- out: revision int
-- gives: maybe
-- does: reads
SELECT revision FROM channel WHERE workspace_id = $1 AND id = $2;

-- Another channel of the same network with that handle: what an update may not become.
-- query: channel_with_handle
-- in: workspace int, id int, handle text
-- out: id int
-- gives: maybe
-- does: reads
SELECT o.id
FROM channel AS c JOIN channel AS o ON o.workspace_id = c.workspace_id AND o.network = c.network
WHERE c.workspace_id = $1 AND c.id = $2 AND o.handle = $3 AND o.id <> c.id;
