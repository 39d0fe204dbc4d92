-- Lists and sums of results. The filter is the same everywhere: a parameter that is null filters nothing;
-- tactic 0 and format '' mean "without one".

-- query: result_newest
-- in: workspace int, channel int?, tactic int?, format text?, intent text?, from_us int?, before_us int?,
--     search text?, limit_n int, offset_n int
-- out: id int, channel int, channel_name text, network text, tactic int?, tactic_name text?, excerpt text?,
--      format text?, intent text, permalink text?, published_us int?, local_day int?, local_month int?,
--      local_weekday int?, local_hour int?, paid int?, taken_us int?, followers int?, reach int?,
--      impressions int?, interactions int?, engaged int?, likes int?, comments int?, shares int?,
--      saves int?, clicks int?, link_clicks int?, video_views int?
-- gives: many
-- does: reads
SELECT p.id, p.channel_id AS channel, c.name AS channel_name, c.network, p.tactic_id AS tactic,
       t.name AS tactic_name, substr(coalesce(p.body, p.title), 1, 400) AS excerpt, p.format, p.intent,
       p.permalink, p.published_us, p.local_day, p.local_month, p.local_weekday, p.local_hour, p.paid,
       s.taken_us, s.followers, s.reach, s.impressions, s.interactions, s.engaged, s.likes, s.comments,
       s.shares, s.saves, s.clicks, s.link_clicks, s.video_views
