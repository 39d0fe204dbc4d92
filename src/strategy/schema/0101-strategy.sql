-- A channel: one account on one network. Owned ground (site, blog, newsletter) or rented (others' places).
CREATE TABLE channel (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    network TEXT NOT NULL,
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    ownership TEXT NOT NULL CHECK (ownership IN ('owned', 'rented')),
    created_us @int@ NOT NULL,
    archived_us @int@,
    revision @int@ NOT NULL DEFAULT 1,
    UNIQUE (workspace_id, network, handle)
) @strict@;

-- An objective: a wanted outcome. Days are counted from 1970-01-01 in the workspace's zone; the value
-- of one unit is money in the smallest unit of its currency.
CREATE TABLE objective (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    metric TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('up', 'down', 'within')),
    baseline @real@,
    target @real@,
    low @real@,
    high @real@,
    start_day @int@,
    deadline_day @int@,
    unit_value_minor @int@,
    currency TEXT,
    owner_id @int@ REFERENCES person (id),
    parent_id @int@ REFERENCES objective (id),
    why TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'reached', 'missed', 'dropped')),
    created_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    archived_us @int@,
    revision @int@ NOT NULL DEFAULT 1
) @strict@;
CREATE INDEX objective_of_workspace ON objective (workspace_id, archived_us, deadline_day);
CREATE INDEX objective_of_parent ON objective (parent_id);

-- What an objective was before each change, and why it was changed. Never rewritten.
CREATE TABLE objective_change (
    id @id@,
    objective_id @int@ NOT NULL REFERENCES objective (id),
    revision @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    baseline @real@,
    target @real@,
    low @real@,
    high @real@,
    start_day @int@,
    deadline_day @int@,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (objective_id, revision)
) @strict@;
