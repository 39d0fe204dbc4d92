-- A message: composed once, for one or more channels. What went out of it are posts (doc/decisions/0012).
CREATE TABLE message (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    title TEXT,
    body TEXT NOT NULL,
    link TEXT,
    tactic_id @int@ REFERENCES tactic (id),
    objective_id @int@ REFERENCES objective (id),
    intent TEXT NOT NULL CHECK (intent IN ('planned', 'explore', 'adhoc', 'unknown')),
    format TEXT,
    creation TEXT,
    topic TEXT,
    language TEXT,
    queue TEXT,
    experiment_arm TEXT,
    hashtags TEXT,
    effort_minutes @int@,
    cost_minor @int@,
    currency TEXT,
    warning TEXT,
    visibility TEXT,
    tags TEXT,
    categories TEXT,
    use_by_us @int@,
    created_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    archived_us @int@,
    revision @int@ NOT NULL DEFAULT 1
) @strict@;
CREATE INDEX message_of_workspace ON message (workspace_id, archived_us, changed_us, id);
CREATE INDEX message_of_tactic ON message (tactic_id);
CREATE INDEX message_of_objective ON message (objective_id);

-- Its form for one channel; null: as the message has it.
CREATE TABLE variant (
    message_id @int@ NOT NULL REFERENCES message (id),
    channel_id @int@ NOT NULL REFERENCES channel (id),
    title TEXT,
    body TEXT,
    link TEXT,
    warning TEXT,
    visibility TEXT,
    slug TEXT,
    options TEXT,
    PRIMARY KEY (message_id, channel_id)
) @strict@;
CREATE INDEX variant_of_channel ON variant (channel_id);

-- Its pictures, in order. media_id: place's media (id).
CREATE TABLE message_file (
    message_id @int@ NOT NULL REFERENCES message (id),
    ordinal @int@ NOT NULL,
    media_id @int@ NOT NULL,
    alt TEXT NOT NULL,
    PRIMARY KEY (message_id, ordinal)
) @strict@;
CREATE INDEX message_file_of_media ON message_file (media_id);

-- What a message was at each of its revisions, the present one too: JSON of all its fields, variants and
-- files. Only ever added to.
CREATE TABLE message_revision (
    message_id @int@ NOT NULL REFERENCES message (id),
    revision @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (message_id, revision)
) @strict@;

-- A standing appointment of a channel. weekday: 1 to 7, Monday 1; 0 every day. queue '': the channel's own.
CREATE TABLE slot (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    channel_id @int@ NOT NULL REFERENCES channel (id),
    queue TEXT NOT NULL,
    weekday @int@ NOT NULL CHECK (weekday BETWEEN 0 AND 7),
    hour @int@ NOT NULL CHECK (hour BETWEEN 0 AND 23),
    minute @int@ NOT NULL CHECK (minute BETWEEN 0 AND 59),
    created_us @int@ NOT NULL,
    UNIQUE (channel_id, queue, weekday, hour, minute)
) @strict@;
CREATE INDEX slot_of_workspace ON slot (workspace_id);

-- Queues that stand still: no slot of them is offered.
CREATE TABLE queue_pause (
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    queue TEXT NOT NULL,
    paused_us @int@ NOT NULL,
    PRIMARY KEY (workspace_id, queue)
) @strict@;

-- A message that comes again by a rule. anchor_us: the wall time of the first, as if it were UTC. Rule,
-- anchor and zone never change in place: occurrences are counted by them.
CREATE TABLE recurrence (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    message_id @int@ NOT NULL REFERENCES message (id),
    rule TEXT NOT NULL,
    anchor_us @int@ NOT NULL,
    zone TEXT NOT NULL,
    end_us @int@,
    count_max @int@,
    cooldown_days @int@ NOT NULL DEFAULT 0,
    paused @int@ NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    created_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    revision @int@ NOT NULL DEFAULT 1
) @strict@;
CREATE INDEX recurrence_of_workspace ON recurrence (workspace_id);
CREATE INDEX recurrence_of_message ON recurrence (message_id);

-- What became of the k-th occurrence: a message, or null when it is skipped. Once.
CREATE TABLE occurrence (
    recurrence_id @int@ NOT NULL REFERENCES recurrence (id),
    k @int@ NOT NULL CHECK (k >= 1),
    message_id @int@ REFERENCES message (id),
    marked_us @int@ NOT NULL,
    PRIMARY KEY (recurrence_id, k),
    UNIQUE (message_id)
) @strict@;
