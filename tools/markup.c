#include "markup.h"

#include <assert.h>
#include <string.h>

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = (char)(c + ('a' - 'A'));
    return c;
}

static void
name_add(char *name, int32_t *n, char c)
{
    if (*n < MARKUP_NAME_MAX)
        name[(*n)++] = lower(c);
}

static void
name_clear(char *name, int32_t *n)
{
    memset(name, 0, MARKUP_NAME_MAX);
    *n = 0;
}

static bool
one_of(const char *name, int32_t n, const char *const *list)
{
    for (; *list; list++)
        if (str_eq((str){name, n}, str_of(*list)))
            return true;
    return false;
}

static bool
tag_is(const struct markup *m, const char *name)
{
    return str_eq((str){m->tag, m->tag_n}, str_of(name));
}

static bool
attribute_is(const struct markup *m, const char *name)
{
    return str_eq((str){m->attribute, m->attribute_n}, str_of(name));
}

void
markup_init(struct markup *m)
{
    *m = (struct markup){.where = MARKUP_TEXT, .spaced = true};
}

/* White space outside pre and textarea: one byte for a run, a newline if the run has one. */
static void
put_space(struct markup *m, char c, struct buf *out)
{
    if (m->pre > 0) {
        buf_add_char(out, c);
        return;
    }
    if (!m->spaced)
        buf_add_char(out, c == '\n' ? '\n' : ' ');
    else if (c == '\n' && out->n > 0 && out->p[out->n - 1] == ' ')
        out->p[out->n - 1] = '\n';
    m->spaced = true;
}

static const char *
feed_text(struct markup *m, char c, struct buf *out)
{
    if (is_space(c)) {
        put_space(m, c, out);
        return NULL;
    }
    if (c == '<') {
        m->where = MARKUP_OPEN;
        return NULL;
    }
    m->spaced = false;
    buf_add_char(out, c);
    return NULL;
}

static const char *
feed_open(struct markup *m, char c, struct buf *out)
{
    if (c == '!') {
        m->where = MARKUP_DECLARATION;
        m->matched = 0;
        return NULL;
    }
    if (c == '/' && !m->closing) {
        m->closing = true;
        return NULL;
    }
    if (!is_letter(c))
        return "\"<\" does not begin a tag here; write &lt;";
    m->spaced = false;
    buf_add(out, m->closing ? S("</") : S("<"));
    buf_add_char(out, c);
    m->where = MARKUP_TAG_NAME;
    name_clear(m->tag, &m->tag_n);
    name_add(m->tag, &m->tag_n, c);
    return NULL;
}

static const char *
feed_declaration(struct markup *m, char c, struct buf *out)
{
    static const char dashes[] = "--", doctype[] = "doctype";
    const char *expected = m->value_n == 'd' ? doctype : dashes;
    if (m->matched == 0 && lower(c) == 'd') {
        m->value_n = 'd';
        expected = doctype;
    }
    if (lower(c) != expected[m->matched])
        return "\"<!\" begins neither a comment nor the doctype";
    m->matched++;
    if (expected[m->matched])
        return NULL;
    m->where = expected == doctype ? MARKUP_DOCTYPE : MARKUP_COMMENT;
    if (expected == doctype)
        buf_add(out, S("<!doctype"));
    m->matched = 0;
    m->value_n = 0;
    return NULL;
}

static const char *
feed_comment(struct markup *m, char c, struct buf *out)
{
    (void)out; /* dropped: a comment is for whoever reads the page's source here */
    if (c == '>' && m->matched >= 2) {
        m->where = MARKUP_TEXT;
        m->matched = 0;
    } else {
        m->matched = c == '-' ? m->matched + (m->matched < 2) : 0;
    }
    return NULL;
}

static const char *
feed_doctype(struct markup *m, char c, struct buf *out)
{
    buf_add_char(out, c);
    if (c == '>')
        m->where = MARKUP_TEXT;
    m->spaced = false;
    return NULL;
}

/* An attribute's name is whole: is it one we serve at all? */
static const char *
attribute_done(struct markup *m)
{
    if (m->closing)
        return "an end tag has no attributes";
    if (m->attribute_n > 2 && m->attribute[0] == 'o' && m->attribute[1] == 'n')
        return "an event attribute does not run under our content security policy; use a "
               "script file";
    if (attribute_is(m, "style"))
        return "a style attribute is dropped by our content security policy; use a class";
    if (attribute_is(m, "srcdoc"))
        return "srcdoc is a page within an attribute; not supported";
    return NULL;
}

