#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "web/form.h"
#include "web/multipart.h"

/*
 * A request's body while it arrives: the fields of an urlencoded or multipart form in memory, uploaded files one behind
 * the other in a nameless temporary file.
 */
enum {
    BODY_FIELDS_MAX =
        256 * 1024, /* all fields of a form together; the mapping of 4096 columns fits */
    BODY_FILES_MAX =
        24, /* of one form: the 20 pictures of a post, and room to see that there are more */
    BODY_JSON_MAX = 1 << 20 /* the longest post with 50 variants */
};

enum body_state {
    BODY_READING,
    BODY_MALFORMED, /* 400 */
    BODY_TOO_LONG,  /* 413 */
    BODY_NO_ROOM    /* 507: the temporary file cannot be written */
};

enum body_wants {
    BODY_FORM, /* urlencoded or multipart */
    BODY_JSON, /* application/json, in memory: at most BODY_JSON_MAX */
    BODY_BYTES /* of any type, straight into a file */
};

/* One uploaded file: a stretch of the temporary one. */
struct upload_file {
    int64_t from, bytes;
    str name; /* as the browser called it, cleaned */
};

/* What a route expects. */
struct body_plan {
    enum body_wants wants;
    const struct form *form;
    int64_t bytes_max;
    const char *directory; /* where a file is kept meanwhile */
};

struct body {
    struct body_plan plan;
    enum body_state state;
    int64_t bytes;
    bool is_multipart;
    struct multipart multipart;
    struct buf fields; /* urlencoded: as sent; multipart: name NUL value NUL … */
    int32_t fields_n;
    bool in_file, in_field;
    int fd;                            /* -1: no file yet */
    int64_t file_bytes;                /* of all files together */
    int64_t file_ends[BODY_FILES_MAX]; /* where each ends in the temporary file */
    struct buf file_names;             /* each with a NUL behind it */
    int32_t files_n;
};

/* body_init(body, plan, content_type): false if the type is not what the plan wants. Owner: body_release. */
bool body_init(struct body *body, const struct body_plan *plan, str content_type);
void body_release(struct body *body);
/* body_feed(body, bytes): takes the next bytes; what cannot be taken is dropped and .state says why. */
void body_feed(struct body *body, str bytes);
/* body_text(body, keep): the whole of a BODY_JSON once all is in. */
str body_text(const struct body *body, struct arena *keep);
/* body_uploads(body, keep, ret): the files once all is in; BODY_FILES_MAX at most. */
int32_t body_uploads(const struct body *body, struct arena *keep, struct upload_file *ret);
/* body_pairs(body, keep, ret, max, ret_n): the fields once all is in; false if malformed. */
bool body_pairs(struct body *body, struct arena *keep, struct pair *ret, int32_t max,
                int32_t *ret_n);
