#pragma once
#include "place/schema.h"

/* Schema steps for tests, numbered where no room is. */
static const struct schema_step trial_steps[] = {
    {9001, "trial",
     "CREATE TABLE trial (\n"
     "    id @id@,\n"
     "    name TEXT NOT NULL UNIQUE,\n"
     "    size @int@ CHECK (size < 1000000),\n"
     "    share @real@,\n"
     "    raw @bytes@\n"
     ") @strict@;\n"
     "CREATE TABLE trial_child (\n"
     "    id @id@,\n"
     "    trial_id @int@ NOT NULL REFERENCES trial (id)\n"
     ") @strict@;\n"
     "CREATE INDEX trial_child_trial ON trial_child (trial_id);\n"},
};
