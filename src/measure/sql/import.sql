-- query: import_insert
-- in: workspace int, channel int, channel_name text, source text, file_name text, file_sha256 text,
--     file_bytes int, mapping text, taken_us int?, applied_us int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO import (workspace_id, channel_id, channel_name, source, file_name, file_sha256, file_bytes,
                    mapping, taken_us, applied_us, rows_n, warned_n, refused_n, posts_n, snapshots_n,
                    points_n)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, 0)
RETURNING id;

-- query: import_counted
-- in: id int, rows_n int, warned_n int, refused_n int, posts_n int, snapshots_n int, points_n int
-- out: nothing
-- gives: none
-- does: writes
UPDATE import SET rows_n = $2, warned_n = $3, refused_n = $4, posts_n = $5, snapshots_n = $6, points_n = $7
WHERE id = $1;

-- The import of this very file that still stands, if any.
-- query: import_of_file
-- in: workspace int, file_sha256 text
-- out: id int
-- gives: maybe
-- does: reads
SELECT id FROM import WHERE workspace_id = $1 AND file_sha256 = $2 AND undone_us IS NULL
ORDER BY id LIMIT 1;

-- query: import_by_id
-- in: workspace int, id int
-- out: id int, workspace int, channel int?, channel_name text, source text, file_name text,
--      file_sha256 text, file_bytes int, taken_us int?, applied_us int, rows_n int, warned_n int,
--      refused_n int, posts_n int, snapshots_n int, points_n int, undone_us int?
-- gives: maybe
-- does: reads
SELECT id, workspace_id AS workspace, channel_id AS channel, channel_name, source, file_name,
       file_sha256, file_bytes, taken_us, applied_us, rows_n, warned_n, refused_n, posts_n,
       snapshots_n, points_n, undone_us
FROM import WHERE workspace_id = $1 AND id = $2;

-- query: import_page
-- in: workspace int, limit_n int, offset_n int
-- out: id int, workspace int, channel int?, channel_name text, source text, file_name text,
--      file_sha256 text, file_bytes int, taken_us int?, applied_us int, rows_n int, warned_n int,
--      refused_n int, posts_n int, snapshots_n int, points_n int, undone_us int?
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, channel_id AS channel, channel_name, source, file_name,
       file_sha256, file_bytes, taken_us, applied_us, rows_n, warned_n, refused_n, posts_n,
       snapshots_n, points_n, undone_us
FROM import WHERE workspace_id = $1
ORDER BY id DESC LIMIT $2 OFFSET $3;

-- query: import_made_insert
-- in: import int, kind text, thing int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO import_made (import_id, kind, thing_id) VALUES ($1, $2, $3);

-- query: mapping_keep
-- in: workspace int, fingerprint text, name text, mapping text, changed_us int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO import_mapping (workspace_id, fingerprint, name, mapping, changed_us)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, fingerprint)
DO UPDATE SET name = excluded.name, mapping = excluded.mapping, changed_us = excluded.changed_us;

-- query: mapping_kept
-- in: workspace int, fingerprint text
-- out: mapping text
-- gives: maybe
-- does: reads
SELECT mapping FROM import_mapping WHERE workspace_id = $1 AND fingerprint = $2;

-- query: metric_def_get
-- in: workspace int, network text, native text, metric text, version int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO metric_def (workspace_id, network, native, metric, version) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, network, native, metric, version) DO UPDATE SET metric = excluded.metric
RETURNING id;

-- A look at this post that says the same and was taken at the same time (or also at an unknown one).
-- query: snapshot_same
-- in: post int, taken_us int?, values_hash int
-- out: id int
-- gives: maybe
-- does: reads
SELECT id FROM snapshot
WHERE post_id = $1 AND taken_us IS NOT DISTINCT FROM $2 AND values_hash = $3
LIMIT 1;

