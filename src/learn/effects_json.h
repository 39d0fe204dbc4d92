#pragma once
#include "base/json.h"
#include "learn/effects.h"

/*
 * effects_json_write(w, result):
 * The whole result but its draws as one JSON object: what `propre effects --json` prints and what is stored.
 * Numbers keep all their digits; a number that is not finite is null.
 */
void effects_json_write(struct json_writer *w, const struct effects_result *result);

/*
 * effects_json_read(text, keep, ret_result, error):
 * The result back from its JSON, without draws.
 * Faults: CORRUPT when it is not what effects_json_write makes; LIMIT when it was made by a newer model.
 * Memory: in ${keep}; labels included.
 */
must_use enum fault effects_json_read(str text, struct arena *keep,
                                      struct effects_result *ret_result, struct error *error);
