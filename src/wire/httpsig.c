#include "wire/httpsig.h"

#include "base/buf.h"
#include "wire/encode.h"
#include "wire/httpsig_internal.h"
#include "wire/sign.h"

enum { BASE_MAX = 64 * 1024 /* of a signature base: about ten header lines */ };

str
httpsig_digest(struct arena *arena, str body)
{
    str text = base64(arena, sign_digest(arena, HASH_SHA256, body));
    return arena_printf(arena, "SHA-256=%.*s", STR_FMT(text));
}

str
httpsig_content_digest(struct arena *arena, str body)
{
    str text = base64(arena, sign_digest(arena, HASH_SHA256, body));
    return arena_printf(arena, "sha-256=:%.*s:", STR_FMT(text));
}

/* scheme://authority/path?query; the authority without the default port is left as it stands. */
struct address {
    str authority, path, query, target;
};

static bool
address_of(str url, struct address *ret)
{
    ptrdiff_t at = str_find(url, S("://"));
    if (at < 1)
        return false;
    str rest = str_slice(url, at + 3, url.n);
    ptrdiff_t fragment = str_chr(rest, '#');
    if (fragment >= 0)
        rest = str_slice(rest, 0, fragment);
    ptrdiff_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
        end++;
    ret->authority = str_slice(rest, 0, end);
    ret->target = end < rest.n ? str_slice(rest, end, rest.n) : S("/");
    ret->query = ret->target;
    bool asks = str_cut(&ret->query, '?', &ret->path);
    ret->query = asks ? (str){ret->query.p - 1, ret->query.n + 1} : S("?");
    return end > 0 && ret->target.p[0] == '/';
}

