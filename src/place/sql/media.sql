-- query: media_begin
-- in: workspace int, sha256 text, name text, mime text, alt text, created_us int, made_of int?
-- out: id int
-- gives: one
-- does: writes
INSERT INTO media (workspace_id, sha256, name, mime, alt, bytes, width, height, created_us, made_of)
VALUES ($1, $2, $3, $4, $5, 0, 0, 0, $6, $7) RETURNING id;

-- query: media_piece_add
-- in: media int, n int, bytes bytes
-- out: nothing
-- gives: none
-- does: writes
INSERT INTO media_piece (media_id, n, bytes) VALUES ($1, $2, $3);

-- query: media_bytes_set
-- in: id int, bytes int
-- out: nothing
-- gives: none
-- does: writes
UPDATE media SET bytes = $2 WHERE id = $1;

-- query: media_end
-- in: id int, sha256 text, width int, height int
-- out: nothing
-- gives: none
-- does: writes
UPDATE media SET sha256 = $2, width = $3, height = $4 WHERE id = $1;

-- query: media_pieces_delete
-- in: media int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM media_piece WHERE media_id = $1;

-- query: media_delete
-- in: id int
-- out: nothing
-- gives: none
-- does: writes
DELETE FROM media WHERE id = $1;

-- query: media_by_hash
-- in: workspace int, sha256 text
-- out: id int
-- gives: maybe
-- does: reads
SELECT id FROM media WHERE workspace_id = $1 AND sha256 = $2;

-- query: media_by_id
-- in: workspace int, id int
-- out: id int, workspace int, sha256 text, name text, mime text, alt text, bytes int, width int, height int,
--      created_us int
-- gives: maybe
-- does: reads
SELECT id, workspace_id AS workspace, sha256, name, mime, alt, bytes, width, height, created_us
FROM media WHERE workspace_id = $1 AND id = $2;

-- query: media_page
-- in: workspace int, limit_n int
-- out: id int, workspace int, sha256 text, name text, mime text, alt text, bytes int, width int, height int,
--      created_us int
-- gives: many
-- does: reads
SELECT id, workspace_id AS workspace, sha256, name, mime, alt, bytes, width, height, created_us
FROM media WHERE workspace_id = $1 AND made_of IS NULL ORDER BY id DESC LIMIT $2;

-- query: media_piece
-- in: id int, n int
-- out: total int, piece bytes?
-- gives: maybe
-- does: reads
SELECT m.bytes AS total, p.bytes AS piece
FROM media m LEFT JOIN media_piece p ON p.media_id = m.id AND p.n = $2 WHERE m.id = $1;

-- Brought in by a person after it had been made of another.
-- query: media_own
-- in: id int
-- out: nothing
-- gives: none
-- does: writes
UPDATE media SET made_of = NULL WHERE id = $1 AND made_of IS NOT NULL;

-- query: media_alt_set
-- in: workspace int, id int, alt text
-- out: id int
-- gives: maybe
-- does: writes
UPDATE media SET alt = $3 WHERE workspace_id = $1 AND id = $2 RETURNING id;
