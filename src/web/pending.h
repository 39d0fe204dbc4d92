#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/maybe.h"
#include "base/str.h"
#include "measure/import.h"

struct exchange;

/*
 * Files that were uploaded and wait for a decision: the dry run shows what would happen, the person says what is
 * not known, then it is taken in or left. The folder of uploads holds them under their key for a day.
 */
struct pending {
    str key;
    str path; /* of the file */
    str file_name;
    struct maybe_int channel;
    str channel_name;                     /* of a new one, made when the file is taken in */
    str network, dates, decimal, columns; /* none: nothing said; columns: words, one a line */
    struct maybe_int import;              /* it was taken in as that */
    enum import_verdict
        notes_of; /* what is to be shown of its rows, as in struct import_options */
    int64_t notes_from;
};

/* pending_add(x, ret_key, error): keeps x->upload under a new key, in the handler's transaction. */
must_use enum fault pending_add(struct exchange *x, str *ret_key, struct error *error);
/* pending_add_bytes(x, file_name, bytes, ret_key, error): the same for a file the program brings itself. */
must_use enum fault pending_add_bytes(struct exchange *x, str file_name, str bytes,
                                      str *ret_key, struct error *error);
/* pending_get(x, key, ret, error): Faults: ABSENT when there is none, or its file is gone. */
must_use enum fault pending_get(struct exchange *x, str key, struct pending *ret,
                                struct error *error);
/* pending_of(x, import, ret_key, error): the file it was made from; none when it is not kept any more. */
must_use enum fault pending_of(struct exchange *x, int64_t import, str *ret_key,
                               struct error *error);
/* pending_say(x, pending, error): keeps channel or its name, network, dates, decimal and columns. */
must_use enum fault pending_say(struct exchange *x, const struct pending *pending,
                                struct error *error);
/* pending_applied(x, key, import, error) */
must_use enum fault pending_applied(struct exchange *x, str key, int64_t import,
                                    struct error *error);
/* pending_drop(x, key, error): forgets it and removes its file. */
must_use enum fault pending_drop(struct exchange *x, str key, struct error *error);
/* pending_clean(x, error): drops those older than a day. */
must_use enum fault pending_clean(struct exchange *x, struct error *error);

/* pending_columns_said(pending, mapping): what was said of the columns, over what is proposed. */
void pending_columns_said(const struct pending *pending, struct import_mapping *mapping);

/*
 * pending_plan(x, pending, ret_plan, error): the dry run with what was said so far.
 * Faults: as import_plan_make.
 */
must_use enum fault pending_plan(struct exchange *x, const struct pending *pending,
                                 struct import_plan *ret_plan, struct error *error);
