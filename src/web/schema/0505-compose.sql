-- A composer's form that was sent: which message it made, so that sending it twice makes one. sent_hash: of what was
-- sent when it was taken for good (null before); kept for some days.
CREATE TABLE compose_form (
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    key TEXT NOT NULL,
    message_id @int@ NOT NULL REFERENCES message (id),
    revision @int@ NOT NULL,
    sent_hash TEXT,
    created_us @int@ NOT NULL,
    PRIMARY KEY (workspace_id, key)
) @strict@;
CREATE INDEX compose_form_of_message ON compose_form (message_id);
CREATE INDEX compose_form_by_age ON compose_form (created_us);
