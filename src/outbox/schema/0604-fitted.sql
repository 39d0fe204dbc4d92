-- A picture made fit for what an account takes (limits: a word of ours), so that it is done once.
-- notes: what was done, in the workspace's language; empty when nothing had to be.
CREATE TABLE fitted (
    media_id @int@ NOT NULL REFERENCES media (id),
    limits TEXT NOT NULL,
    fitted_id @int@ NOT NULL REFERENCES media (id),
    notes TEXT NOT NULL,
    PRIMARY KEY (media_id, limits)
) @strict@;
