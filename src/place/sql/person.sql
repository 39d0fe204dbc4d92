-- query: person_add
-- in: workspace int, name text, name_key text, role text, created_us int
-- out: id int
-- gives: maybe
-- does: writes
INSERT INTO person (workspace_id, name, name_key, role, created_us) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name_key) DO NOTHING RETURNING id;

-- query: person_by_id
-- in: workspace int, id int
-- out: id int, workspace int, name text, role text, has_password int
-- gives: maybe
-- does: reads
SELECT id, workspace_id AS workspace, name, role, password IS NOT NULL AS has_password
FROM person WHERE workspace_id = $1 AND id = $2;

-- query: person_page
-- in: workspace int, rows_max int
-- out: id int, workspace int, name text, role text, has_password int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, name, role, password IS NOT NULL AS has_password
FROM person WHERE workspace_id = $1 ORDER BY id LIMIT $2;

-- query: person_password
-- in: name_key text
-- out: id int, password text?
-- gives: maybe
-- does: reads
SELECT id, password FROM person WHERE name_key = $1;

-- query: person_password_set
-- in: id int, password text
-- out: id int
-- gives: maybe
-- does: writes
UPDATE person SET password = $2 WHERE id = $1 RETURNING id;

-- query: person_role_set
-- in: workspace int, id int, role text
-- out: id int
-- gives: maybe
-- does: writes
UPDATE person SET role = $3 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- query: person_owners
-- in: workspace int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n FROM person WHERE workspace_id = $1 AND role = 'owner';

-- query: guess_forget_old
-- in: before_us int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM sign_in_guess WHERE at_us < $1;

-- query: guess_count
-- in: account_hash bytes, since_us int
-- out: of_account int, of_all int
-- gives: one
-- does: reads
SELECT count(*) FILTER (WHERE account_hash = $1) AS of_account, count(*) AS of_all
FROM sign_in_guess WHERE at_us >= $2;

-- query: guess_add
-- in: account_hash bytes, at_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO sign_in_guess (account_hash, at_us) VALUES ($1, $2);

-- query: guess_forget
-- in: account_hash bytes
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM sign_in_guess WHERE account_hash = $1;