static void
attribute_clear(struct markup *m)
{
    name_clear(m->attribute, &m->attribute_n);
    name_clear(m->value, &m->value_n);
    m->address = MARKUP_ADDRESS_NOT;
}

/* ">" of a start tag: what follows is text, or raw until the end tag. */
static const char *
tag_opened(struct markup *m)
{
    static const char *const refused[] = {"iframe",    "noembed", "noframes",
                                          "plaintext", "xmp",     NULL};
    if (one_of(m->tag, m->tag_n, refused))
        return "this element's content is raw text to a browser; not supported";
    if (tag_is(m, "title") || tag_is(m, "textarea"))
        m->where = MARKUP_RCDATA;
    else if (tag_is(m, "script"))
        m->where = m->json ? MARKUP_ISLAND : MARKUP_SCRIPT;
    else if (tag_is(m, "style"))
        m->where = MARKUP_STYLE;
    else
        m->where = MARKUP_TEXT;
    m->fresh = tag_is(m, "textarea") || tag_is(m, "pre");
    if (tag_is(m, "pre") && ++m->pre > MARKUP_PRE_MAX)
        return "too many <pre> within each other";
    return NULL;
}

static const char *
tag_done(struct markup *m)
{
    const char *problem = NULL;
    m->matched = 0;
    m->filled = false;
    m->spaced = false;
    attribute_clear(m);
    if (m->closing) {
        if (tag_is(m, "pre") && m->pre > 0)
            m->pre--;
        m->where = MARKUP_TEXT;
    } else {
        problem = tag_opened(m);
    }
    m->closing = false;
    m->json = false;
    if (m->where == MARKUP_TEXT)
        name_clear(m->tag, &m->tag_n);
    return problem;
}

/* What may follow a name or a value: white space, "/", ">". */
static const char *
feed_separate(struct markup *m, char c, struct buf *out)
{
    if (is_space(c)) {
        buf_add_char(out, ' ');
        m->where = MARKUP_BETWEEN;
        return NULL;
    }
    if (c == '/' || c == '>') {
        buf_add_char(out, c);
        m->where = MARKUP_SLASH;
        return c == '>' ? tag_done(m) : NULL;
    }
    return "white space is missing between attributes";
}

static const char *
feed_tag_name(struct markup *m, char c, struct buf *out)
{
    if (is_space(c) || c == '/' || c == '>')
        return feed_separate(m, c, out);
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != ':')
        return "a tag's name is made of letters, digits and hyphens";
    name_add(m->tag, &m->tag_n, c);
    buf_add_char(out, c);
    return NULL;
}

static const char *
feed_between(struct markup *m, char c, struct buf *out)
{
    if (is_space(c))
        return NULL;
    if (c == '/' || c == '>')
        return feed_separate(m, c, out);
    if (!is_letter(c) && c != '_' && c != ':' && c != '@')
        return "an attribute's name begins with a letter";
    m->where = MARKUP_ATTRIBUTE;
    attribute_clear(m);
    name_add(m->attribute, &m->attribute_n, c);
    buf_add_char(out, c);
    return NULL;
}

static const char *
feed_slash(struct markup *m, char c, struct buf *out)
{
    if (c != '>')
        return "\"/\" in a tag must be followed by \">\"";
    return feed_separate(m, c, out);
}

static const char *
name_ended(struct markup *m)
{
    const char *problem = attribute_done(m);
    attribute_clear(m);
    m->where = MARKUP_SEPARATE;
    return problem;
}

static bool
is_address(const struct markup *m)
{
    static const char *const list[] = {
        "href", "src",        "action",   "formaction", "poster",   "cite", "data",
        "ping", "background", "manifest", "xlink:href", "longdesc", "icon", NULL};
    return one_of(m->attribute, m->attribute_n, list);
}

static const char *
feed_attribute(struct markup *m, char c, struct buf *out)
{
    if (c == '=') {
        const char *problem = attribute_done(m);
        m->where = MARKUP_BEFORE_VALUE;
        m->address = is_address(m) ? MARKUP_ADDRESS_START : MARKUP_ADDRESS_NOT;
        buf_add_char(out, c);
        return problem;
    }
    if (is_space(c)) {
        m->where = MARKUP_AFTER_NAME;
        return NULL;
    }
    if (c == '/' || c == '>') {
        const char *problem = name_ended(m);
        return problem ? problem : feed_separate(m, c, out);
    }
    if (c == '"' || c == '\'' || c == '<' || (unsigned char)c < 0x20)
        return "a quote, \"<\" or control character stands in an attribute's name";
    name_add(m->attribute, &m->attribute_n, c);
    buf_add_char(out, c);
    return NULL;
}

