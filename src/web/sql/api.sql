-- query: claim_get
-- in: token int, key text, since_us int
-- out: request_hash bytes, status int, location text?, answer text
-- gives: maybe
-- does: reads
SELECT request_hash, status, location, answer FROM api_claim
WHERE token_id = $1 AND key = $2 AND created_us > $3;

-- query: claim_forget
-- in: since_us int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM api_claim WHERE created_us <= $1;

-- query: claim_count
-- in: token int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n FROM api_claim WHERE token_id = $1;

-- query: claim_add
-- in: token int, key text, request_hash bytes, status int, location text?, answer text, created_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO api_claim (token_id, key, request_hash, status, location, answer, created_us)
VALUES ($1, $2, $3, $4, $5, $6, $7);
