-- query: learn_posts
-- What learning may use of each post that has numbers, latest posts first.
-- in: workspace int
-- out: id int, channel int, tactic int?, format text?, intent text, creation text?, topic text?,
--      language text?, has_link int?, at_first int?, length int?, paid int?, published_us int?, local_day int?,
--      local_month int?, local_weekday int?, local_hour int?, taken_us int?, followers int?, reach int?,
--      impressions int?, interactions int?, engaged int?, likes int?, comments int?, shares int?,
--      saves int?, clicks int?, link_clicks int?, video_views int?
-- gives: many
-- does: reads
SELECT p.id, p.channel_id AS channel, p.tactic_id AS tactic, p.format, p.intent, p.creation, p.topic,
       p.language, CAST(CASE WHEN p.link IS NOT NULL THEN 1 WHEN p.body IS NOT NULL THEN 0 END AS BIGINT) AS has_link,
       CAST(CASE WHEN substr(p.body, 1, 1) = '@' THEN 1 WHEN p.body IS NOT NULL THEN 0 END AS BIGINT) AS at_first,
       p.body_graphemes AS length, p.paid,
       p.published_us, p.local_day, p.local_month, p.local_weekday, p.local_hour, s.taken_us, s.followers,
       s.reach, s.impressions, s.interactions, s.engaged, s.likes, s.comments, s.shares, s.saves, s.clicks,
       s.link_clicks, s.video_views
FROM sum_post s
JOIN post p ON p.id = s.post_id
WHERE s.workspace_id = $1 AND p.archived_us IS NULL
ORDER BY p.order_us DESC, p.id DESC
LIMIT 50000;

-- query: learn_channels
-- in: workspace int
-- out: id int, name text, network text
-- gives: many
-- does: reads
SELECT id, name, network FROM channel WHERE workspace_id = $1 ORDER BY id LIMIT 1000;

-- query: learn_tactics
-- in: workspace int
-- out: id int, name text
-- gives: many
-- does: reads
SELECT id, name FROM tactic WHERE workspace_id = $1 ORDER BY id LIMIT 1000;

-- query: learn_snapshots
-- Every dated reading of one metric, so that posts of different ages can be compared.
-- in: workspace int, metric text
-- out: post int, taken_us int, value real
-- gives: many
-- does: reads
SELECT s.post_id AS post, s.taken_us, m.value
FROM snapshot s
JOIN metric_point m ON m.snapshot_id = s.id
JOIN metric_def d ON d.id = m.def_id
WHERE s.workspace_id = $1 AND d.metric = $2 AND s.taken_us IS NOT NULL AND m.value IS NOT NULL
ORDER BY s.post_id, s.taken_us, s.id
LIMIT 500000;

-- query: learn_mark
-- Changes whenever an answer's data may have changed; equal again once an import is undone.
-- in: workspace int
-- out: posts int, snapshots int, last_snapshot int, tactics_changed_us int, posts_changed_us int
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM post WHERE workspace_id = $1 AND archived_us IS NULL) AS posts,
       (SELECT count(*) FROM snapshot WHERE workspace_id = $1) AS snapshots,
       (SELECT coalesce(max(id), 0) FROM snapshot WHERE workspace_id = $1) AS last_snapshot,
       (SELECT coalesce(max(changed_us), 0) FROM tactic WHERE workspace_id = $1) AS tactics_changed_us,
       (SELECT coalesce(max(changed_us), 0) FROM post WHERE workspace_id = $1) AS posts_changed_us;

-- query: learn_result_insert
-- in: workspace int, outcome text, model text, model_version int, fingerprint text, data_mark text,
--     seed text, settled int, computed_us int, seconds real, result text, draws bytes?, draws_n int,
--     columns_n int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO learn_result (workspace_id, outcome, model, model_version, fingerprint, data_mark, seed,
                          settled, computed_us, seconds, result, draws, draws_n, columns_n)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
RETURNING id;

-- query: learn_result_last
-- in: workspace int, outcome text
-- out: id int, data_mark text, computed_us int, seconds real, result text
-- gives: maybe
-- does: reads
SELECT id, data_mark, computed_us, seconds, result
FROM learn_result
WHERE workspace_id = $1 AND outcome = $2
ORDER BY id DESC
LIMIT 1;

-- query: learn_result_count
-- How often an outcome was computed from the same data.
-- in: workspace int, outcome text, data_mark text
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n FROM learn_result WHERE workspace_id = $1 AND outcome = $2 AND data_mark = $3;

-- query: learn_changed_since
-- Posts made or changed after an answer was computed.
-- in: workspace int, computed_us int
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n FROM post WHERE workspace_id = $1 AND (created_us > $2 OR changed_us > $2);

-- query: learn_outcomes_present
-- How many posts have a number of each result that can be an outcome.
-- in: workspace int
-- out: interactions int, link_clicks int, clicks int, engaged int, comments int, shares int, likes int,
--      saves int, video_views int
-- gives: one
-- does: reads
SELECT count(interactions) AS interactions, count(link_clicks) AS link_clicks, count(clicks) AS clicks,
       count(engaged) AS engaged, count(comments) AS comments, count(shares) AS shares, count(likes) AS likes,
       count(saves) AS saves, count(video_views) AS video_views
FROM sum_post WHERE workspace_id = $1;
