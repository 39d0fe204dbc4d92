-- What a change of a published delivery needs; withdrawn_n: how often it was taken down by us.
-- query: delivery_live
-- in: workspace int, id int
-- out: state text, message int, channel int, remote_id text?, key text, slug text?, made_us int?, memo text?,
--      withdrawn_n int
-- gives: maybe
-- does: reads
SELECT d.state, d.message_id AS message, d.channel_id AS channel, d.remote_id, d.key, d.slug, d.made_us, d.memo,
       (SELECT count(*) FROM delivery_event AS e
        WHERE e.delivery_id = d.id AND e.act = 'withdraw') AS withdrawn_n
FROM delivery AS d WHERE d.workspace_id = $1 AND d.id = $2;
