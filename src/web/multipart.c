#include "web/multipart.h"

#include <assert.h>

static bool
is_boundary_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("'()+_,-./:=?", c));
}

/*
 * The value of `name=` among "; a=b; c=\"d\"". Within quotes nothing is an escape: browsers send a quote as
 * %22, and "\" belongs to old Windows paths.
 */
static bool
parameter(str rest, str name, str *ret)
{
    while (rest.n > 0) {
        ptrdiff_t i = 0;
        while (i < rest.n && (rest.p[i] == ';' || rest.p[i] == ' ' || rest.p[i] == '\t'))
            i++;
        rest = str_slice(rest, i, rest.n);
        str key;
        if (!str_cut(&rest, '=', &key))
            return false;
        str value;
        if (rest.n > 0 && rest.p[0] == '"') {
            rest = str_slice(rest, 1, rest.n);
            if (!str_cut(&rest, '"', &value))
                return false;
        } else {
            (void)str_cut(&rest, ';', &value); /* the last has none behind it */
            value = str_trim(value);
        }
        if (str_eq_ascii_case(str_trim(key), name)) {
            *ret = value;
            return true;
        }
    }
    return false;
}

/* "multipart/form-data; boundary=…" split at its first ";". */
static bool
split_type(str value, const char *type, str *ret_parameters)
{
    str head;
    if (!str_cut(&value, ';', &head))
        return false;
    *ret_parameters = value;
    return str_eq_ascii_case(str_trim(head), str_of(type));
}

bool
multipart_init(struct multipart *m, str content_type)
{
    str parameters, boundary;
    *m = (struct multipart){.state = MULTIPART_BROKEN};
    if (!split_type(content_type, "multipart/form-data", &parameters) ||
        !parameter(parameters, S("boundary"), &boundary))
        return false;
    if (boundary.n < 1 || boundary.n > MULTIPART_BOUNDARY_MAX)
        return false;
    for (ptrdiff_t i = 0; i < boundary.n; i++)
        if (!is_boundary_char(boundary.p[i]))
            return false;
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary.p, (size_t)boundary.n);
    m->delimiter_n = 4 + (int32_t)boundary.n;
    m->matched = 2; /* as if a CRLF stood before the body */
    m->state = MULTIPART_FIRST;
    return true;
}

/* Undoes %22, %0D and %0A, the only escapes browsers make in names (HTML Standard 4.10.22.8). */
static str
unescape_name(str s, char *out, ptrdiff_t max)
{
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.n && n < max; i++) {
        str three = str_slice(s, i, i + 3);
        bool quote = str_eq(three, S("%22"));
        if (quote || str_eq_ascii_case(three, S("%0D")) || str_eq_ascii_case(three, S("%0A"))) {
            out[n++] = quote ? '"' : ' ';
            i += 2;
        } else {
            out[n++] = s.p[i];
        }
    }
    return (str){out, n};
}

/* The part's headers are whole: find its names. */
static bool
part_begin(struct multipart *m, const struct multipart_sink *sink)
{
    str rest = {m->head, m->head_n}, line, disposition = STR_NONE, name;
    while (str_cut(&rest, '\n', &line)) {
        str key;
        line = str_trim(line);
        if (str_cut(&line, ':', &key) && str_eq_ascii_case(key, S("Content-Disposition"))) {
            if (disposition.p)
                return false;
            disposition = str_trim(line);
        }
    }
    str raw_name, raw_file;
    if (!disposition.p || !split_type(disposition, "form-data", &disposition) ||
        !parameter(disposition, S("name"), &raw_name) || raw_name.n > MULTIPART_NAME_MAX)
        return false;
    char name_bytes[MULTIPART_NAME_MAX], file_bytes[MULTIPART_FILE_NAME_MAX];
    name = unescape_name(raw_name, name_bytes, MULTIPART_NAME_MAX);
    str file = STR_NONE;
    if (parameter(disposition, S("filename"), &raw_file))
        file = unescape_name(raw_file, file_bytes, MULTIPART_FILE_NAME_MAX);
    m->matched = 0;
    m->state = MULTIPART_DATA;
    return ++m->parts_n <= MULTIPART_PARTS_MAX && sink->begin(sink->ctx, name, file);
}