static const char *
feed_after_name(struct markup *m, char c, struct buf *out)
{
    if (is_space(c))
        return NULL;
    if (c == '=')
        return feed_attribute(m, c, out);
    const char *problem = name_ended(m);
    if (problem)
        return problem;
    if (c != '/' && c != '>')
        buf_add_char(out, ' ');
    m->where = MARKUP_BETWEEN;
    return feed_between(m, c, out);
}

/* Literal characters of an address: its scheme must be one we serve, whatever is interpolated
 * later. */
static const char *
address_literal(struct markup *m, char c)
{
    static const char *const schemes[] = {"http", "https", "mailto", NULL};
    if (m->address == MARKUP_ADDRESS_NOT)
        return NULL;
    if (m->address == MARKUP_ADDRESS_REST) {
        /* "//" and "/\" would leave this site for a host named by what follows. */
        bool lone = m->value_n > 0;
        name_clear(m->value, &m->value_n);
        return lone && (c == '/' || c == '\\')
                   ? "an address could come to begin with \"//\" here"
                   : NULL;
    }
    if ((unsigned char)c <= 0x20 || c == '\\' || c == '&')
        return "an address must not begin with white space, \"\\\" or \"&\"";
    if (c == '/' || c == '?' || c == '#') {
        bool first = m->address == MARKUP_ADDRESS_START;
        name_clear(m->value, &m->value_n);
        if (first && c == '/')
            name_add(m->value, &m->value_n, c);
        m->address = MARKUP_ADDRESS_REST;
        return NULL;
    }
    if (c == ':') {
        bool served = one_of(m->value, m->value_n, schemes);
        name_clear(m->value, &m->value_n);
        m->address = MARKUP_ADDRESS_REST;
        return served ? NULL : "an address is http, https, mailto or a local path";
    }
    m->address = MARKUP_ADDRESS_SCHEME;
    name_add(m->value, &m->value_n, c);
    return NULL;
}

static const char *
value_done(struct markup *m, enum markup_where next)
{
    if (tag_is(m, "script") && attribute_is(m, "type")) {
        str type = {m->value, m->value_n};
        m->json = str_eq(type, S("application/json"));
        if (!m->json && !str_eq(type, S("module")))
            return "a script's type is \"module\" or \"application/json\"";
    }
    attribute_clear(m);
    m->where = next;
    return NULL;
}

static const char *
value_literal(struct markup *m, char c, struct buf *out)
{
    buf_add_char(out, c);
    if (tag_is(m, "script") && attribute_is(m, "type"))
        name_add(m->value, &m->value_n, c);
    return address_literal(m, c);
}

static const char *
feed_quoted(struct markup *m, char c, struct buf *out)
{
    if (c == (m->where == MARKUP_DOUBLE ? '"' : '\'')) {
        buf_add_char(out, c);
        return value_done(m, MARKUP_SEPARATE);
    }
    return value_literal(m, c, out);
}

static const char *
feed_bare(struct markup *m, char c, struct buf *out)
{
    if (is_space(c) || c == '>') {
        const char *problem = value_done(m, MARKUP_SEPARATE);
        return problem ? problem : feed_separate(m, c, out);
    }
    if (strchr("\"'<=`", c))
        return "this value needs quotes";
    return value_literal(m, c, out);
}

static const char *
feed_before_value(struct markup *m, char c, struct buf *out)
{
    if (is_space(c))
        return NULL;
    if (c == '"' || c == '\'') {
        m->where = c == '"' ? MARKUP_DOUBLE : MARKUP_SINGLE;
        buf_add_char(out, c);
        return NULL;
    }
    if (c == '>')
        return "an attribute's value is missing behind \"=\"";
    m->where = MARKUP_BARE;
    return feed_bare(m, c, out);
}

/*
 * title, textarea, script, style: nothing but their own end tag ends them. What looked like the
 * end tag is put out as it comes, so that text like "</b>" in a textarea stays.
 */
static const char *
feed_raw(struct markup *m, char c, struct buf *out)
{
    bool may_hold = m->where == MARKUP_RCDATA;
    int32_t n = m->matched;
    m->fresh = false;
    if (n == 2 + m->tag_n && (is_space(c) || c == '/' || c == '>')) {
        m->closing = true;
        m->matched = 0;
        m->where = MARKUP_TAG_NAME;
        return feed_separate(m, c, out);
    }
    char expected = '\0';
    if (n < 2)
        expected = "</"[n];
    else if (n < 2 + m->tag_n)
        expected = m->tag[n - 2];
    m->matched = lower(c) == expected ? n + 1 : c == '<' ? 1 : 0;
    buf_add_char(out, c);
    if (may_hold || m->matched > 0 || is_space(c))
        return NULL;
    if (m->where == MARKUP_ISLAND)
        return "a JSON island holds one {{ }} and nothing else";
    return "an inline script or style is dropped by our content security policy; use a file";
}

