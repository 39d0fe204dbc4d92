#pragma once
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

/* A zone's history of offsets and its rule for the years to come, as a file of the IANA zone data tells them. */
struct tzif;

enum {
    TZIF_BYTES_MAX = 64 * 1024 /* the largest of the edition 2025b has 3,844; zic writes at most
                                * 2,000 changes, twice: 28,000 */
};

/*
 * tzif_read(bytes, ret, error):
 * Reads the bytes of a zone file, versions 1 and up. Only offsets are kept: no names, no marks of
 * daylight saving.
 * Faults: CORRUPT when they are damaged, or count leap seconds, which an instant does not.
 * Memory: one block; the caller gives it back by tzif_free. Source: RFC 9636, section 3.
 */
must_use enum fault tzif_read(str bytes, struct tzif **ret, struct error *error);
/* tzif_free(tzif): gives its memory back; NULL is fine. */
void tzif_free(struct tzif *tzif);

/* tzif_offset_s(tzif, t): seconds to add to UTC for the wall clock at ${t}; less than 16 hours
 * either way. */
int32_t tzif_offset_s(const struct tzif *tzif, instant t);