static str
small_copy(struct arena *arena, str s)
{
    char *p = new (arena, char, s.n + 1);
    for (ptrdiff_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    return (str){p, s.n};
}

/* All values of the header, joined; none when it is not there. */
static str
header_of(struct arena *arena, const struct httpsig_message *m, str name)
{
    str all = STR_NONE;
    for (int32_t i = 0; i < m->headers_n; i++) {
        if (!str_eq_ascii_case(m->headers[i].name, name))
            continue;
        str value = str_trim(m->headers[i].value);
        if (all.p)
            all = arena_printf(arena, "%.*s, %.*s", STR_FMT(all), STR_FMT(value));
        else
            all = value.p ? value : S("");
    }
    return all;
}

str
httpsig_header(struct arena *arena, const struct httpsig_message *m, str name)
{
    return header_of(arena, m, name);
}

/* What one covered thing of RFC 9421 is worth; none when it is not there or not known. */
static str
component(struct arena *arena, const struct httpsig_message *m, const struct address *a,
          str name)
{
    if (str_eq(name, S("@method")))
        return http_method_name(m->method);
    if (str_eq(name, S("@target-uri")))
        return m->url;
    if (str_eq(name, S("@authority")))
        return small_copy(arena, a->authority);
    if (str_eq(name, S("@path")))
        return a->path;
    if (str_eq(name, S("@query")))
        return a->query;
    if (str_eq(name, S("@request-target")))
        return a->target;
    return str_starts(name, S("@")) ? STR_NONE : header_of(arena, m, name);
}

static str
cavage_value(struct arena *arena, const struct httpsig_message *m, const struct address *a,
             str name)
{
    if (!str_eq(name, S("(request-target)")))
        return str_starts(name, S("(")) ? STR_NONE : header_of(arena, m, name);
    str method = small_copy(arena, http_method_name(m->method));
    return arena_printf(arena, "%.*s %.*s", STR_FMT(method), STR_FMT(a->target));
}

enum fault
httpsig_base(struct arena *arena, const struct httpsig_message *m,
             const struct httpsig_claim *claim, str *ret, struct error *error)
{
    struct address a;
    if (!address_of(m->url, &a))
        return fail(error, FAULT_INPUT, "the address to be signed is not one");
    auto_buf base;
    buf_init(&base, BASE_MAX);
    for (int32_t i = 0; i < claim->covers_n; i++) {
        str name = claim->covers[i];
        str value =
            claim->rfc9421 ? component(arena, m, &a, name) : cavage_value(arena, m, &a, name);
        if (!value.p)
            return fail(error, FAULT_INPUT, "the request has no header %.*s to be signed",
                        STR_FMT(name));
        const char *quote = claim->rfc9421 ? "\"" : "";
        buf_addf(&base, "%s%s%.*s%s: ", i && !claim->rfc9421 ? "\n" : "", quote, STR_FMT(name),
                 quote);
        buf_add(&base, value);
        if (claim->rfc9421)
            buf_add_char(&base, '\n');
    }
    if (claim->rfc9421) {
        buf_add(&base, S("\"@signature-params\": "));
        buf_add(&base, claim->params);
    }
    enum fault fault = buf_check(&base, "signature base", error);
    if (fault == OK)
        *ret = arena_str(arena, buf_str(&base));
    return fault;
}

enum fault
httpsig_cavage(struct arena *arena, const struct httpsig_message *message, str covers,
               str key_id, str key, str *ret, struct error *error)
{
    struct httpsig_claim claim = {0};
    str text, raw, rest = covers;
    while (rest.n > 0) {
        str name;
        (void)str_cut(&rest, ' ', &name); /* the last has no blank */
        if (claim.covers_n == HTTPSIG_COVERS_MAX)
            return fail(error, FAULT_LIMIT, "there are too many parameters to be signed");
        claim.covers[claim.covers_n++] = name;
    }
    enum fault fault = httpsig_base(arena, message, &claim, &text, error);
    if (fault == OK)
        fault = httpsig_make(arena, SIG_RSA_SHA256, key, text, &raw, error);
    if (fault)
        return fault;
    raw = base64(arena, raw);
    *ret = arena_printf(
        arena, "keyId=\"%.*s\",algorithm=\"rsa-sha256\",headers=\"%.*s\",signature=\"%.*s\"",
        STR_FMT(key_id), STR_FMT(covers), STR_FMT(raw));
    return OK;
}

enum fault
httpsig_9421(struct arena *arena, const struct httpsig_message *message,
             const struct httpsig_9421 *by, str *ret_input, str *ret_signature,
             struct error *error)
{
    struct httpsig_claim claim = {.rfc9421 = true};
    if (by->covers_n < 0 || by->covers_n > HTTPSIG_COVERS_MAX)
        return fail(error, FAULT_LIMIT, "there are too many parameters to be signed");
    auto_buf params;
    buf_init(&params, BASE_MAX);
    buf_add_char(&params, '(');
    for (int32_t i = 0; i < by->covers_n; i++) {
        claim.covers[claim.covers_n++] = by->covers[i];
        buf_addf(&params, "%s\"%.*s\"", i ? " " : "", STR_FMT(by->covers[i]));
    }
    buf_addf(&params, ");created=%lld;keyid=\"%.*s\"", (long long)(by->now.us / 1000000),
             STR_FMT(by->key_id));
    claim.params = buf_str(&params);
    str text, raw;
    enum fault fault = buf_check(&params, "signature base", error);
    if (fault == OK)
        fault = httpsig_base(arena, message, &claim, &text, error);
    if (fault == OK)
        fault = httpsig_make(arena, SIG_RSA_SHA256, by->key, text, &raw, error);
    if (fault)
        return fault;
    raw = base64(arena, raw);
    *ret_input = arena_printf(arena, "sig1=%.*s", STR_FMT(claim.params));
    *ret_signature = arena_printf(arena, "sig1=:%.*s:", STR_FMT(raw));
    return OK;
}

/* ---- verifying ---- */

static bool
covers(const struct httpsig_claim *claim, str name)
{
    for (int32_t i = 0; i < claim->covers_n; i++) {
        if (str_eq(claim->covers[i], name))
            return true;
    }
    return false;
}

#define NEED(claim, name, error)                                                           \
    do {                                                                                   \
        if (!covers((claim), S(name)))                                                     \
            return fail((error), FAULT_DENIED, "the signature does not cover %s", (name)); \
    } while (0)

static enum fault
check_covers(const struct httpsig_message *m, const struct httpsig_claim *claim,
             struct error *error)
{
    bool bodied = m->body.n > 0 || (m->method != HTTP_GET && m->method != HTTP_DELETE);
    if (!claim->rfc9421) {
        NEED(claim, "(request-target)", error);
        NEED(claim, "host", error);
        NEED(claim, "date", error);
        if (bodied)
            NEED(claim, "digest", error);
        return OK;
    }
    NEED(claim, "@method", error);
    if (!covers(claim, S("@target-uri"))) {
        NEED(claim, "@authority", error);
        if (!covers(claim, S("@request-target"))) {
            NEED(claim, "@path", error);
            NEED(claim, "@query", error);
        }
    }
    if (bodied)
        NEED(claim, "content-digest", error);
    return OK;
}

static enum fault
check_moment(const struct httpsig_message *m, const struct httpsig_claim *claim, instant now,
             struct arena scratch, struct error *error)
{
    int64_t seconds = claim->created, today = now.us / 1000000;
    bool known = claim->rfc9421 ? claim->created > 0
                                : http_date_read(header_of(&scratch, m, S("date")), &seconds);
    if (!known || seconds < today - HTTPSIG_SKEW_SECONDS ||
        seconds > today + HTTPSIG_SKEW_SECONDS ||
        (claim->expires > 0 && claim->expires < today))
        return fail(error, FAULT_DENIED, "the signature is too old or from the future");
    return OK;
}

/* Any digest that is there must be the body's, also one that was not signed. */
static enum fault
check_digest(const struct httpsig_message *m, struct arena scratch, struct error *error)
{
    str ours = httpsig_digest(&scratch, m->body);
    str theirs = header_of(&scratch, m, S("digest"));
    bool fits =
        !theirs.p ||
        (theirs.n == ours.n && str_eq_ascii_case(str_slice(theirs, 0, 8), S("SHA-256=")) &&
         str_eq(str_slice(theirs, 8, theirs.n), str_slice(ours, 8, ours.n)));
    theirs = header_of(&scratch, m, S("content-digest"));
    str long_hash = base64(&scratch, sign_digest(&scratch, HASH_SHA512, m->body));
    fits &= !theirs.p || str_eq(theirs, httpsig_content_digest(&scratch, m->body)) ||
            str_eq(theirs, arena_printf(&scratch, "sha-512=:%.*s:", STR_FMT(long_hash)));
    return fits ? OK : fail(error, FAULT_DENIED, "the body is not the one that was signed");
}

enum fault
httpsig_verify(const struct httpsig_message *message, const struct httpsig_claim *claim,
               str key, instant now, struct arena scratch, struct error *error)
{
    str text;
    enum fault fault = check_covers(message, claim, error);
    if (fault == OK)
        fault = check_moment(message, claim, now, scratch, error);
    if (fault == OK)
        fault = check_digest(message, scratch, error);
    if (fault)
        return fault;
    if (httpsig_base(&scratch, message, claim, &text, error) != OK ||
        !httpsig_fits(claim->kind, key, text, claim->signature))
        return fail(error, FAULT_DENIED, "the signature does not fit");
    return OK;
}
