-- The connection of a channel to its network. secrets is sealed (place/vault.h) with the context
-- "account/<channel>/secrets"; network is the driver's word (channel/driver.h); settings and limits are JSON objects.
-- refresh_*: the lease of the one token refresh an account may have under way. ask_*: the last question a
-- page put to the worker, and its answer. last_out_us: when something last went out, for the spacing of late ones.
CREATE TABLE account (
    channel_id @int@ PRIMARY KEY REFERENCES channel (id),
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    network TEXT NOT NULL,
    server TEXT NOT NULL,
    handle TEXT NOT NULL,
    user_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('connected', 'failing', 'dead')),
    secrets @bytes@,
    settings TEXT,
    limits TEXT,
    token_expires_us @int@,
    verified_us @int@,
    failed_us @int@,
    failures_n @int@ NOT NULL DEFAULT 0,
    class TEXT,
    words TEXT,
    refresh_worker TEXT,
    refresh_until_us @int@,
    last_out_us @int@,
    ask_op TEXT,
    ask_argument TEXT,
    ask_us @int@,
    ask_worker TEXT,
    ask_done_us @int@,
    ask_good @int@ CHECK (ask_good IN (0, 1)),
    ask_visit TEXT,
    ask_class TEXT,
    ask_words TEXT,
    created_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    revision @int@ NOT NULL DEFAULT 1
) @strict@;
CREATE INDEX account_of_workspace ON account (workspace_id, channel_id);

-- A delivery: one message to one channel. doc/decisions/0013 is its protocol.
-- next_us: when there is something to do by itself; null: nothing is. worker: who has it just now.
-- key, slug, made_us and content are chosen once and kept, so that every send is byte-identical: content is
-- what goes out (JSON), frozen before the first publishing step and not changed by later edits of the message.
-- memo (JSON): what the driver confirmed so far. live: a publishing step was confirmed, so a part is out.
-- armed_us: when the publishing step whose outcome is not known was begun.
CREATE TABLE delivery (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    message_id @int@ NOT NULL REFERENCES message (id),
    channel_id @int@ NOT NULL REFERENCES channel (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'held', 'scheduled', 'claimed', 'sending', 'deferred',
        'unknown', 'person', 'published', 'rejected', 'missed', 'cancelled')),
    due_us @int@ NOT NULL,
    wall TEXT,
    zone TEXT,
    queue TEXT,
    use_by_us @int@,
    next_us @int@,
    published_us @int@,
    attempts_n @int@ NOT NULL DEFAULT 0,
    tries_n @int@ NOT NULL DEFAULT 0,
    looks_n @int@ NOT NULL DEFAULT 0,
    absent_n @int@ NOT NULL DEFAULT 0,
    deaths_n @int@ NOT NULL DEFAULT 0,
    waits_n @int@ NOT NULL DEFAULT 0,
    live @int@ NOT NULL DEFAULT 0 CHECK (live IN (0, 1)),
    step TEXT,
    remote_id TEXT,
    permalink TEXT,
    class TEXT,
    reason TEXT,
    words TEXT,
    post_id @int@ REFERENCES post (id),
    key TEXT NOT NULL CHECK (length(key) = 32),
    slug TEXT,
    made_us @int@,
    content TEXT,
    memo TEXT,
    armed_us @int@,
    worker TEXT,
    created_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    revision @int@ NOT NULL DEFAULT 1,
    UNIQUE (key),
    CHECK ((state IN ('claimed', 'sending')) <= (worker IS NOT NULL)),
    CHECK (state NOT IN ('published', 'rejected', 'missed', 'cancelled', 'held', 'draft', 'person')
           OR (next_us IS NULL AND worker IS NULL)),
    CHECK (state NOT IN ('scheduled', 'deferred', 'unknown') OR next_us IS NOT NULL)
) @strict@;
-- One message goes to one channel once.
CREATE UNIQUE INDEX delivery_once ON delivery (message_id, channel_id) WHERE state <> 'cancelled';
-- Each account is a serial lane: the data themselves refuse a second worker on it.
CREATE UNIQUE INDEX delivery_lane ON delivery (channel_id) WHERE worker IS NOT NULL;
CREATE INDEX delivery_next ON delivery (next_us) WHERE next_us IS NOT NULL;
CREATE INDEX delivery_of_channel ON delivery (channel_id, due_us, id);
CREATE INDEX delivery_of_workspace ON delivery (workspace_id, due_us, id);
CREATE INDEX delivery_of_worker ON delivery (worker) WHERE worker IS NOT NULL;

-- One request, written down before its first byte leaves. ended_us null: nobody knows how it ended.
CREATE TABLE attempt (
    id @id@,
    delivery_id @int@ NOT NULL REFERENCES delivery (id),
    n @int@ NOT NULL,
    op TEXT NOT NULL,
    step TEXT NOT NULL,
    publishes @int@ NOT NULL CHECK (publishes IN (0, 1)),
    cosmetic @int@ NOT NULL CHECK (cosmetic IN (0, 1)),
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    worker TEXT NOT NULL,
    began_us @int@ NOT NULL,
    deadline_us @int@ NOT NULL,
    ended_us @int@,
    outcome TEXT,
    status @int@,
    class TEXT,
    words TEXT,
    remote_id TEXT,
    UNIQUE (delivery_id, n)
) @strict@;
CREATE INDEX attempt_open ON attempt (delivery_id) WHERE ended_us IS NULL;

-- What happened to a delivery but its requests, and by whom: a person's name, or none for the house itself.
CREATE TABLE delivery_event (
    id @id@,
    delivery_id @int@ NOT NULL REFERENCES delivery (id),
    at_us @int@ NOT NULL,
    who TEXT,
    act TEXT NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    detail TEXT
) @strict@;
CREATE INDEX delivery_event_of_delivery ON delivery_event (delivery_id, id);

-- Who works: its process tells whether it lives; its beat only where the process cannot be seen.
CREATE TABLE worker (
    name TEXT PRIMARY KEY,
    boot TEXT NOT NULL,
    pid @int@ NOT NULL,
    process_start @int@ NOT NULL,
    started_us @int@ NOT NULL,
    seen_us @int@ NOT NULL,
    stopped_us @int@
) @strict@;
CREATE INDEX worker_running ON worker (seen_us) WHERE stopped_us IS NULL;

-- What a person should hear of: one open incident a subject and kind.
CREATE TABLE incident (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    first_us @int@ NOT NULL,
    last_us @int@ NOT NULL,
    seen_n @int@ NOT NULL DEFAULT 1,
    told_us @int@,
    closed_us @int@
) @strict@;
CREATE UNIQUE INDEX incident_once ON incident (workspace_id, subject, kind) WHERE closed_us IS NULL;
CREATE INDEX incident_untold ON incident (first_us) WHERE told_us IS NULL;

-- A notice on its way to a person, by a means that is not one of the channels; written with what it tells of.
CREATE TABLE notice (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    incident_id @int@ NOT NULL REFERENCES incident (id),
    means TEXT NOT NULL CHECK (means IN ('mail', 'webhook')),
    text TEXT NOT NULL,
    next_us @int@,
    tries_n @int@ NOT NULL DEFAULT 0,
    sent_us @int@,
    words TEXT,
    created_us @int@ NOT NULL,
    UNIQUE (incident_id, means)
) @strict@;
CREATE INDEX notice_next ON notice (next_us) WHERE next_us IS NOT NULL;

-- The private hosts the owner allows the program to call.
CREATE TABLE egress (
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    host TEXT NOT NULL,
    created_us @int@ NOT NULL,
    PRIMARY KEY (workspace_id, host)
) @strict@;