const char *
markup_feed(struct markup *m, char c, struct buf *out)
{
    static const char *(*const feeds[MARKUP_WHERE_N])(struct markup *, char, struct buf *) = {
        [MARKUP_TEXT] = feed_text,
        [MARKUP_OPEN] = feed_open,
        [MARKUP_DECLARATION] = feed_declaration,
        [MARKUP_COMMENT] = feed_comment,
        [MARKUP_DOCTYPE] = feed_doctype,
        [MARKUP_TAG_NAME] = feed_tag_name,
        [MARKUP_BETWEEN] = feed_between,
        [MARKUP_SEPARATE] = feed_separate,
        [MARKUP_SLASH] = feed_slash,
        [MARKUP_ATTRIBUTE] = feed_attribute,
        [MARKUP_AFTER_NAME] = feed_after_name,
        [MARKUP_BEFORE_VALUE] = feed_before_value,
        [MARKUP_DOUBLE] = feed_quoted,
        [MARKUP_SINGLE] = feed_quoted,
        [MARKUP_BARE] = feed_bare,
        [MARKUP_RCDATA] = feed_raw,
        [MARKUP_SCRIPT] = feed_raw,
        [MARKUP_STYLE] = feed_raw,
        [MARKUP_ISLAND] = feed_raw,
    };
    assert(m->where < MARKUP_WHERE_N);
    if (c == '\0')
        return "a page holds no NUL byte";
    if (m->where == MARKUP_TEXT)
        m->fresh = false;
    return feeds[m->where](m, c, out);
}

const char *
markup_directive(struct markup *m)
{
    m->spaced = false;
    m->fresh = false;
    switch (m->where) {
    case MARKUP_ATTRIBUTE:
    case MARKUP_AFTER_NAME:
        return name_ended(m);
    case MARKUP_TAG_NAME:
        m->where = MARKUP_SEPARATE;
        return NULL;
    case MARKUP_BARE:
        return value_done(m, MARKUP_SEPARATE);
    case MARKUP_TEXT:
    case MARKUP_BETWEEN:
    case MARKUP_SEPARATE:
    case MARKUP_DOUBLE:
    case MARKUP_SINGLE:
        return NULL;
    case MARKUP_RCDATA:
        return m->matched > 0 ? "a directive cuts an end tag in two" : NULL;
    case MARKUP_COMMENT:
        return "a directive stands in an HTML comment; use {# #}";
    case MARKUP_OPEN:
    case MARKUP_DECLARATION:
    case MARKUP_DOCTYPE:
    case MARKUP_SLASH:
    case MARKUP_BEFORE_VALUE:
    case MARKUP_SCRIPT:
    case MARKUP_STYLE:
    case MARKUP_ISLAND:
    case MARKUP_WHERE_N:
        break;
    }
    return "a directive cannot stand here";
}

static const char *
interpolate_value(struct markup *m, enum markup_context *ret)
{
    if (attribute_is(m, "srcset") || attribute_is(m, "imagesrcset"))
        return "{{ }} cannot stand in srcset: it mixes addresses and numbers";
    if (tag_is(m, "script") && attribute_is(m, "type"))
        return "a script's type must be written out";
    switch (m->address) {
    case MARKUP_ADDRESS_NOT:
        *ret = MARKUP_IN_VALUE;
        return NULL;
    case MARKUP_ADDRESS_START:
        *ret = MARKUP_IN_ADDRESS;
        name_add(m->value, &m->value_n, '/'); /* it may be "/": see address_literal */
        m->address = MARKUP_ADDRESS_REST;
        return NULL;
    case MARKUP_ADDRESS_SCHEME:
        return "begin the address with \"/\", or give it whole";
    case MARKUP_ADDRESS_REST:
        *ret = MARKUP_IN_ADDRESS_PART; /* which may be empty: a lone "/" before it stays lone */
        return NULL;
    }
    return NULL;
}

