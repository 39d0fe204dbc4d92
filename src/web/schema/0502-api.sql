-- Answers of the API to requests that carried an idempotency key: the same key gets the same answer for 48 hours. The
-- row is written in the transaction of the effect itself: neither is ever there without the other.
CREATE TABLE api_claim (
    token_id @int@ NOT NULL REFERENCES api_token (id),
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash @bytes@ NOT NULL,
    status @int@ NOT NULL,
    location TEXT,
    answer TEXT NOT NULL,
    created_us @int@ NOT NULL,
    PRIMARY KEY (token_id, key)
) @strict@;
CREATE INDEX api_claim_by_age ON api_claim (created_us);
