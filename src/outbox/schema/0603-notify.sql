-- Where notices of incidents go: by mail, by a webhook, or both. secrets is sealed (place/vault.h) with the context
-- "notify/<workspace>/<means>": of mail the password, of a webhook its address and key. server: of a webhook its
-- host, to be shown. recipients: one a line. pages: where a person reaches our pages, for links.
-- good_us, failed_us, words: how it last went. test_*: the last test a person asked a worker for, and what came of it.
CREATE TABLE notify (
    workspace_id @int@ NOT NULL REFERENCES workspace (id),
    means TEXT NOT NULL CHECK (means IN ('mail', 'webhook')),
    server TEXT NOT NULL,
    port @int@,
    tls TEXT CHECK (tls IN ('starttls', 'tls', 'none')),
    user_name TEXT,
    sender TEXT,
    recipients TEXT,
    secrets @bytes@,
    lang TEXT CHECK (lang IN ('en', 'fr')),
    pages TEXT,
    good_us @int@,
    failed_us @int@,
    words TEXT,
    test_us @int@,
    test_done_us @int@,
    test_good @int@ CHECK (test_good IN (0, 1)),
    test_words TEXT,
    created_us @int@ NOT NULL,
    changed_us @int@ NOT NULL,
    PRIMARY KEY (workspace_id, means)
) @strict@;

-- Notices that go out together are one batch; its name stays the same for every try.
ALTER TABLE notice ADD COLUMN batch TEXT;
CREATE INDEX notice_batch ON notice (batch) WHERE batch IS NOT NULL;
-- Who has no means of being told has more and more incidents nobody was told of; the closed ones are not looked at.
DROP INDEX incident_untold;
CREATE INDEX incident_untold ON incident (workspace_id, first_us) WHERE told_us IS NULL AND closed_us IS NULL;
