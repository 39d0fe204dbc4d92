-- Pictures and films. The same bytes are kept once a workspace. width and height are 0 where unknown.
CREATE TABLE media (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    alt TEXT NOT NULL,
    bytes @int@ NOT NULL,
    width @int@ NOT NULL,
    height @int@ NOT NULL,
    created_us @int@ NOT NULL,
    UNIQUE (workspace_id, sha256)
) @strict@;

-- The bytes, in pieces of 256 KiB but the last, numbered from 0.
CREATE TABLE media_piece (
    id @id@,
    media_id @int@ NOT NULL REFERENCES media (id),
    n @int@ NOT NULL,
    bytes @bytes@ NOT NULL,
    UNIQUE (media_id, n)
) @strict@;
