-- Pictures made fit for what an account takes.
-- query: fitted_of
-- in: media int, limits text
-- out: fitted int, notes text
-- gives: maybe
-- does: reads
SELECT fitted_id AS fitted, notes FROM fitted WHERE media_id = $1 AND limits = $2;

-- query: fitted_insert
-- in: media int, limits text, fitted int, notes text
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO fitted (media_id, limits, fitted_id, notes) VALUES ($1, $2, $3, $4)
ON CONFLICT (media_id, limits) DO NOTHING;
