-- content: what it is bound to, as it is out or may be; none while edits of the message still count.
-- query: post_made_of
-- in: workspace int, id int
-- out: message int, channel int, queue text?, content text?
-- gives: maybe
-- does: reads
SELECT message_id AS message, channel_id AS channel, queue,
       CASE WHEN live = 1 OR armed_us IS NOT NULL OR state IN ('sending', 'published') THEN content END AS content
FROM delivery WHERE workspace_id = $1 AND id = $2;

-- query: post_made_link
-- in: id int, post int?, remote_id text?, permalink text?, published_us int
-- out: nothing
-- gives: none
-- does: writes
UPDATE delivery
SET post_id = $2, remote_id = $3, permalink = $4, published_us = $5, live = 1, armed_us = NULL
WHERE id = $1;
