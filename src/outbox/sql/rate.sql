-- What networks still let an account ask.
-- query: rate_of
-- in: channel int, limit_n int
-- out: family text, most int, remaining int, window_us int, reset_us int, closed_us int
-- gives: many
-- does: reads
SELECT family, limit_n AS most, remaining_n AS remaining, window_us, reset_us, closed_us
FROM rate WHERE channel_id = $1 ORDER BY family LIMIT $2;

-- query: rate_keep
-- in: channel int, family text, most int, remaining int, window_us int, reset_us int, closed_us int, now int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO rate (channel_id, family, limit_n, remaining_n, window_us, reset_us, closed_us, changed_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (channel_id, family) DO UPDATE
SET limit_n = excluded.limit_n, remaining_n = excluded.remaining_n, window_us = excluded.window_us,
    reset_us = excluded.reset_us, closed_us = excluded.closed_us, changed_us = excluded.changed_us;

-- Another server, or other credentials, count anew.
-- query: rate_forget
-- in: channel int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM rate WHERE channel_id = $1;
