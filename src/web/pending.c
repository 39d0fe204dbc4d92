#include "web/pending.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "place/secret.h"
#include "strategy/channel.h"
#include "web/queries.h"
#include "web/web_internal.h"

enum { COPY_BYTES = 64 * 1024, PENDING_LIFE_S = 24 * 3600 };

static str
path_of(struct exchange *x, str key)
{
    return arena_printf(x->keep, "%s/%.*s.csv", x->web->options.upload_directory, STR_FMT(key));
}

static enum fault
write_all(int fd, const char *p, ptrdiff_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, p, (size_t)n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return FAULT_SYSTEM;
        p += written;
        n -= written;
    }
    return OK;
}

static enum fault
copy_fd(int from, int to)
{
    char bytes[COPY_BYTES];
    if (lseek(from, 0, SEEK_SET) != 0)
        return FAULT_SYSTEM;
    for (;;) { /* ends with the file, whose size the server limits */
        ssize_t n = read(from, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 ? OK : FAULT_SYSTEM;
        if (write_all(to, bytes, n))
            return FAULT_SYSTEM;
    }
}

/* From ${fd}, or from ${bytes} when it is -1. */
static enum fault
add(struct exchange *x, str file_name, int from, str bytes, str *ret_key, struct error *error)
{
    str key = secret_token(x->keep);
    const char *path = cstr(x->keep, path_of(x, key));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, FAULT_SYSTEM, "the file could not be kept in %s",
                    x->web->options.upload_directory);
    enum fault fault = from >= 0 ? copy_fd(from, fd) : write_all(fd, bytes.p, bytes.n);
    if (close(fd) != 0 || fault) {
        (void)unlink(path); /* half a file is of no use */
        return fail(error, FAULT_SYSTEM, "the file could not be kept in %s",
                    x->web->options.upload_directory);
    }
    struct pending_insert_in in = {key, x->workspace.id, x->visitor.session.person, file_name,
                                   clock_now(&x->web->propre->clock).us};
    if (q_pending_insert(x->web->propre->db, &in, error)) {
        (void)unlink(path); /* nobody would find it */
        return error->fault;
    }
    *ret_key = key;
    return OK;
}

enum fault
pending_add(struct exchange *x, str *ret_key, struct error *error)
{
    return add(x, x->upload.file_name.n > 0 ? x->upload.file_name : S("upload.csv"),
               x->upload.fd, STR_NONE, ret_key, error);
}

enum fault
pending_add_bytes(struct exchange *x, str file_name, str bytes, str *ret_key,
                  struct error *error)
{
    return add(x, file_name, -1, bytes, ret_key, error);
}

enum fault
pending_get(struct exchange *x, str key, struct pending *ret, struct error *error)
{
    struct pending_get_row row;
    bool found = false;
    if (q_pending_get(x->web->propre->db, &(struct pending_get_in){x->workspace.id, key},
                      x->keep, &row, &found, error))
        return error->fault;
    str path = path_of(x, key);
    /* The key is only used in a path after the data knew it: it is one of ours. */
    if (!found || access(cstr(x->keep, path), R_OK) != 0)
        return fail(
            error, FAULT_ABSENT,
            "this upload is not kept any more (they stay for a day); choose the file again");
    *ret = (struct pending){.key = key,
                            .path = path,
                            .file_name = row.file_name,
                            .channel = row.channel,
                            .channel_name = row.channel_name,
                            .network = row.network,
                            .dates = row.dates,
                            .decimal = row.decimal_sign,
                            .columns = row.columns_said,
                            .import = row.import};
    return OK;
}

enum fault
pending_of(struct exchange *x, int64_t import, str *ret_key, struct error *error)
{
    struct pending_of_import_row *rows = NULL;
    ptrdiff_t n = 0;
    struct pending_of_import_in in = {x->workspace.id, import};
    if (q_pending_of_import(x->web->propre->db, &in, x->keep, &rows, &n, error))
        return error->fault;
    bool there = n > 0 && access(cstr(x->keep, path_of(x, rows[0].key)), R_OK) == 0;
    *ret_key = there ? rows[0].key : STR_NONE;
    return OK;
}

enum fault
pending_say(struct exchange *x, const struct pending *p, struct error *error)
{
    struct pending_say_in in = {x->workspace.id, p->key,   p->channel, p->channel_name,
                                p->network,      p->dates, p->decimal, p->columns};
    return q_pending_say(x->web->propre->db, &in, error);
}

enum fault
pending_applied(struct exchange *x, str key, int64_t import, struct error *error)
{
    return q_pending_applied(x->web->propre->db,
                             &(struct pending_applied_in){x->workspace.id, key, import}, error);
}

enum fault
pending_drop(struct exchange *x, str key, struct error *error)
{
    if (q_pending_drop(x->web->propre->db, &(struct pending_drop_in){key}, error))
        return error->fault;
    (void)unlink(cstr(x->keep, path_of(x, key))); /* gone already is fine */
    return OK;
}

enum fault
pending_clean(struct exchange *x, struct error *error)
{
    struct pending_late_row *rows = NULL;
    ptrdiff_t n = 0;
    int64_t before = clock_now(&x->web->propre->clock).us - PENDING_LIFE_S * SPAN_SECOND.us;
    if (q_pending_late(x->web->propre->db, &(struct pending_late_in){before}, x->keep, &rows,
                       &n, error))
        return error->fault;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (pending_drop(x, rows[i].key, error))
            return error->fault;
    }
    return OK;
}

void
pending_columns_said(const struct pending *p, struct import_mapping *mapping)
{
    str rest = p->columns, word;
    for (int32_t i = 0; i < mapping->columns_n && rest.n > 0; i++) {
        (void)str_cut(&rest, '\n', &word);                     /* the last has no line end */
        (void)import_column_parse(word, &mapping->columns[i]); /* checked when it was said */
    }
}

enum fault
pending_plan(struct exchange *x, const struct pending *p, struct import_plan *ret_plan,
             struct error *error)
{
    struct import_options o = {.workspace = x->workspace.id,
                               .file_name = p->file_name,
                               .zone = x->workspace.zone,
                               .lang = x->lang,
                               .channel = p->channel.has ? p->channel.is : 0,
                               .channel_name = p->channel_name,
                               .channel_network = NETWORK_OTHER,
                               .notes_of = p->notes_of,
                               .notes_from = p->notes_from};
    if (p->dates.p)
        (void)import_date_order_parse(p->dates,
                                      &o.date_order); /* only words we wrote ourselves */
    if (p->decimal.p)
        (void)import_decimal_parse(p->decimal, &o.decimal); /* as above */
    if (p->network.p)
        (void)network_parse(p->network, &o.channel_network); /* as above */
    if (import_plan_make(x->web->propre, p->path, &o, x->keep, ret_plan, error))
        return error->fault;
    if (!p->columns.p)
        return OK;
    struct import_mapping mapping = ret_plan->mapping;
    pending_columns_said(p, &mapping);
    if (p->network.p)
        mapping.network = o.channel_network;
    mapping.date_order = o.date_order;
    mapping.decimal = o.decimal;
    o.mapping = &mapping;
    return import_plan_make(x->web->propre, p->path, &o, x->keep, ret_plan, error);
}
