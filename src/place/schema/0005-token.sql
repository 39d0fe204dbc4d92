-- What programs come in with: only the SHA-256 of the secret is kept. scopes is a set of bits (place/token.h). A
-- revoked token stays listed, so that its owner can see what had been let in.
CREATE TABLE api_token (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    person_id @int@ NOT NULL REFERENCES person (id),
    token_hash @bytes@ NOT NULL UNIQUE,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    scopes @int@ NOT NULL CHECK (scopes BETWEEN 1 AND 15),
    created_us @int@ NOT NULL,
    used_day @int@,
    revoked_us @int@
) @strict@;
CREATE INDEX api_token_of_workspace ON api_token (workspace_id, id);
CREATE INDEX api_token_of_person ON api_token (person_id);
