#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* What the build tools share: whole files in and out, and a last word to the developer. */

enum { TOOL_FILE_MAX = 8 * 1024 * 1024 }; /* no source of ours comes near */

/* tool_read(path, keep, ret, error): the bytes of a file. Faults: SYSTEM, LIMIT. */
must_use enum fault tool_read(const char *path, struct arena *keep, str *ret, struct error *error);
/* tool_write(path, text, error): writes it whole. Faults: SYSTEM. */
must_use enum fault tool_write(const char *path, str text, struct error *error);
/* tool_give_up(error): the message on standard error; the exit status for main. */
int tool_give_up(const struct error *error);
