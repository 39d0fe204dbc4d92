-- query: pending_insert
-- in: key text, workspace int, person int, file_name text, created_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO pending (key, workspace_id, person_id, file_name, created_us) VALUES ($1, $2, $3, $4, $5);

-- query: pending_get
-- in: workspace int, key text
-- out: file_name text, channel int?, channel_name text?, network text?, dates text?, decimal_sign text?,
--      columns_said text?, import int?, created_us int
-- gives: maybe
-- does: reads
SELECT file_name, channel_id AS channel, channel_name, network, dates, decimal_sign, columns_said,
       import_id AS import, created_us
FROM pending WHERE workspace_id = $1 AND key = $2;

-- query: pending_say
-- What the person said of the file.
-- in: workspace int, key text, channel int?, channel_name text?, network text?, dates text?, decimal_sign text?,
--     columns_said text?
-- out: nothing
-- gives: none
-- does: writes
UPDATE pending SET channel_id = $3, channel_name = $4, network = $5, dates = $6, decimal_sign = $7, columns_said = $8
WHERE workspace_id = $1 AND key = $2;

-- query: pending_applied
-- in: workspace int, key text, import int
-- out: nothing
-- gives: none
-- does: writes
UPDATE pending SET import_id = $3 WHERE workspace_id = $1 AND key = $2;

-- query: pending_of_import
-- The uploaded file an import was made from, while it is still there.
-- in: workspace int, import int
-- out: key text
-- gives: many
-- does: reads
SELECT key FROM pending WHERE workspace_id = $1 AND import_id = $2 ORDER BY created_us DESC LIMIT 1;

-- query: pending_late
-- in: before_us int
-- out: key text
-- gives: many
-- does: reads
SELECT key FROM pending WHERE created_us < $1 ORDER BY created_us LIMIT 1000;

-- query: pending_drop
-- in: key text
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM pending WHERE key = $1;