static bool
feed_head(struct multipart *m, char c, const struct multipart_sink *sink)
{
    if (m->head_n == MULTIPART_HEAD_MAX ||
        (c == '\n' && (m->head_n == 0 || m->head[m->head_n - 1] != '\r')))
        return false;
    bool control = (unsigned char)c < 0x20 && c != '\t' && c != '\r' && c != '\n';
    if (control || c == 0x7f || (m->head_n > 0 && m->head[m->head_n - 1] == '\r' && c != '\n'))
        return false;
    m->head[m->head_n++] = c;
    str head = {m->head, m->head_n};
    if (str_eq(head, S("\r\n")) || str_ends(head, S("\r\n\r\n")))
        return part_begin(m, sink);
    return true;
}

static bool
feed_first(struct multipart *m, char c)
{
    if (c != m->delimiter[m->matched++])
        return false;
    if (m->matched == m->delimiter_n) {
        m->state = MULTIPART_AFTER;
        m->after_n = 0;
    }
    return true;
}

static bool
feed_after(struct multipart *m, char c)
{
    m->after[m->after_n++] = c;
    if (m->after_n < 2)
        return true;
    m->after_n = 0;
    if (m->after[0] == '\r' && m->after[1] == '\n') {
        m->state = MULTIPART_HEAD;
        m->head_n = 0;
        return true;
    }
    m->state = MULTIPART_DONE;
    return m->after[0] == '-' && m->after[1] == '-';
}

/*
 * Data until the delimiter. CR is only its first byte, so after a mismatch what had matched is data and
 * only the present byte can begin it anew. Gives how many bytes were taken; -1 if the sink refused.
 */
static ptrdiff_t
feed_data(struct multipart *m, str bytes, const struct multipart_sink *sink)
{
    if (m->matched == 0) {
        ptrdiff_t run = str_chr(bytes, '\r');
        run = run < 0 ? bytes.n : run;
        if (run > 0)
            return sink->data(sink->ctx, str_slice(bytes, 0, run)) ? run : -1;
    }
    if (bytes.p[0] == m->delimiter[m->matched]) {
        if (++m->matched < m->delimiter_n)
            return 1;
        m->state = MULTIPART_AFTER;
        m->after_n = 0;
        return sink->end(sink->ctx) ? 1 : -1;
    }
    str held = {m->delimiter, m->matched};
    m->matched = 0;
    return sink->data(sink->ctx, held) ? 0 : -1; /* the byte is looked at again */
}

/* Behind the last boundary: a CRLF at most. */
static bool
feed_done(struct multipart *m, char c)
{
    if (m->after_n == 2)
        return false;
    char wanted = m->after_n == 0 ? '\r' : '\n';
    m->after_n++;
    return c == wanted;
}

static ptrdiff_t
feed_some(struct multipart *m, str bytes, const struct multipart_sink *sink)
{
    char c = bytes.p[0];
    switch (m->state) {
    case MULTIPART_FIRST:
        return feed_first(m, c) ? 1 : -1;
    case MULTIPART_AFTER:
        return feed_after(m, c) ? 1 : -1;
    case MULTIPART_HEAD:
        return feed_head(m, c, sink) ? 1 : -1;
    case MULTIPART_DATA:
        return feed_data(m, bytes, sink);
    case MULTIPART_DONE:
        return feed_done(m, c) ? 1 : -1;
    case MULTIPART_BROKEN:
        break;
    }
    return -1;
}

bool
multipart_feed(struct multipart *m, str bytes, const struct multipart_sink *sink)
{
    while (bytes.n > 0) {
        ptrdiff_t n = feed_some(m, bytes, sink);
        if (n < 0) {
            m->state = MULTIPART_BROKEN;
            return false;
        }
        bytes = str_slice(bytes, n, bytes.n);
    }
    return m->state != MULTIPART_BROKEN;
}

bool
multipart_whole(const struct multipart *m)
{
    return m->state == MULTIPART_DONE;
}
