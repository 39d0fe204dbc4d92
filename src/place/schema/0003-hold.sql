-- Workspaces on hold: a row while nothing may be sent.
CREATE TABLE hold (
    id @id@,
    workspace_id @int@ NOT NULL UNIQUE REFERENCES workspace (id),
    since_us @int@ NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200)
) @strict@;

-- What was done to holds, never changed.
CREATE TABLE hold_change (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    change TEXT NOT NULL CHECK (change IN ('set', 'released')),
    reason TEXT NOT NULL,
    at_us @int@ NOT NULL
) @strict@;
CREATE INDEX hold_change_of_workspace ON hold_change (workspace_id, id);
