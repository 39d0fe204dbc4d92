-- One organisation's own ground.
CREATE TABLE workspace (
    id @id@,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    zone TEXT NOT NULL,
    lang TEXT NOT NULL CHECK (lang IN ('en', 'fr')),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    first_weekday @int@ NOT NULL CHECK (first_weekday BETWEEN 1 AND 7),
    created_us @int@ NOT NULL
) @strict@;
