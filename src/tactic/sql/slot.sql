-- Nothing is added for a channel of another workspace, or when that slot exists; the caller asks which.
-- query: slot_add
-- in: workspace int, channel int, queue text, weekday int, hour int, minute int, created_us int
-- out: id int
-- gives: maybe
-- does: writes
INSERT INTO slot (workspace_id, channel_id, queue, weekday, hour, minute, created_us)
SELECT $1, id, $3, $4, $5, $6, $7 FROM channel WHERE workspace_id = $1 AND id = $2
ON CONFLICT (channel_id, queue, weekday, hour, minute) DO NOTHING
RETURNING id;

-- query: slot_room
-- in: workspace int, channel int
-- out: slots_n int, channels_n int
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM slot WHERE workspace_id = $1) AS slots_n,
       (SELECT count(*) FROM channel WHERE workspace_id = $1 AND id = $2) AS channels_n;

-- query: slot_remove
-- in: workspace int, id int
-- out: id int
-- gives: maybe
-- does: writes
DELETE FROM slot WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- query: queue_pause
-- in: workspace int, queue text, paused_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO queue_pause (workspace_id, queue, paused_us) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id, queue) DO NOTHING;

-- query: queue_resume
-- in: workspace int, queue text
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM queue_pause WHERE workspace_id = $1 AND queue = $2;

-- query: slot_page
-- in: workspace int, limit_n int
-- out: id int, channel int, queue text, weekday int, hour int, minute int, paused_us int?
-- gives: many
-- does: reads
SELECT s.id, s.channel_id AS channel, s.queue, s.weekday, s.hour, s.minute, p.paused_us
FROM slot AS s LEFT JOIN queue_pause AS p ON p.workspace_id = s.workspace_id AND p.queue = s.queue
WHERE s.workspace_id = $1
ORDER BY s.channel_id, s.queue, s.weekday, s.hour, s.minute, s.id LIMIT $2;
