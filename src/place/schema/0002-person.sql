-- Who may come in. name_key is the name with A-Z made small: what is typed to sign in.
-- password is an Argon2id string, null until the person has chosen one.
CREATE TABLE person (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'reader')),
    password TEXT,
    created_us @int@ NOT NULL
) @strict@;
CREATE INDEX person_of_workspace ON person (workspace_id, id);

-- One-time links: only the SHA-256 of the secret is kept. A row lasts until it is used, replaced or late.
CREATE TABLE sign_in_link (
    id @id@,
    person_id @int@ NOT NULL REFERENCES person (id),
    token_hash @bytes@ NOT NULL UNIQUE,
    expires_us @int@ NOT NULL
) @strict@;
CREATE INDEX sign_in_link_of_person ON sign_in_link (person_id);

-- Who is in. An ended session has no row.
CREATE TABLE session (
    id @id@,
    person_id @int@ NOT NULL REFERENCES person (id),
    token_hash @bytes@ NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    created_us @int@ NOT NULL,
    seen_us @int@ NOT NULL,
    expires_us @int@ NOT NULL
) @strict@;
CREATE INDEX session_of_person ON session (person_id, seen_us);

-- Guesses of the last minutes, by a hash of the name typed: people type passwords into name fields.
CREATE TABLE sign_in_guess (
    id @id@,
    account_hash @bytes@ NOT NULL,
    at_us @int@ NOT NULL
) @strict@;
CREATE INDEX sign_in_guess_of_account ON sign_in_guess (account_hash, at_us);
