-- A tactic: a repeatable way of acting, with what is expected of it and what it costs.
CREATE TABLE tactic (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    hypothesis TEXT NOT NULL DEFAULT '',
    effort_minutes @int@,
    cost_minor @int@,
    currency TEXT,
    created_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    archived_us @int@,
    revision @int@ NOT NULL DEFAULT 1,
    UNIQUE (workspace_id, name)
) @strict@;

CREATE TABLE tactic_objective (
    tactic_id @int@ NOT NULL REFERENCES tactic (id),
    objective_id @int@ NOT NULL REFERENCES objective (id),
    PRIMARY KEY (tactic_id, objective_id)
) @strict@;
CREATE INDEX tactic_objective_of_objective ON tactic_objective (objective_id);

-- A post as it went out, with every field that learning may need: they cannot be recovered later.
-- published_us is unknown for some exports, which give only parts of the local date: each part that is
-- known is kept (local_day: days since 1970-01-01; weekday as the file or ISO numbers it, 1 to 7).
-- order_us is the best known moment, for lists: published_us, else midnight of local_day, else 0, which
-- no post of a network can have.
-- identity: doc/decisions/0009.
CREATE TABLE post (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    channel_id @int@ NOT NULL REFERENCES channel (id),
    tactic_id @int@ REFERENCES tactic (id),
    objective_id @int@ REFERENCES objective (id),
    intent TEXT NOT NULL CHECK (intent IN ('planned', 'explore', 'adhoc', 'unknown')),
    identity TEXT NOT NULL,
    remote_id TEXT,
    permalink TEXT,
    title TEXT,
    body TEXT,
    body_graphemes @int@,
    format TEXT,
    media TEXT,
    creation TEXT,
    topic TEXT,
    link TEXT,
    hashtags TEXT,
    language TEXT,
    published_us @int@,
    local_day @int@,
    local_month @int@ CHECK (local_month BETWEEN 1 AND 12),
    local_weekday @int@ CHECK (local_weekday BETWEEN 1 AND 7),
    local_hour @int@ CHECK (local_hour BETWEEN 0 AND 23),
    order_us @int@ NOT NULL,
    queue TEXT,
    experiment_arm TEXT,
    paid @int@ CHECK (paid IN (0, 1)),
    effort_minutes @int@,
    cost_minor @int@,
    currency TEXT,
    created_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    archived_us @int@,
    revision @int@ NOT NULL DEFAULT 1,
    UNIQUE (channel_id, identity)
) @strict@;
CREATE INDEX post_of_workspace ON post (workspace_id, archived_us, order_us, id);
CREATE INDEX post_of_tactic ON post (tactic_id);
CREATE INDEX post_of_objective ON post (objective_id);