-- query: snapshot_insert
-- in: workspace int, post int, import int?, source text, taken_us int?, recorded_us int, made_post int,
--     values_hash int
-- out: id int
-- gives: one
-- does: writes
INSERT INTO snapshot (workspace_id, post_id, import_id, source, taken_us, recorded_us, made_post,
                      values_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id;

-- Sixteen points at once: one statement a post, for nearly all files. Unused places have no def.
-- query: metric_points_insert
-- in: snapshot int, d1 int?, v1 real?, r1 text?, d2 int?, v2 real?, r2 text?, d3 int?, v3 real?, r3 text?,
--     d4 int?, v4 real?, r4 text?, d5 int?, v5 real?, r5 text?, d6 int?, v6 real?, r6 text?,
--     d7 int?, v7 real?, r7 text?, d8 int?, v8 real?, r8 text?, d9 int?, v9 real?, r9 text?,
--     d10 int?, v10 real?, r10 text?, d11 int?, v11 real?, r11 text?, d12 int?, v12 real?, r12 text?,
--     d13 int?, v13 real?, r13 text?, d14 int?, v14 real?, r14 text?, d15 int?, v15 real?, r15 text?,
--     d16 int?, v16 real?, r16 text?
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO metric_point (snapshot_id, def_id, value, reason)
SELECT $1, v.column1, v.column2, v.column3
FROM (VALUES ($2, $3, $4), ($5, $6, $7), ($8, $9, $10), ($11, $12, $13), ($14, $15, $16), ($17, $18, $19),
             ($20, $21, $22), ($23, $24, $25), ($26, $27, $28), ($29, $30, $31), ($32, $33, $34),
             ($35, $36, $37), ($38, $39, $40), ($41, $42, $43), ($44, $45, $46), ($47, $48, $49)) AS v
WHERE v.column1 IS NOT NULL;

-- query: sum_post_insert
-- in: post int, workspace int, taken_us int?, followers int?, reach int?, impressions int?,
--     interactions int?, engaged int?, likes int?, comments int?, shares int?, saves int?, clicks int?,
--     link_clicks int?, video_views int?
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO sum_post (post_id, workspace_id, taken_us, followers, reach, impressions, interactions,
                      engaged, likes, comments, shares, saves, clicks, link_clicks, video_views)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- query: sum_post_forget
-- in: post int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM sum_post WHERE post_id = $1;

-- query: sum_post_forget_all
-- in: nothing
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM sum_post;

-- The next posts that have snapshots and no sum, up to a number of them: their last id.
-- query: sum_post_missing
-- in: after int, limit_n int
-- out: last int?
-- gives: one
-- does: reads
SELECT max(m.post_id) AS last
FROM (SELECT DISTINCT s.post_id FROM snapshot AS s
      WHERE s.post_id > $1
        AND NOT EXISTS (SELECT 1 FROM sum_post AS x WHERE x.post_id = s.post_id)
      ORDER BY s.post_id LIMIT $2) AS m;

-- Makes what is missing among posts $1 < id <= $2: the latest known value of each metric. A look whose
-- time is not known counts as taken when it was recorded, which it was at the latest.
-- query: sum_post_fill
-- in: after int, last int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO sum_post (post_id, workspace_id, taken_us, followers, reach, impressions, interactions,
                      engaged, likes, comments, shares, saves, clicks, link_clicks, video_views)
SELECT s.post_id, s.workspace_id, max(s.taken_us),
       CAST(max(CASE WHEN l.metric = 'followers' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'reach' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'impressions' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'interactions' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'engaged' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'likes' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'comments' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'shares' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'saves' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'clicks' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'link_clicks' THEN l.value END) AS BIGINT),
       CAST(max(CASE WHEN l.metric = 'video_views' THEN l.value END) AS BIGINT)
FROM snapshot AS s
LEFT JOIN (
    SELECT k.id AS snapshot_id, d.metric AS metric, m.value AS value,
           row_number() OVER (PARTITION BY k.post_id, d.metric
                              ORDER BY coalesce(k.taken_us, k.recorded_us) DESC, k.id DESC) AS place
    FROM snapshot AS k
    JOIN metric_point AS m ON m.snapshot_id = k.id
    JOIN metric_def AS d ON d.id = m.def_id
    WHERE k.post_id > $1 AND k.post_id <= $2 AND m.value IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM sum_post AS x WHERE x.post_id = k.post_id)
) AS l ON l.snapshot_id = s.id AND l.place = 1
WHERE s.post_id > $1 AND s.post_id <= $2
  AND NOT EXISTS (SELECT 1 FROM sum_post AS y WHERE y.post_id = s.post_id)
GROUP BY s.post_id, s.workspace_id;

-- query: import_moment
-- in: id int
-- out: applied_us int
-- gives: maybe
-- does: reads
SELECT applied_us FROM import WHERE id = $1;