const char *
markup_interpolate(struct markup *m, enum markup_context *ret)
{
    m->spaced = false;
    m->fresh = false;
    switch (m->where) {
    case MARKUP_TEXT:
        *ret = MARKUP_IN_TEXT;
        return NULL;
    case MARKUP_RCDATA:
        *ret = MARKUP_IN_TEXT;
        return m->matched > 0 ? "{{ }} cuts an end tag in two" : NULL;
    case MARKUP_DOUBLE:
    case MARKUP_SINGLE:
        return interpolate_value(m, ret);
    case MARKUP_ISLAND:
        *ret = MARKUP_IN_ISLAND;
        if (m->filled || m->matched > 0)
            return "a JSON island holds one {{ }} and nothing else";
        m->filled = true;
        return NULL;
    case MARKUP_BEFORE_VALUE:
    case MARKUP_BARE:
        return "{{ }} in a value without quotes; quote it";
    case MARKUP_COMMENT:
        return "{{ }} in an HTML comment; use {# #}";
    case MARKUP_SCRIPT:
        return "{{ }} in a script; use a JSON island";
    case MARKUP_STYLE:
        return "{{ }} in a style sheet";
    case MARKUP_OPEN:
    case MARKUP_TAG_NAME:
        return "{{ }} in a tag's name";
    case MARKUP_BETWEEN:
    case MARKUP_SEPARATE:
    case MARKUP_SLASH:
    case MARKUP_ATTRIBUTE:
    case MARKUP_AFTER_NAME:
        return "{{ }} in an attribute's name";
    case MARKUP_DECLARATION:
    case MARKUP_DOCTYPE:
    case MARKUP_WHERE_N:
        break;
    }
    return "{{ }} cannot stand here";
}

bool
markup_same(const struct markup *a, const struct markup *b)
{
    return a->where == b->where && a->address == b->address && a->closing == b->closing &&
           a->json == b->json && a->filled == b->filled && a->pre == b->pre &&
           a->matched == b->matched &&
           str_eq((str){a->tag, a->tag_n}, (str){b->tag, b->tag_n}) &&
           str_eq((str){a->attribute, a->attribute_n}, (str){b->attribute, b->attribute_n}) &&
           str_eq((str){a->value, a->value_n}, (str){b->value, b->value_n});
}

bool
markup_join(struct markup *m, const struct markup *other)
{
    struct markup mine = *m, theirs = *other;
    /* Where white space may have been read on one way only, it must come on both. */
    if (mine.where == MARKUP_BETWEEN && theirs.where == MARKUP_SEPARATE)
        mine.where = MARKUP_SEPARATE;
    else if (mine.where == MARKUP_SEPARATE && theirs.where == MARKUP_BETWEEN)
        theirs.where = MARKUP_SEPARATE;
    /* What "/" must not follow on one way it must not follow on either: see address_literal. */
    if (mine.address == MARKUP_ADDRESS_REST && theirs.address == MARKUP_ADDRESS_REST) {
        struct markup *without = mine.value_n == 0 ? &mine : &theirs;
        const struct markup *with = mine.value_n == 0 ? &theirs : &mine;
        memcpy(without->value, with->value, sizeof with->value);
        without->value_n = with->value_n;
    }
    if (!markup_same(&mine, &theirs))
        return false;
    *m = mine;
    m->spaced = m->spaced && other->spaced;
    return true;
}

const char *
markup_describe(const struct markup *m)
{
    static const char *const words[MARKUP_WHERE_N] = {
        [MARKUP_TEXT] = "text",
        [MARKUP_OPEN] = "the beginning of a tag",
        [MARKUP_DECLARATION] = "a declaration",
        [MARKUP_COMMENT] = "a comment",
        [MARKUP_DOCTYPE] = "the doctype",
        [MARKUP_TAG_NAME] = "a tag's name",
        [MARKUP_BETWEEN] = "a tag, between attributes",
        [MARKUP_SEPARATE] = "a tag, where white space is due",
        [MARKUP_SLASH] = "the end of a tag",
        [MARKUP_ATTRIBUTE] = "an attribute's name",
        [MARKUP_AFTER_NAME] = "an attribute's name",
        [MARKUP_BEFORE_VALUE] = "an attribute without its value",
        [MARKUP_DOUBLE] = "the value of an attribute",
        [MARKUP_SINGLE] = "the value of an attribute",
        [MARKUP_BARE] = "the value of an attribute",
        [MARKUP_RCDATA] = "a title or textarea",
        [MARKUP_SCRIPT] = "a script",
        [MARKUP_STYLE] = "a style sheet",
        [MARKUP_ISLAND] = "a JSON island",
    };
    assert(m->where < MARKUP_WHERE_N);
    return m->where == MARKUP_TEXT && m->pre > 0 ? "a <pre>" : words[m->where];
}
