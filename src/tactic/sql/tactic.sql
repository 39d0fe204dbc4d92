-- query: tactic_insert
-- in: workspace int, name text, hypothesis text, effort_minutes int?, cost_minor int?, currency text?,
--     created_us int
-- out: id int
-- gives: maybe
-- does: writes
INSERT INTO tactic (workspace_id, name, hypothesis, effort_minutes, cost_minor, currency, created_us,
                    changed_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
ON CONFLICT (workspace_id, name) DO NOTHING
RETURNING id;

-- query: tactic_count
-- in: workspace int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n
FROM tactic WHERE workspace_id = $1;

-- query: tactic_by_id
-- in: workspace int, id int
-- out: id int, workspace int, name text, hypothesis text, effort_minutes int?, cost_minor int?,
--      currency text?, created_us int, changed_us int, archived_us int?, revision int, posts_n int
-- gives: maybe
-- does: reads
SELECT id, workspace_id AS workspace, name, hypothesis, effort_minutes, cost_minor, currency,
       created_us, changed_us, archived_us, revision,
       (SELECT count(*) FROM post WHERE post.tactic_id = tactic.id AND post.archived_us IS NULL) AS posts_n
FROM tactic WHERE workspace_id = $1 AND id = $2;

-- query: tactic_by_name
-- in: workspace int, name text
-- out: id int, revision int
-- gives: maybe
-- does: reads
SELECT id, revision FROM tactic WHERE workspace_id = $1 AND name = $2;

-- query: tactic_page
-- in: workspace int, limit_n int
-- out: id int, workspace int, name text, hypothesis text, effort_minutes int?, cost_minor int?,
--      currency text?, created_us int, changed_us int, archived_us int?, revision int, posts_n int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, name, hypothesis, effort_minutes, cost_minor, currency,
       created_us, changed_us, archived_us, revision,
       (SELECT count(*) FROM post WHERE post.tactic_id = tactic.id AND post.archived_us IS NULL) AS posts_n
FROM tactic WHERE workspace_id = $1 AND archived_us IS NULL
ORDER BY name, id LIMIT $2;

-- query: tactic_update
-- in: workspace int, id int, name text, hypothesis text, effort_minutes int?, cost_minor int?,
--     currency text?, changed_us int, revision int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE tactic
SET name = $3, hypothesis = $4, effort_minutes = $5, cost_minor = $6, currency = $7, changed_us = $8,
    revision = revision + 1
WHERE workspace_id = $1 AND id = $2 AND revision = $9
RETURNING id;

-- query: tactic_archive
-- in: workspace int, id int, archived_us int?
-- out: id int
-- gives: maybe
-- does: writes
UPDATE tactic SET archived_us = $3 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- query: tactic_revision
-- in: workspace int, id int
-- out: revision int
-- gives: maybe
-- does: reads
SELECT revision FROM tactic WHERE workspace_id = $1 AND id = $2;

-- query: tactic_serves_none
-- in: tactic int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM tactic_objective WHERE tactic_id = $1;

-- Nothing is added for an objective of another workspace; the caller counts.
-- query: tactic_serves
-- in: workspace int, tactic int, objective int
-- out: objective int
-- gives: maybe
-- does: writes
INSERT INTO tactic_objective (tactic_id, objective_id)
SELECT $2, id FROM objective WHERE workspace_id = $1 AND id = $3
ON CONFLICT (tactic_id, objective_id) DO UPDATE SET objective_id = excluded.objective_id
RETURNING objective_id AS objective;

-- query: tactic_objectives
-- in: workspace int, tactic int, limit_n int
-- out: objective int
-- gives: many
-- does: reads
SELECT s.objective_id AS objective
FROM tactic_objective AS s JOIN tactic AS t ON t.id = s.tactic_id
WHERE t.workspace_id = $1 AND t.id = $2
ORDER BY s.objective_id LIMIT $3;
