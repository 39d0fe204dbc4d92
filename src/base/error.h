#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

/*
 * Faults: what can go wrong that is not a bug (assert) and not a shortage (abort).
 * The list is closed; a new kind needs a decision note.
 */
enum fault {
    OK = 0,
    FAULT_INPUT,    /* what was given cannot be accepted */
    FAULT_ABSENT,   /* what was named does not exist */
    FAULT_CONFLICT, /* it exists already, or changed meanwhile */
    FAULT_DENIED,   /* the person or program may not */
    FAULT_LIMIT,    /* a named ceiling was reached */
    FAULT_AWAY,     /* the other side cannot be reached now */
    FAULT_REMOTE,   /* the other side answered what it should not */
    FAULT_CORRUPT,  /* stored data is not what was stored */
    FAULT_SYSTEM,   /* the operating system refused */
};

#define must_use __attribute__((warn_unused_result))

enum {
    ERROR_FRAMES_MAX = 4, /* the fault itself and three layers of context: deeper is noise */
    ERROR_ARGS_MAX = 6,   /* arguments of one message; the longest message has five */
    ERROR_ARG_BYTES = 200 /* a file name or a cell; longer ones are cut on a character */
};

/* One sentence: a format (the key of its translation) and its arguments, already rendered. */
struct error_frame {
    const char *format;
    int32_t args_n;
    char args[ERROR_ARGS_MAX][ERROR_ARG_BYTES];
};

/* Why the last fallible call failed. frames[0] is the fault, later frames the context around it. */
struct error {
    enum fault fault;
    int system_errno;
    const char *file;
    int32_t line;
    int32_t frames_n;
    struct error_frame frames[ERROR_FRAMES_MAX];
};

/*
 * fail(error, kind, format, ...):
 * Records a fault of that kind and returns it, so that callers write `return fail(…)`. ${format} is a
 * literal sentence, the key of its translation: what was attempted, on what, what the user can do.
 * Conversions: %s %d %i %u %ld %lld %zd %td %.*s %g %f; no * width but in %.*s; no PRId64, which
 * translators' tools cannot see through: cast and say %lld.
 * Memory: none kept but the pointer to the literal.
 * A macro whose value is ${kind} itself, so that compilers and analysers see that it is never OK.
 */
#define fail(error, kind, ...) \
    (error_fail((error), (kind), __FILE__, __LINE__, __VA_ARGS__), (enum fault)(kind))

/* error_fail(error, fault, file, line, format, ...): what fail() calls. */
void error_fail(struct error *error, enum fault fault, const char *file, int line,
                const char *format, ...) __attribute__((format(printf, 5, 6), nonnull));

/*
 * error_prefix(error, format, ...):
 * Adds a sentence of context in front ("importing posts.csv, row 12"). Returns error->fault.
 * Beyond ERROR_FRAMES_MAX the innermost context is kept and the new one dropped.
 */
enum fault error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull));

/*
 * error_text(error, translate, ctx, out, out_size):
 * The whole message, outermost context first, joined by ": ". ${translate} maps a format to the
 * reader's language, or NULL for the English of the source. Always NUL-terminated, cut on a character.
 */
void error_text(const struct error *error,
                const char *(*translate)(void *ctx, const char *format), void *ctx, char *out,
                ptrdiff_t out_size);

/* fault_name(fault): the stable word for logs, exit codes and JSON ("input", "absent", …). */
const char *fault_name(enum fault fault);
