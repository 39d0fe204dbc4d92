-- A file somebody uploaded and has not decided upon, with what they said of it so far. The file itself lies in the
-- folder of uploads under its key; both go after a day, or when the import is undone.
CREATE TABLE pending (
    key TEXT NOT NULL PRIMARY KEY,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    person_id @int@ NOT NULL REFERENCES person (id),
    file_name TEXT NOT NULL,
    channel_id @int@ REFERENCES channel (id),
    network TEXT,
    dates TEXT,
    decimal_sign TEXT,
    columns_said TEXT,
    import_id @int@ REFERENCES import (id),
    created_us @int@ NOT NULL
) @strict@;
CREATE INDEX pending_of_workspace ON pending (workspace_id, created_us);
