-- query: workspace_add
-- in: name text, zone text, lang text, currency text, first_weekday int, created_us int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO workspace (name, zone, lang, currency, first_weekday, created_us)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- The first, for a data file with one; the room for more is in the schema.
-- query: workspace_first
-- in: nothing
-- out: id int, name text, zone text, lang text, currency text, first_weekday int
-- gives: maybe
-- does: reads
SELECT id, name, zone, lang, currency, first_weekday FROM workspace ORDER BY id LIMIT 1;

-- query: workspace_change
-- in: id int, name text, zone text, lang text, currency text, first_weekday int
-- out: id int
-- gives: maybe
-- does: writes
UPDATE workspace SET name = $2, zone = $3, lang = $4, currency = $5, first_weekday = $6
WHERE id = $1 RETURNING id;
