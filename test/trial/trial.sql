-- Queries for the tests of the database itself, over the table `trial` they make.

-- query: trial_add
-- in: name text, size int?, share real?, raw bytes?
-- out: id int
-- gives: one
-- does: writes
INSERT INTO trial (name, size, share, raw) VALUES ($1, $2, $3, $4) RETURNING id;

-- query: trial_by_name
-- in: name text
-- out: id int, name text, size int?, share real?, raw bytes?, big int
-- gives: maybe
-- does: reads
SELECT id, name, size, share, raw, (size > 10) IS TRUE AS big FROM trial WHERE name = $1;

-- $2 stands before $1: they are bound by name.
-- query: trial_between
-- in: low int, high int, rows_max int
-- out: name text, size int?
-- gives: many
-- does: reads
SELECT name, size FROM trial WHERE size < $2 AND size >= $1 ORDER BY size, name LIMIT $3;

-- query: trial_filter
-- in: size int?
-- out: n int, total int?, mean real?
-- gives: one
-- does: reads
SELECT count(*) AS n, CAST(sum(size) AS BIGINT) AS total, CAST(avg(size) AS DOUBLE PRECISION) AS mean
FROM trial WHERE $1 IS NULL OR size = $1;

-- query: trial_delete
-- in: name text
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM trial WHERE name = $1;

-- query: trial_child_add
-- in: trial_id int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO trial_child (trial_id) VALUES ($1);

-- query: trial_two
-- in: nothing
-- out: name text
-- gives: one
-- does: reads
SELECT name FROM trial ORDER BY id;

-- query: trial_null
-- in: nothing
-- out: size int
-- gives: one
-- does: reads
SELECT size FROM trial WHERE size IS NULL;
