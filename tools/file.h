#pragma once
#include "base/arena.h"
#include "base/error.h"

/* Whole files in and out, for the build's tools. */
/*
 * file_read(path, max, keep, ret, error): the whole content.
 * Faults: SYSTEM if it cannot be read; LIMIT past ${max} bytes.
 */
must_use enum fault file_read(const char *path, ptrdiff_t max, struct arena *keep, str *ret,
                              struct error *error);
/* file_write(path, content, error): replaces the file. Faults: SYSTEM. */
must_use enum fault file_write(const char *path, str content, struct error *error);
