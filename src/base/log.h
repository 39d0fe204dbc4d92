#pragma once
#include <stdint.h>
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Where events go: one line each, in one write(2), so that processes sharing ${fd} do not mix
 * lines. */
struct log {
    int fd;
    enum log_level min;
    const struct clock *clock;
    bool json; /* JSON lines instead of logfmt */
};

/* One fact of an event: a word and either a text (text.p not NULL) or a number. */
struct log_field {
    const char *key;
    str text;
    int64_t number;
};

static inline struct log_field
log_str(const char *key, str text)
{
    return (struct log_field){key, text.p ? text : S(""), 0};
}
static inline struct log_field
log_int(const char *key, int64_t number)
{
    return (struct log_field){key, STR_NONE, number};
}

/*
 * log_event(log, level, event, fields, fields_n):
 * Writes `at=… level=… event=… key=value …` when ${level} is at least log->min. ${event} and
 * keys are literals of [a-z0-9_.]; values are quoted and escaped; a line longer than 8 KiB
 * loses its last fields. A line that cannot be written is lost: a log must not stop the work it
 * tells about.
 */
void log_event(const struct log *log, enum log_level level, const char *event,
               const struct log_field *fields, int32_t fields_n);

/* log_fault(log, event, error): an error event with the fault, its message, errno, file and
 * line. */
void log_fault(const struct log *log, const char *event, const struct error *error);
