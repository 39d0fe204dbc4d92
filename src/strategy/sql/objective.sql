-- query: objective_insert
-- in: workspace int, name text, kind text, metric text, direction text, baseline real?, target real?,
--     low real?, high real?, start_day int?, deadline_day int?, unit_value_minor int?, currency text?,
--     owner int?, parent int?, why text, state text, created_us int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO objective (workspace_id, name, kind, metric, direction, baseline, target, low, high,
                       start_day, deadline_day, unit_value_minor, currency, owner_id, parent_id, why,
                       state, created_us, changed_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
RETURNING id;

-- query: objective_by_id
-- in: workspace int, id int
-- out: id int, workspace int, name text, kind text, metric text, direction text, baseline real?,
--      target real?, low real?, high real?, start_day int?, deadline_day int?, unit_value_minor int?,
--      currency text?, owner int?, parent int?, why text, state text, created_us int, changed_us int,
--      archived_us int?, revision int
-- gives: maybe
-- does: reads
SELECT id, workspace_id AS workspace, name, kind, metric, direction, baseline, target, low, high,
       start_day, deadline_day, unit_value_minor, currency, owner_id AS owner, parent_id AS parent,
       why, state, created_us, changed_us, archived_us, revision
FROM objective WHERE workspace_id = $1 AND id = $2;

-- query: objective_page
-- in: workspace int, limit_n int
-- out: id int, workspace int, name text, kind text, metric text, direction text, baseline real?,
--      target real?, low real?, high real?, start_day int?, deadline_day int?, unit_value_minor int?,
--      currency text?, owner int?, parent int?, why text, state text, created_us int, changed_us int,
--      archived_us int?, revision int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, name, kind, metric, direction, baseline, target, low, high,
       start_day, deadline_day, unit_value_minor, currency, owner_id AS owner, parent_id AS parent,
       why, state, created_us, changed_us, archived_us, revision
FROM objective WHERE workspace_id = $1 AND archived_us IS NULL
ORDER BY deadline_day NULLS LAST, id LIMIT $2;

-- query: objective_count
-- in: workspace int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n
FROM objective WHERE workspace_id = $1;

-- The state about to be left, with the reason; before objective_update.
-- query: objective_keep
-- in: workspace int, id int, changed_us int, reason text
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO objective_change (objective_id, revision, changed_us, baseline, target, low, high,
                              start_day, deadline_day, state, reason)
SELECT id, revision, $3, baseline, target, low, high, start_day, deadline_day, state, $4
FROM objective WHERE workspace_id = $1 AND id = $2;

-- query: objective_update
-- in: workspace int, id int, name text, kind text, metric text, direction text, baseline real?,
--     target real?, low real?, high real?, start_day int?, deadline_day int?, unit_value_minor int?,
--     currency text?, owner int?, parent int?, why text, state text, changed_us int
-- out: nothing
-- gives: none
-- does: writes
UPDATE objective
SET name = $3, kind = $4, metric = $5, direction = $6, baseline = $7, target = $8, low = $9, high = $10,
    start_day = $11, deadline_day = $12, unit_value_minor = $13, currency = $14, owner_id = $15,
    parent_id = $16, why = $17, state = $18, changed_us = $19, revision = revision + 1
WHERE workspace_id = $1 AND id = $2;

-- query: objective_archive
-- in: workspace int, id int, archived_us int?
-- out: id int
-- gives: maybe
-- does: writes
UPDATE objective SET archived_us = $3 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- query: objective_changes
-- in: workspace int, id int, limit_n int
-- out: revision int, changed_us int, baseline real?, target real?, low real?, high real?,
--      start_day int?, deadline_day int?, state text, reason text
-- gives: many
-- does: reads
SELECT c.revision, c.changed_us, c.baseline, c.target, c.low, c.high, c.start_day, c.deadline_day,
       c.state, c.reason
FROM objective_change AS c JOIN objective AS o ON o.id = c.objective_id
WHERE o.workspace_id = $1 AND o.id = $2
ORDER BY c.revision DESC LIMIT $3;

-- query: objective_parent
-- in: workspace int, id int
-- out: parent int?, revision int
-- gives: maybe
-- does: reads
SELECT parent_id AS parent, revision
FROM objective WHERE workspace_id = $1 AND id = $2;
