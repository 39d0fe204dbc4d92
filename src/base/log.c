#include "base/log.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"

enum {
    LOG_LINE_MAX =
        8 * 1024 /* a pipe takes up to 4 KiB whole; longer lines are rare and may be cut */
};

static const char *const level_names[] = {"debug", "info", "warning", "error"};

/* key=value, quoted as JSON where the value is not a bare word, so that one line stays one
 * line. */
static void
pair(struct buf *line, const struct log_field *field)
{
    buf_addf(line, " %s=", field->key);
    if (!field->text.p) {
        buf_addf(line, "%lld", (long long)field->number);
        return;
    }
    bool bare = field->text.n > 0;
    for (ptrdiff_t i = 0; bare && i < field->text.n; i++) {
        char c = field->text.p[i];
        bare = c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
    }
    if (bare) {
        buf_add(line, field->text);
        return;
    }
    struct json_writer writer;
    json_writer_init(&writer, line);
    json_str(&writer, field->text);
}

static void
logfmt_line(struct buf *line, str at, str level, const char *event,
            const struct log_field *fields, int32_t fields_n)
{
    buf_addf(line, "at=%.*s level=%.*s event=%s", STR_FMT(at), STR_FMT(level), event);
    for (int32_t i = 0; i < fields_n; i++) {
        ptrdiff_t before = line->n;
        pair(line, &fields[i]);
        if (line->overflown) { /* this field does not fit: as if it had not been given */
            line->overflown = false;
            line->n = before;
            return;
        }
    }
}

static void
json_line(struct buf *line, str at, str level, const char *event,
          const struct log_field *fields, int32_t fields_n)
{
    struct json_writer writer;
    json_writer_init(&writer, line);
    json_object_begin(&writer);
    json_key(&writer, S("at"));
    json_str(&writer, at);
    json_key(&writer, S("level"));
    json_str(&writer, level);
    json_key(&writer, S("event"));
    json_str(&writer, str_of(event));
    for (int32_t i = 0; i < fields_n; i++) {
        ptrdiff_t before = line->n;
        json_key(&writer, str_of(fields[i].key));
        if (fields[i].text.p)
            json_str(&writer, fields[i].text);
        else
            json_int(&writer, fields[i].number);
        if (line->overflown) {
            line->overflown = false;
            line->n = before;
            break;
        }
    }
    line->max += 1; /* always room for the end */
    json_object_end(&writer);
}

void
log_event(const struct log *log, enum log_level level, const char *event,
          const struct log_field *fields, int32_t fields_n)
{
    assert((size_t)level < sizeof level_names / sizeof *level_names);
    if (level < log->min)
        return;
    char at_text[64];
    struct civil c = instant_to_utc(clock_now(log->clock));
    int at_n = snprintf(at_text, sizeof at_text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year,
                        c.month, c.day, c.hour, c.minute, c.second, c.microsecond / 1000);
    auto_buf line;
    buf_init(&line, LOG_LINE_MAX);
    str at = {at_text, at_n};
    if (log->json)
        json_line(&line, at, str_of(level_names[level]), event, fields, fields_n);
    else
        logfmt_line(&line, at, str_of(level_names[level]), event, fields, fields_n);
    line.max += 2; /* always room for the end */
    buf_add_char(&line, '\n');
    ssize_t written = write(log->fd, line.p, (size_t)line.n);
    (void)written; /* a log must not stop the work it tells about */
}

void
log_fault(const struct log *log, const char *event, const struct error *error)
{
    char text[2048];
    error_text(error, NULL, NULL, text, (ptrdiff_t)sizeof text);
    const struct log_field fields[] = {
        log_str("fault", str_of(fault_name(error->fault))),
        log_str("message", str_of(text)),
        log_int("errno", error->system_errno),
        log_str("file", str_of(error->file)),
        log_int("line", error->line),
    };
    log_event(log, LOG_ERROR, event, fields, (int32_t)(sizeof fields / sizeof *fields));
}
