#include "web/body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

/* How many files that field takes. */
static int64_t
files_wanted(const struct form *form, str name)
{
    for (int32_t i = 0; form && i < form->fields_n; i++) {
        const struct field *field = &form->fields[i];
        if (!str_eq(name, str_of(field->name)))
            continue;
        if (field->kind == FIELD_FILES)
            return field->max < BODY_FILES_MAX ? field->max : BODY_FILES_MAX;
        if (field->kind == FIELD_FILE)
            return 1;
    }
    return 0;
}

/* The last part of a path as any system writes it: some browsers have sent whole paths. */
static str
base_name(str path)
{
    ptrdiff_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/' && path.p[from - 1] != '\\')
        from--;
    return str_slice(path, from, path.n);
}

/* A file that disappears with its descriptor, however the program ends. */
static int
file_open(const char *directory)
{
    int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/propre-upload-XXXXXX", directory);
    if (n < 0 || n >= (int)sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path); /* worst case: an empty name stays in the temporary folder */
    return fd;
}

static bool
begin(void *ctx, str name, str file_name)
{
    struct body *body = ctx;
    body->in_file = body->in_field = false;
    if (!file_name.p) {
        body->in_field = true;
        body->fields_n++;
        buf_add(&body->fields, name);
        buf_add_char(&body->fields, '\0');
        return str_chr(name, '\0') < 0;
    }
    /* A file field left empty sends an empty name; one too many and one nobody asked for are dropped. */
    if (file_name.n == 0 || body->files_n >= files_wanted(body->plan.form, name))
        return true;
    if (body->fd < 0)
        body->fd = file_open(body->plan.directory);
    if (body->fd < 0) {
        body->state = BODY_NO_ROOM;
        return true;
    }
    str base = base_name(file_name);
    ptrdiff_t end = str_chr(base, '\0');
    buf_add(&body->file_names, end < 0 ? base : str_slice(base, 0, end));
    buf_add_char(&body->file_names, '\0');
    body->file_ends[body->files_n++] = body->file_bytes;
    body->in_file = true;
    return true;
}

static bool
data(void *ctx, str bytes)
{
    struct body *body = ctx;
    if (body->in_field) {
        if (str_chr(bytes, '\0') >= 0)
            return false;
        buf_add(&body->fields, bytes);
    }
    while (body->in_file && bytes.n > 0) {
        ssize_t n = write(body->fd, bytes.p, (size_t)bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            body->state = BODY_NO_ROOM;
            return true;
        }
        body->file_bytes += n;
        bytes = str_slice(bytes, n, bytes.n);
    }
    return true;
}

static bool
end(void *ctx)
{
    struct body *body = ctx;
    if (body->in_field)
        buf_add_char(&body->fields, '\0');
    if (body->in_file)
        body->file_ends[body->files_n - 1] = body->file_bytes;
    body->in_file = body->in_field = false;
    return true;
}

bool
body_init(struct body *body, const struct body_plan *plan, str content_type)
{
    *body = (struct body){.plan = *plan, .fd = -1};
    buf_init(&body->fields, plan->wants == BODY_JSON ? BODY_JSON_MAX : BODY_FIELDS_MAX);
    buf_init(&body->file_names, BODY_FILES_MAX * (MULTIPART_FILE_NAME_MAX + 1));
    str rest = content_type, type;
    (void)str_cut(&rest, ';', &type); /* parameters or none */
    if (plan->wants == BODY_JSON)
        return str_eq_ascii_case(str_trim(type), S("application/json"));
    if (plan->wants == BODY_BYTES) {
        body->fd = file_open(plan->directory);
        body->in_file = body->fd >= 0;
        body->state = body->in_file ? BODY_READING : BODY_NO_ROOM;
        return true;
    }
    if (str_eq_ascii_case(str_trim(type), S("application/x-www-form-urlencoded")))
        return true;
    body->is_multipart = true;
    return multipart_init(&body->multipart, content_type);
}

void
body_release(struct body *body)
{
    buf_release(&body->fields);
    buf_release(&body->file_names);
    if (body->fd >= 0)
        (void)close(body->fd); /* a temporary file: nothing to lose */
    body->fd = -1;
}

void
body_feed(struct body *body, str bytes)
{
    body->bytes += bytes.n;
    if (body->state != BODY_READING)
        return;
    if (body->bytes > body->plan.bytes_max) {
        body->state = BODY_TOO_LONG;
        return;
    }
    struct multipart_sink sink = {body, begin, data, end};
    if (body->plan.wants == BODY_BYTES)
        (void)data(body, bytes); /* .state says how it went */
    else if (!body->is_multipart)
        buf_add(&body->fields, bytes);
    else if (!multipart_feed(&body->multipart, bytes, &sink))
        body->state = BODY_MALFORMED;
    if (body->fields.overflown && body->state == BODY_READING)
        body->state = BODY_TOO_LONG;
}

str
body_text(const struct body *body, struct arena *keep)
{
    return arena_str(keep, buf_str(&body->fields));
}

int32_t
body_uploads(const struct body *body, struct arena *keep, struct upload_file *ret)
{
    str names = buf_str(&body->file_names), name;
    int64_t from = 0;
    if (body->plan.wants == BODY_BYTES) {
        ret[0] = (struct upload_file){0, body->file_bytes, S("")};
        return 1;
    }
    for (int32_t i = 0; i < body->files_n; i++) {
        (void)str_cut(&names, '\0', &name); /* each has one behind it */
        ret[i] = (struct upload_file){from, body->file_ends[i] - from, utf8_clean(keep, name)};
        from = body->file_ends[i];
    }
    return body->files_n;
}

bool
body_pairs(struct body *body, struct arena *keep, struct pair *ret, int32_t max, int32_t *ret_n)
{
    str rest = arena_str(keep, buf_str(&body->fields));
    if (!body->is_multipart)
        return pairs_decode(rest, keep, ret, max, ret_n);
    if (!multipart_whole(&body->multipart) || body->fields_n > max)
        return false;
    for (int32_t i = 0; i < body->fields_n; i++)
        if (!str_cut(&rest, '\0', &ret[i].name) || !str_cut(&rest, '\0', &ret[i].value))
            return false;
    *ret_n = body->fields_n;
    return true;
}
