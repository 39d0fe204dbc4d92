-- Answers of the effects model, as they were given: which model, from which data, from which chance, how well
-- the computation went. Append-only; the latest of an outcome is the one shown. data_mark changes whenever the
-- data an answer stands on may have changed: an answer with another mark is shown as stale.
CREATE TABLE learn_result (
    id @id@,
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    outcome TEXT NOT NULL,
    model TEXT NOT NULL,
    model_version @int@ NOT NULL,
    fingerprint TEXT NOT NULL,
    data_mark TEXT NOT NULL,
    seed TEXT NOT NULL,
    settled @int@ NOT NULL CHECK (settled IN (0, 1)),
    computed_us @int@ NOT NULL,
    seconds @real@ NOT NULL,
    result TEXT NOT NULL,
    draws @bytes@,
    draws_n @int@ NOT NULL,
    columns_n @int@ NOT NULL
) @strict@;
CREATE INDEX learn_result_of_outcome ON learn_result (workspace_id, outcome, id);
