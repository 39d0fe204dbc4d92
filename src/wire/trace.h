#pragma once
#include "base/arena.h"
#include "base/str.h"
#include "wire/http.h"

/*
 * redact(arena, text): the text with what must not be seen replaced by "***": Authorization, DPoP, cookies and
 * signatures in heads; tokens, passwords, codes and keys in queries, forms and JSON; JWTs wherever they stand; the
 * secret part of webhook addresses. For traces, and for the words of networks before they are kept.
 */
str redact(struct arena *arena, str text);

enum { TRACE_BODY_MAX = 4096 /* bytes of a body shown: an error message is shorter */ };

/* A wire around a wire that tells, redacted, what passes. */
struct trace {
    struct wire wire; /* give this one away */
    struct wire *inner;
    void (*line)(void *ctx, str text); /* several lines at once; no NUL */
    void *ctx;
};
/* trace_init(trace, inner, line, ctx): both live as long as the trace is used. */
void trace_init(struct trace *trace, struct wire *inner, void (*line)(void *ctx, str text),
                void *ctx);
