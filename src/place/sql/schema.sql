-- The history of the schema. The table is made by place/migrate.c before any step.

-- query: schema_history
-- in: nothing
-- out: number int, name text, sha256 text
-- gives: many
-- does: reads
SELECT number, name, sha256 FROM schema_step ORDER BY number LIMIT 10000;

-- query: schema_step_applied
-- in: number int, name text, sha256 text, applied_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO schema_step (number, name, sha256, applied_us) VALUES ($1, $2, $3, $4);
