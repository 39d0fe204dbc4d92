-- The steps of import_undo, in their order.

-- query: undo_sums
-- in: import int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM sum_post WHERE post_id IN (SELECT post_id FROM snapshot WHERE import_id = $1);

-- query: undo_counts
-- in: import int
-- out: snapshots_n int, points_n int
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM snapshot WHERE import_id = $1) AS snapshots_n,
       (SELECT count(*) FROM metric_point AS m JOIN snapshot AS s ON s.id = m.snapshot_id
        WHERE s.import_id = $1) AS points_n;

-- Posts that came with it and about which nothing else is known.
-- query: undo_mark_posts
-- in: import int
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO import_made (import_id, kind, thing_id)
SELECT $1, 'post', s.post_id FROM snapshot AS s
WHERE s.import_id = $1 AND s.made_post = 1
  AND NOT EXISTS (SELECT 1 FROM snapshot AS o
                  WHERE o.post_id = s.post_id AND (o.import_id IS NULL OR o.import_id <> $1));

-- query: undo_marked
-- in: import int
-- out: posts_n int, posts_kept int
-- gives: one
-- does: reads
SELECT (SELECT count(*) FROM import_made WHERE import_id = $1 AND kind = 'post') AS posts_n,
       (SELECT count(*) FROM snapshot WHERE import_id = $1 AND made_post = 1)
       - (SELECT count(*) FROM import_made WHERE import_id = $1 AND kind = 'post') AS posts_kept;

-- A post that stays now belongs to the first of the later imports that know it, as if that had made it.
-- query: undo_hand_over
-- in: import int
-- out: nothing
-- gives: none
-- does: writes
UPDATE snapshot SET made_post = 1
WHERE id IN (SELECT min(o.id) FROM snapshot AS o
             JOIN snapshot AS s ON s.post_id = o.post_id AND s.import_id = $1 AND s.made_post = 1
             WHERE o.import_id <> $1
             GROUP BY o.post_id);

-- query: undo_points
-- in: import int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM metric_point WHERE snapshot_id IN (SELECT id FROM snapshot WHERE import_id = $1);

-- query: undo_snapshots
-- in: import int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM snapshot WHERE import_id = $1;

-- query: undo_posts
-- in: import int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM post
WHERE id IN (SELECT thing_id FROM import_made WHERE import_id = $1 AND kind = 'post');

-- query: undo_unmark_posts
-- in: import int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM import_made WHERE import_id = $1 AND kind = 'post';

-- Tactics it made, untouched since, that nothing uses.
-- query: undo_tactics
-- in: import int
-- out: id int
-- gives: many
-- does: writes
DELETE FROM tactic
WHERE id IN (SELECT m.thing_id FROM import_made AS m
             WHERE m.import_id = $1 AND m.kind = 'tactic' ORDER BY m.thing_id LIMIT 1000)
  AND revision = 1
  AND NOT EXISTS (SELECT 1 FROM post WHERE post.tactic_id = tactic.id)
  AND NOT EXISTS (SELECT 1 FROM tactic_objective AS o WHERE o.tactic_id = tactic.id)
RETURNING id;

-- query: undo_done
-- in: import int, undone_us int
-- out: nothing
-- gives: none
-- does: writes
UPDATE import SET undone_us = $2 WHERE id = $1;

-- A channel can only go when no record of an import points at it: undone ones let go of it first.
-- query: undo_let_go
-- in: import int
-- out: nothing
-- gives: none
-- does: writes
UPDATE import SET channel_id = NULL
WHERE undone_us IS NOT NULL
  AND channel_id IN (SELECT m.thing_id FROM import_made AS m
                     WHERE m.import_id = $1 AND m.kind = 'channel')
  AND NOT EXISTS (SELECT 1 FROM post WHERE post.channel_id = import.channel_id)
  AND NOT EXISTS (SELECT 1 FROM import AS o
                  WHERE o.channel_id = import.channel_id AND o.undone_us IS NULL);

-- query: undo_channels
-- in: import int
-- out: id int
-- gives: many
-- does: writes
DELETE FROM channel
WHERE id IN (SELECT m.thing_id FROM import_made AS m
             WHERE m.import_id = $1 AND m.kind = 'channel' ORDER BY m.thing_id LIMIT 10)
  AND revision = 1
  AND NOT EXISTS (SELECT 1 FROM post WHERE post.channel_id = channel.id)
  AND NOT EXISTS (SELECT 1 FROM import WHERE import.channel_id = channel.id)
RETURNING id;
