#include "wire/mail.h"

#include "base/buf.h"
#include "base/text.h"
#include "wire/encode.h"

enum {
    WORD_BYTES_MAX =
        39, /* of a text in one encoded word: 52 letters, 64 with its frame, beside "Subject: " below 76 */
    COLUMNS_MAX = 76 /* RFC 2045 section 6.7 */
};

/* ---- addresses ---- */

static bool
is_label_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-';
}

/* What RFC 5322 lets stand unquoted before the @. Quoted ones are not met, and not worth their holes. */
static bool
is_local_char(char c)
{
    return is_label_char(c) ||
           (c > ' ' && c < 0x7f && str_chr(S("!#$%&'*+/=?^_`{|}~."), c) >= 0);
}

static bool
is_domain(str host)
{
    char last = '.';
    for (ptrdiff_t i = 0; i < host.n; i++) {
        if (host.p[i] == '.' ? last == '.' : !is_label_char(host.p[i]))
            return false;
        last = host.p[i];
    }
    return host.n > 0 && last != '.';
}

bool
mail_address_fits(str address)
{
    str host = address, local;
    if (address.n < 3 || address.n > MAIL_ADDRESS_MAX || !str_cut(&host, '@', &local) ||
        local.n < 1 || local.p[0] == '-')
        return false;
    for (ptrdiff_t i = 0; i < local.n; i++) {
        if (!is_local_char(local.p[i]))
            return false;
    }
    return is_domain(host);
}

str
mail_host(str address)
{
    return str_slice(address, str_chr(address, '@') + 1, address.n);
}

/* ---- the head ---- */

static bool
is_plain(str text)
{
    for (ptrdiff_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool blank_edge = c == ' ' && (i == 0 || i == text.n - 1);
        if (c < ' ' || c > '~' || blank_edge)
            return false;
    }
    return str_find(text, S("=?")) < 0;
}

/* Control characters, the line ends above all, are blanks. */
static str
one_line(struct arena *arena, str text)
{
    str clean = utf8_clean(arena, text);
    char *p = new (arena, char, clean.n + 1);
    for (ptrdiff_t i = 0; i < clean.n; i++)
        p[i] = (unsigned char)clean.p[i] < ' ' || clean.p[i] == 0x7f ? ' ' : clean.p[i];
    return str_trim((str){p, clean.n});
}

/* RFC 2047: each word holds whole characters, and each line one word. */
static void
add_words(struct buf *out, str text, struct arena scratch)
{
    for (bool first = true; text.n > 0; first = false) {
        str rest = text, word;
        while (rest.n > 0) {
            str shorter = rest;
            int32_t code;
            utf8_take(&shorter, &code);
            if (text.n - shorter.n > WORD_BYTES_MAX)
                break;
            rest = shorter;
        }
        word = base64(&scratch, str_slice(text, 0, text.n - rest.n));
        buf_addf(out, "%s=?UTF-8?B?%.*s?=", first ? "" : "\r\n ", STR_FMT(word));
        text = rest;
    }
}

static void
add_phrase(struct buf *out, str text, bool quoted, struct arena scratch)
{
    bool bare = is_plain(text) && text.n < COLUMNS_MAX - 10;
    if (!bare || (quoted && (str_chr(text, '"') >= 0 || str_chr(text, '\\') >= 0)))
        add_words(out, text, scratch);
    else
        buf_addf(out, quoted ? "\"%.*s\"" : "%.*s", STR_FMT(text));
}

/* "Tue, 24 Nov 2026 09:00:00 +0000" */
static void
add_date(struct buf *out, instant at, struct arena scratch)
{
    str date = http_date(&scratch, at.us / SPAN_SECOND.us);
    buf_addf(out, "Date: %.*s +0000\r\n", STR_FMT(str_slice(date, 0, date.n - 4)));
}

static void
add_head(struct buf *out, const struct mail *mail, struct arena scratch)
{
    str name = text_cut(one_line(&scratch, mail->from_name), MAIL_SUBJECT_MAX);
    str subject = text_cut(one_line(&scratch, mail->subject), MAIL_SUBJECT_MAX);
    add_date(out, mail->date, scratch);
    buf_add(out, S("From: "));
    if (name.n > 0) {
        add_phrase(out, name, true, scratch);
        buf_add(out, name.n > 40 ? S("\r\n ") : S(" "));
    }
    buf_addf(out, "<%.*s>\r\nTo: ", STR_FMT(mail->from));
    for (int32_t i = 0; i < mail->to_n; i++)
        buf_addf(out, "%s<%.*s>", i ? ",\r\n " : "", STR_FMT(mail->to[i]));
    buf_add(out, S("\r\nSubject: "));
    add_phrase(out, subject, false, scratch);
    buf_addf(out, "\r\nMessage-ID: <%.*s>\r\n", STR_FMT(mail->id));
    buf_add(out, S("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                   "Content-Type: text/plain; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
}

/* ---- the text ---- */

/* Whether the byte may stand as it is; blanks at the end of a line are lost on the way, and a dot alone ends a mail. */
static bool
is_literal(str line, ptrdiff_t i, ptrdiff_t column)
{
    char c = line.p[i];
    if (c == ' ' || c == '\t')
        return i + 1 < line.n;
    return c > ' ' && c <= '~' && c != '=' && !(c == '.' && column == 0);
}

static void
add_line(struct buf *out, str line)
{
    ptrdiff_t column = 0;
    for (ptrdiff_t i = 0; i < line.n; i++) {
        ptrdiff_t width = is_literal(line, i, column) ? 1 : 3;
        if (column + width > COLUMNS_MAX - 1) {
            buf_add(out, S("=\r\n"));
            column = 0;
            width = is_literal(line, i, 0) ? 1 : 3;
        }
        if (width == 1)
            buf_add_char(out, line.p[i]);
        else
            buf_addf(out, "=%02X", (unsigned)(unsigned char)line.p[i]);
        column += width;
    }
    buf_add(out, S("\r\n"));
}

static void
add_text(struct buf *out, str text)
{
    str line;
    while (text.n > 0) {
        (void)str_cut(&text, '\n', &line);
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        add_line(out, line);
    }
}

/* ---- the whole ---- */

static enum fault
check(const struct mail *mail, struct error *error)
{
    if (mail->to_n < 1 || mail->to_n > MAIL_TO_MAX)
        return fail(error, FAULT_INPUT, "a mail goes to 1 to %d addresses", MAIL_TO_MAX);
    for (int32_t i = -1; i < mail->to_n; i++) {
        str address = i < 0 ? mail->from : mail->to[i];
        if (!mail_address_fits(address))
            return fail(error, FAULT_INPUT, "\"%.*s\" is not an address of mail",
                        STR_FMT(str_slice(address, 0, 80)));
    }
    if (!mail_address_fits(mail->id))
        return fail(error, FAULT_INPUT, "\"%.*s\" cannot name a mail", STR_FMT(mail->id));
    return OK;
}

enum fault
mail_write(const struct mail *mail, struct arena *keep, str *ret, struct error *error)
{
    if (check(mail, error))
        return error->fault;
    auto_buf out;
    buf_init(&out, MAIL_TEXT_MAX);
    add_head(&out, mail, *keep);
    add_text(&out, mail->text);
    if (buf_check(&out, "the mail", error))
        return error->fault;
    *ret = arena_str(keep, buf_str(&out));
    return OK;
}
