-- What a network still lets an account ask (wire/bucket.h), as it said or as was counted: kept so that neither a restart nor
-- another worker forgets it. family: requests the network counts apart; empty: all of the account.
CREATE TABLE rate (
    channel_id @int@ NOT NULL REFERENCES channel (id),
    family TEXT NOT NULL,
    limit_n @int@ NOT NULL,
    remaining_n @int@ NOT NULL,
    window_us @int@ NOT NULL,
    reset_us @int@ NOT NULL,
    closed_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    PRIMARY KEY (channel_id, family)
) @strict@;
