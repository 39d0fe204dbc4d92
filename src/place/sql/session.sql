-- query: link_forget
-- in: person int, now_us int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM sign_in_link WHERE person_id = $1 OR expires_us <= $2;

-- query: link_add
-- in: person int, token_hash bytes, expires_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO sign_in_link (person_id, token_hash, expires_us) VALUES ($1, $2, $3);

-- query: link_person
-- in: token_hash bytes, now_us int
-- out: person int, name text
-- gives: maybe
-- does: reads
SELECT p.id AS person, p.name FROM sign_in_link l JOIN person p ON p.id = l.person_id
WHERE l.token_hash = $1 AND l.expires_us > $2;

-- Spending is the deletion itself: of two who press the button at once, one finds the row.
-- query: link_spend
-- in: token_hash bytes, now_us int
-- out: person int
-- gives: maybe
-- does: writes
DELETE FROM sign_in_link WHERE token_hash = $1 AND expires_us > $2 RETURNING person_id AS person;

-- query: session_forget_late
-- in: now_us int, idle_since_us int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM session WHERE expires_us <= $1 OR seen_us <= $2;

-- The oldest go when a person has more than the house keeps.
-- query: session_forget_most
-- in: person int, kept int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM session WHERE person_id = $1
    AND id NOT IN (SELECT id FROM session WHERE person_id = $1 ORDER BY seen_us DESC, id DESC LIMIT $2);

-- query: session_add
-- in: person int, token_hash bytes, agent text, now_us int, expires_us int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO session (person_id, token_hash, agent, created_us, seen_us, expires_us)
VALUES ($1, $2, $3, $4, $4, $5) RETURNING id;

-- query: session_by_token
-- in: token_hash bytes, now_us int, idle_since_us int
-- out: id int, person int, workspace int, person_name text, role text, has_password int, created_us int,
--   seen_us int, expires_us int, agent text
-- gives: maybe
-- does: reads
SELECT s.id, p.id AS person, p.workspace_id AS workspace, p.name AS person_name, p.role,
    p.password IS NOT NULL AS has_password, s.created_us, s.seen_us, s.expires_us, s.agent
FROM session s JOIN person p ON p.id = s.person_id
WHERE s.token_hash = $1 AND s.expires_us > $2 AND s.seen_us > $3;

-- query: session_page
-- in: person int, now_us int, idle_since_us int, rows_max int
-- out: id int, created_us int, seen_us int, expires_us int, agent text
-- gives: many
-- does: reads
SELECT id, created_us, seen_us, expires_us, agent FROM session
WHERE person_id = $1 AND expires_us > $2 AND seen_us > $3 ORDER BY seen_us DESC, id DESC LIMIT $4;

-- query: session_seen
-- in: id int, now_us int
-- out: nothing
-- gives: none
-- does: writes
UPDATE session SET seen_us = $2 WHERE id = $1;

-- query: session_token_set
-- in: id int, token_hash bytes
-- out: id int
-- gives: maybe
-- does: writes
UPDATE session SET token_hash = $2 WHERE id = $1 RETURNING id;

-- query: session_delete
-- in: person int, id int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM session WHERE person_id = $1 AND id = $2;

-- query: session_delete_others
-- in: person int, kept int?
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM session WHERE person_id = $1 AND ($2 IS NULL OR id <> $2);