FROM (
    SELECT p.id FROM post AS p
    WHERE p.workspace_id = $1 AND p.archived_us IS NULL
      AND ($2 IS NULL OR p.channel_id = $2)
      AND ($3 IS NULL OR coalesce(p.tactic_id, 0) = $3)
      AND ($4 IS NULL OR coalesce(p.format, '') = $4)
      AND ($5 IS NULL OR p.intent = $5)
      AND ($6 IS NULL OR p.order_us >= $6)
      AND ($7 IS NULL OR p.order_us < $7)
      AND ($8 IS NULL OR lower(coalesce(p.title, '') || ' ' || coalesce(p.body, '')) LIKE lower($8) ESCAPE '\')
    ORDER BY p.order_us DESC, p.id DESC LIMIT $9 OFFSET $10
) AS page
JOIN post AS p ON p.id = page.id
JOIN channel AS c ON c.id = p.channel_id
LEFT JOIN tactic AS t ON t.id = p.tactic_id
LEFT JOIN sum_post AS s ON s.post_id = p.id
ORDER BY p.order_us DESC, p.id DESC LIMIT $9;

-- query: result_oldest
-- in: workspace int, channel int?, tactic int?, format text?, intent text?, from_us int?, before_us int?,
--     search text?, limit_n int, offset_n int
-- out: id int, channel int, channel_name text, network text, tactic int?, tactic_name text?, excerpt text?,
--      format text?, intent text, permalink text?, published_us int?, local_day int?, local_month int?,
--      local_weekday int?, local_hour int?, paid int?, taken_us int?, followers int?, reach int?,
--      impressions int?, interactions int?, engaged int?, likes int?, comments int?, shares int?,
--      saves int?, clicks int?, link_clicks int?, video_views int?
-- gives: many
-- does: reads
SELECT p.id, p.channel_id AS channel, c.name AS channel_name, c.network, p.tactic_id AS tactic,
       t.name AS tactic_name, substr(coalesce(p.body, p.title), 1, 400) AS excerpt, p.format, p.intent,
       p.permalink, p.published_us, p.local_day, p.local_month, p.local_weekday, p.local_hour, p.paid,
       s.taken_us, s.followers, s.reach, s.impressions, s.interactions, s.engaged, s.likes, s.comments,
       s.shares, s.saves, s.clicks, s.link_clicks, s.video_views
FROM (
    SELECT p.id FROM post AS p
    WHERE p.workspace_id = $1 AND p.archived_us IS NULL
      AND ($2 IS NULL OR p.channel_id = $2)
      AND ($3 IS NULL OR coalesce(p.tactic_id, 0) = $3)
      AND ($4 IS NULL OR coalesce(p.format, '') = $4)
      AND ($5 IS NULL OR p.intent = $5)
      AND ($6 IS NULL OR p.order_us >= $6)
      AND ($7 IS NULL OR p.order_us < $7)
      AND ($8 IS NULL OR lower(coalesce(p.title, '') || ' ' || coalesce(p.body, '')) LIKE lower($8) ESCAPE '\')
    ORDER BY p.order_us, p.id LIMIT $9 OFFSET $10
) AS page
JOIN post AS p ON p.id = page.id
JOIN channel AS c ON c.id = p.channel_id
LEFT JOIN tactic AS t ON t.id = p.tactic_id
LEFT JOIN sum_post AS s ON s.post_id = p.id
ORDER BY p.order_us, p.id LIMIT $9;

-- query: result_most
-- By a metric: way 1 with the most first, -1 with the least first; unknown last.
-- in: workspace int, channel int?, tactic int?, format text?, intent text?, from_us int?, before_us int?,
--     search text?, metric text, way int, limit_n int, offset_n int
-- out: id int, channel int, channel_name text, network text, tactic int?, tactic_name text?, excerpt text?,
--      format text?, intent text, permalink text?, published_us int?, local_day int?, local_month int?,
--      local_weekday int?, local_hour int?, paid int?, taken_us int?, followers int?, reach int?,
--      impressions int?, interactions int?, engaged int?, likes int?, comments int?, shares int?,
--      saves int?, clicks int?, link_clicks int?, video_views int?
-- gives: many
-- does: reads
SELECT p.id, p.channel_id AS channel, c.name AS channel_name, c.network, p.tactic_id AS tactic,
       t.name AS tactic_name, substr(coalesce(p.body, p.title), 1, 400) AS excerpt, p.format, p.intent,
       p.permalink, p.published_us, p.local_day, p.local_month, p.local_weekday, p.local_hour, p.paid,
       s.taken_us, s.followers, s.reach, s.impressions, s.interactions, s.engaged, s.likes, s.comments,
       s.shares, s.saves, s.clicks, s.link_clicks, s.video_views
FROM (
    SELECT p.id, CAST($10 AS BIGINT) * CASE $9 WHEN 'followers' THEN s.followers WHEN 'reach' THEN s.reach
                 WHEN 'impressions' THEN s.impressions WHEN 'interactions' THEN s.interactions
                 WHEN 'engaged' THEN s.engaged WHEN 'likes' THEN s.likes
                 WHEN 'comments' THEN s.comments WHEN 'shares' THEN s.shares
                 WHEN 'saves' THEN s.saves WHEN 'clicks' THEN s.clicks
                 WHEN 'link_clicks' THEN s.link_clicks WHEN 'video_views' THEN s.video_views END AS rank
    FROM post AS p LEFT JOIN sum_post AS s ON s.post_id = p.id
    WHERE p.workspace_id = $1 AND p.archived_us IS NULL
      AND ($2 IS NULL OR p.channel_id = $2)
      AND ($3 IS NULL OR coalesce(p.tactic_id, 0) = $3)
      AND ($4 IS NULL OR coalesce(p.format, '') = $4)
      AND ($5 IS NULL OR p.intent = $5)
      AND ($6 IS NULL OR p.order_us >= $6)
      AND ($7 IS NULL OR p.order_us < $7)
      AND ($8 IS NULL OR lower(coalesce(p.title, '') || ' ' || coalesce(p.body, '')) LIKE lower($8) ESCAPE '\')
    ORDER BY rank DESC NULLS LAST, p.id DESC LIMIT $11 OFFSET $12
) AS page
JOIN post AS p ON p.id = page.id
JOIN channel AS c ON c.id = p.channel_id
LEFT JOIN tactic AS t ON t.id = p.tactic_id
LEFT JOIN sum_post AS s ON s.post_id = p.id
ORDER BY page.rank DESC NULLS LAST, p.id DESC LIMIT $11;

-- query: result_named
-- By the name of their format, tactic or channel: way 1 from A to Z, -1 from Z to A; those without one last, the
-- latest of one name first.
-- in: workspace int, channel int?, tactic int?, format text?, intent text?, from_us int?, before_us int?,
--     search text?, by text, way int, limit_n int, offset_n int
-- out: id int, channel int, channel_name text, network text, tactic int?, tactic_name text?, excerpt text?,
--      format text?, intent text, permalink text?, published_us int?, local_day int?, local_month int?,
--      local_weekday int?, local_hour int?, paid int?, taken_us int?, followers int?, reach int?,
--      impressions int?, interactions int?, engaged int?, likes int?, comments int?, shares int?,
--      saves int?, clicks int?, link_clicks int?, video_views int?
-- gives: many
-- does: reads
SELECT p.id, p.channel_id AS channel, c.name AS channel_name, c.network, p.tactic_id AS tactic,
       t.name AS tactic_name, substr(coalesce(p.body, p.title), 1, 400) AS excerpt, p.format, p.intent,
       p.permalink, p.published_us, p.local_day, p.local_month, p.local_weekday, p.local_hour, p.paid,
       s.taken_us, s.followers, s.reach, s.impressions, s.interactions, s.engaged, s.likes, s.comments,
       s.shares, s.saves, s.clicks, s.link_clicks, s.video_views
FROM (
    SELECT p.id, p.order_us,
           CASE WHEN CAST($10 AS BIGINT) > 0 THEN CASE $9 WHEN 'format' THEN p.format WHEN 'tactic' THEN t.name
                WHEN 'channel' THEN c.name END END AS up,
           CASE WHEN CAST($10 AS BIGINT) < 0 THEN CASE $9 WHEN 'format' THEN p.format WHEN 'tactic' THEN t.name
                WHEN 'channel' THEN c.name END END AS down
    FROM post AS p
    JOIN channel AS c ON c.id = p.channel_id
    LEFT JOIN tactic AS t ON t.id = p.tactic_id
    WHERE p.workspace_id = $1 AND p.archived_us IS NULL
      AND ($2 IS NULL OR p.channel_id = $2)
      AND ($3 IS NULL OR coalesce(p.tactic_id, 0) = $3)
      AND ($4 IS NULL OR coalesce(p.format, '') = $4)
      AND ($5 IS NULL OR p.intent = $5)
      AND ($6 IS NULL OR p.order_us >= $6)
      AND ($7 IS NULL OR p.order_us < $7)
      AND ($8 IS NULL OR lower(coalesce(p.title, '') || ' ' || coalesce(p.body, '')) LIKE lower($8) ESCAPE '\')
    ORDER BY up NULLS LAST, down DESC NULLS LAST, p.order_us DESC, p.id DESC LIMIT $11 OFFSET $12
) AS page
JOIN post AS p ON p.id = page.id
JOIN channel AS c ON c.id = p.channel_id
LEFT JOIN tactic AS t ON t.id = p.tactic_id
LEFT JOIN sum_post AS s ON s.post_id = p.id
ORDER BY page.up NULLS LAST, page.down DESC NULLS LAST, page.order_us DESC, p.id DESC LIMIT $11;

-- query: result_count
-- in: workspace int, channel int?, tactic int?, format text?, intent text?, from_us int?, before_us int?,
--     search text?
-- out: n int
-- gives: one
-- does: reads
SELECT count(*) AS n
FROM post AS p
WHERE p.workspace_id = $1 AND p.archived_us IS NULL
  AND ($2 IS NULL OR p.channel_id = $2)
  AND ($3 IS NULL OR coalesce(p.tactic_id, 0) = $3)
  AND ($4 IS NULL OR coalesce(p.format, '') = $4)
  AND ($5 IS NULL OR p.intent = $5)
  AND ($6 IS NULL OR p.order_us >= $6)
  AND ($7 IS NULL OR p.order_us < $7)
  AND ($8 IS NULL OR lower(coalesce(p.title, '') || ' ' || coalesce(p.body, '')) LIKE lower($8) ESCAPE '\');

-- query: result_values
-- in: workspace int, channel int?, tactic int?, format text?, intent text?, from_us int?, before_us int?,
--     search text?, metric text, limit_n int
-- out: tactic int?, channel int, format text?, intent text, local_month int?, local_weekday int?,
--      local_hour int?, paid int?, is_now int?
-- gives: many
-- does: reads
SELECT p.tactic_id AS tactic, p.channel_id AS channel, p.format, p.intent, p.local_month,
       p.local_weekday, p.local_hour, p.paid,
       CASE $9 WHEN 'followers' THEN s.followers WHEN 'reach' THEN s.reach
       WHEN 'impressions' THEN s.impressions WHEN 'interactions' THEN s.interactions
       WHEN 'engaged' THEN s.engaged WHEN 'likes' THEN s.likes WHEN 'comments' THEN s.comments
       WHEN 'shares' THEN s.shares WHEN 'saves' THEN s.saves WHEN 'clicks' THEN s.clicks
       WHEN 'link_clicks' THEN s.link_clicks WHEN 'video_views' THEN s.video_views END AS is_now
FROM post AS p LEFT JOIN sum_post AS s ON s.post_id = p.id
WHERE p.workspace_id = $1 AND p.archived_us IS NULL
  AND ($2 IS NULL OR p.channel_id = $2)
  AND ($3 IS NULL OR coalesce(p.tactic_id, 0) = $3)
  AND ($4 IS NULL OR coalesce(p.format, '') = $4)
  AND ($5 IS NULL OR p.intent = $5)
  AND ($6 IS NULL OR p.order_us >= $6)
  AND ($7 IS NULL OR p.order_us < $7)
  AND ($8 IS NULL OR lower(coalesce(p.title, '') || ' ' || coalesce(p.body, '')) LIKE lower($8) ESCAPE '\')
ORDER BY p.id LIMIT $10;

-- query: result_points
-- in: workspace int, post int, limit_n int
-- out: taken_us int?, recorded_us int, metric text, native text, val real?, reason text?, source text,
--      import int?
-- gives: many
-- does: reads
SELECT s.taken_us, s.recorded_us, d.metric, d.native, m.value AS val, m.reason, s.source,
       s.import_id AS import
FROM snapshot AS s
JOIN metric_point AS m ON m.snapshot_id = s.id
JOIN metric_def AS d ON d.id = m.def_id
WHERE s.workspace_id = $1 AND s.post_id = $2
ORDER BY coalesce(s.taken_us, s.recorded_us) DESC, s.id DESC, d.id LIMIT $3;

-- query: result_overview
-- in: workspace int
-- out: posts_n int, channels_n int, tactics_n int, objectives_n int, imports_n int, undated_n int,
--      first_us int?, last_us int?, last_import int?
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM post WHERE workspace_id = $1 AND archived_us IS NULL) AS posts_n,
       (SELECT count(*) FROM channel WHERE workspace_id = $1 AND archived_us IS NULL) AS channels_n,
       (SELECT count(*) FROM tactic WHERE workspace_id = $1 AND archived_us IS NULL) AS tactics_n,
       (SELECT count(*) FROM objective WHERE workspace_id = $1 AND archived_us IS NULL) AS objectives_n,
       (SELECT count(*) FROM import WHERE workspace_id = $1 AND undone_us IS NULL) AS imports_n,
       (SELECT count(*) FROM post
        WHERE workspace_id = $1 AND archived_us IS NULL AND order_us = 0) AS undated_n,
       (SELECT min(order_us) FROM post
        WHERE workspace_id = $1 AND archived_us IS NULL AND order_us > 0) AS first_us,
       (SELECT max(order_us) FROM post
        WHERE workspace_id = $1 AND archived_us IS NULL AND order_us > 0) AS last_us,
       (SELECT max(id) FROM import WHERE workspace_id = $1 AND undone_us IS NULL) AS last_import;

-- query: result_known
-- in: workspace int
-- out: n_followers int, n_reach int, n_impressions int, n_interactions int,
--      n_engaged int, n_likes int, n_comments int, n_shares int,
--      n_saves int, n_clicks int, n_link_clicks int, n_video_views int,
--      sum_followers int, sum_reach int, sum_impressions int, sum_interactions int,
--      sum_engaged int, sum_likes int, sum_comments int, sum_shares int,
--      sum_saves int, sum_clicks int, sum_link_clicks int, sum_video_views int
-- gives: one
-- does: reads
SELECT count(s.followers) AS n_followers,
       count(s.reach) AS n_reach,
       count(s.impressions) AS n_impressions,
       count(s.interactions) AS n_interactions,
       count(s.engaged) AS n_engaged,
       count(s.likes) AS n_likes,
       count(s.comments) AS n_comments,
       count(s.shares) AS n_shares,
       count(s.saves) AS n_saves,
       count(s.clicks) AS n_clicks,
       count(s.link_clicks) AS n_link_clicks,
       count(s.video_views) AS n_video_views,
       CAST(coalesce(sum(s.followers), 0) AS BIGINT) AS sum_followers,
       CAST(coalesce(sum(s.reach), 0) AS BIGINT) AS sum_reach,
       CAST(coalesce(sum(s.impressions), 0) AS BIGINT) AS sum_impressions,
       CAST(coalesce(sum(s.interactions), 0) AS BIGINT) AS sum_interactions,
       CAST(coalesce(sum(s.engaged), 0) AS BIGINT) AS sum_engaged,
       CAST(coalesce(sum(s.likes), 0) AS BIGINT) AS sum_likes,
       CAST(coalesce(sum(s.comments), 0) AS BIGINT) AS sum_comments,
       CAST(coalesce(sum(s.shares), 0) AS BIGINT) AS sum_shares,
       CAST(coalesce(sum(s.saves), 0) AS BIGINT) AS sum_saves,
       CAST(coalesce(sum(s.clicks), 0) AS BIGINT) AS sum_clicks,
       CAST(coalesce(sum(s.link_clicks), 0) AS BIGINT) AS sum_link_clicks,
       CAST(coalesce(sum(s.video_views), 0) AS BIGINT) AS sum_video_views
FROM sum_post AS s
WHERE s.workspace_id = $1
  AND s.post_id NOT IN (SELECT p.id FROM post AS p
                        WHERE p.workspace_id = $1 AND p.archived_us IS NOT NULL);

-- query: result_for_objective
-- in: workspace int, objective int, metric text, from_us int?, before_us int?
-- out: total int, posts_n int
-- gives: one
-- does: reads
SELECT CAST(coalesce(sum(CASE $3 WHEN 'followers' THEN s.followers WHEN 'reach' THEN s.reach
       WHEN 'impressions' THEN s.impressions WHEN 'interactions' THEN s.interactions
       WHEN 'engaged' THEN s.engaged WHEN 'likes' THEN s.likes WHEN 'comments' THEN s.comments
       WHEN 'shares' THEN s.shares WHEN 'saves' THEN s.saves WHEN 'clicks' THEN s.clicks
       WHEN 'link_clicks' THEN s.link_clicks WHEN 'video_views' THEN s.video_views END), 0) AS BIGINT) AS total,
       count(*) AS posts_n
FROM post AS p JOIN sum_post AS s ON s.post_id = p.id
WHERE p.workspace_id = $1 AND p.archived_us IS NULL
  AND (p.objective_id = $2
       OR p.tactic_id IN (SELECT o.tactic_id FROM tactic_objective AS o WHERE o.objective_id = $2))
  AND ($4 IS NULL OR p.order_us >= $4)
  AND ($5 IS NULL OR p.order_us < $5);
