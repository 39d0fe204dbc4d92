#include "base/buf.h"
#include "base/json.h"
#include "outbox/outbox_internal.h"

enum { MEMO_MAX = 256 * 1024 /* 128 pairs of ids and addresses, 2 KiB each */ };

str
memo_json(const struct memo *memo, struct arena *keep)
{
    auto_buf out;
    struct json_writer writer;
    buf_init(&out, MEMO_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    for (int32_t i = 0; i < memo->n; i++) {
        json_key(&writer, memo->pairs[i].name);
        json_str(&writer, memo->pairs[i].value);
    }
    json_object_end(&writer);
    /* A memo that does not fit is a driver's bug; without it a restart begins at the first step. */
    return out.overflown ? S("{}") : arena_str(keep, buf_str(&out));
}

enum fault
memo_read(str json, struct arena *keep, struct memo *ret, struct error *error)
{
    struct json *value;
    ret->n = 0;
    if (json.n <= 0)
        return OK;
    if (json_parse(keep, json, &value, error))
        return error_prefix(error, "reading what the delivery remembers");
    if (value->kind != JSON_KIND_OBJECT || value->n > MEMO_PAIRS_MAX)
        return fail(error, FAULT_CORRUPT, "what the delivery remembers is not a list of it");
    for (const struct json *member = value->first; member; member = member->next)
        ret->pairs[ret->n++] = (struct secret_pair){member->key, json_text(member)};
    return OK;
}

void
memo_copy(const struct memo *memo, struct arena *keep, struct memo *ret)
{
    for (int32_t i = 0; i < memo->n; i++)
        ret->pairs[i] = (struct secret_pair){arena_str(keep, memo->pairs[i].name),
                                             arena_str(keep, memo->pairs[i].value)};
    ret->n = memo->n;
}
