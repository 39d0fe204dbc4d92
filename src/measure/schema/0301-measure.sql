-- One file taken in whole, in one transaction; it can be taken out whole. The record stays either way.
CREATE TABLE import (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    channel_id @int@ REFERENCES channel (id),
    channel_name TEXT NOT NULL,
    source TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    file_bytes @int@ NOT NULL,
    mapping TEXT NOT NULL,
    taken_us @int@,
    applied_us @int@ NOT NULL,
    rows_n @int@ NOT NULL,
    warned_n @int@ NOT NULL,
    refused_n @int@ NOT NULL,
    posts_n @int@ NOT NULL,
    snapshots_n @int@ NOT NULL,
    points_n @int@ NOT NULL,
    undone_us @int@
) @strict@;
CREATE INDEX import_of_workspace ON import (workspace_id, id);
CREATE INDEX import_of_file ON import (workspace_id, file_sha256);

-- Channels and tactics an import had to make, taken out with it when nothing else uses them by then; while
-- it is being undone, also the posts that go.
CREATE TABLE import_made (
    import_id @int@ NOT NULL REFERENCES import (id),
    kind TEXT NOT NULL CHECK (kind IN ('channel', 'tactic', 'post')),
    thing_id @int@ NOT NULL,
    PRIMARY KEY (import_id, kind, thing_id)
) @strict@;

-- How a person said the columns of a kind of file are to be read; kept by the set of its headers.
CREATE TABLE import_mapping (
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    fingerprint TEXT NOT NULL,
    name TEXT NOT NULL,
    mapping TEXT NOT NULL,
    changed_us @int@ NOT NULL,
    PRIMARY KEY (workspace_id, fingerprint)
) @strict@;

-- What a number means: the source's own name for it beside our word for it. Never summed across
-- networks unless the word is the same and its definition allows it.
CREATE TABLE metric_def (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    network TEXT NOT NULL,
    native TEXT NOT NULL,
    metric TEXT NOT NULL,
    version @int@ NOT NULL,
    UNIQUE (workspace_id, network, native, metric, version)
) @strict@;

-- One look at one post: when it was taken (null: not known), where from. recorded_us orders looks whose
-- time is not known. made_post: this look is what brought the post into the file.
CREATE TABLE snapshot (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    post_id @int@ NOT NULL REFERENCES post (id),
    import_id @int@ REFERENCES import (id),
    source TEXT NOT NULL,
    taken_us @int@,
    recorded_us @int@ NOT NULL,
    made_post @int@ NOT NULL CHECK (made_post IN (0, 1)),
    values_hash @int@ NOT NULL
) @strict@;
CREATE INDEX snapshot_of_post ON snapshot (post_id, recorded_us);
CREATE INDEX snapshot_of_import ON snapshot (import_id);

-- Metric points: (post, metric, time, value, source), append-only. A value that is not there is null with
-- the reason, never 0.
CREATE TABLE metric_point (
    snapshot_id @int@ NOT NULL REFERENCES snapshot (id),
    def_id @int@ NOT NULL REFERENCES metric_def (id),
    value @real@,
    reason TEXT,
    PRIMARY KEY (snapshot_id, def_id),
    CHECK ((value IS NULL) = (reason IS NOT NULL))
) @strict@;

-- Computed: the latest known value of each metric of a post. `propre rebuild` makes it again.
CREATE TABLE sum_post (
    post_id @int@ NOT NULL PRIMARY KEY REFERENCES post (id),
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    taken_us @int@,
    followers @int@,
    reach @int@,
    impressions @int@,
    interactions @int@,
    engaged @int@,
    likes @int@,
    comments @int@,
    shares @int@,
    saves @int@,
    clicks @int@,
    link_clicks @int@,
    video_views @int@
) @strict@;
