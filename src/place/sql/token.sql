-- query: token_add
-- in: workspace int, person int, token_hash bytes, name text, scopes int, created_us int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO api_token (workspace_id, person_id, token_hash, name, scopes, created_us)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- query: token_count
-- in: workspace int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n FROM api_token WHERE workspace_id = $1 AND revoked_us IS NULL;

-- query: token_by_hash
-- in: token_hash bytes
-- out: id int, workspace int, person int, person_name text, role text, name text, scopes int, created_us int, used_day int?
-- gives: maybe
-- does: reads
SELECT t.id, t.workspace_id AS workspace, t.person_id AS person, p.name AS person_name, p.role, t.name, t.scopes,
    t.created_us, t.used_day
FROM api_token t JOIN person p ON p.id = t.person_id
WHERE t.token_hash = $1 AND t.revoked_us IS NULL;

-- query: token_page
-- Those that work first, then the others; the newest of each first.
-- in: workspace int, rows_max int
-- out: id int, person int, person_name text, role text, name text, scopes int, created_us int, used_day int?, revoked_us int?
-- gives: many
-- does: reads
SELECT t.id, t.person_id AS person, p.name AS person_name, p.role, t.name, t.scopes, t.created_us, t.used_day,
    t.revoked_us
FROM api_token t JOIN person p ON p.id = t.person_id
WHERE t.workspace_id = $1 ORDER BY t.revoked_us IS NOT NULL, t.id DESC LIMIT $2;

-- query: token_used
-- in: id int, day int
-- out: nothing
-- gives: none
-- does: writes
UPDATE api_token SET used_day = $2 WHERE id = $1;

-- query: token_revoke
-- in: workspace int, id int, now_us int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE api_token SET revoked_us = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_us IS NULL RETURNING id;
