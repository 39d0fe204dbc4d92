#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "markup.h"

/* An open {% if %} or {% for %}: the state it began in, and what its branches ended in so far.
 */
struct block {
    bool loop, has_else;
    int32_t line;
    struct markup begin, joined;
    bool joined_any;
};

struct compiler {
    str path, text;
    ptrdiff_t at;
    int32_t line, column;
    struct arena *keep;
    struct page_unit unit;
    struct buf *out;
    struct buf literal; /* markup seen and not yet put out */
    struct markup markup;
    struct block blocks[PAGE_DEPTH_MAX];
    int32_t blocks_n;
    bool in_page;
    struct error *error;
};

/* One {{ }}, {% %} or {# #}: what is between, where it stands. */
struct tag {
    char kind; /* '{', '%', '#' */
    str code;
    int32_t line, column;
};

static enum fault
problem_at(struct compiler *c, int32_t line, const char *what)
{
    return fail(c->error, FAULT_INPUT, "%.*s:%d: %s", STR_FMT(c->path), line, what);
}

static void
advance(struct compiler *c, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++, c->at++) {
        bool newline = c->text.p[c->at] == '\n';
        c->line += newline;
        c->column = newline ? 1 : c->column + 1;
    }
}

static bool
looking_at(const struct compiler *c, str what)
{
    return str_starts(str_slice(c->text, c->at, c->text.n), what);
}

/* ---------- what is put out ---------- */

static void
flush_literal(struct compiler *c)
{
    if (c->literal.n == 0)
        return;
    buf_add(c->out, S("    html_raw(h, S("));
    code_literal(buf_str(&c->literal), c->out);
    buf_add(c->out, S("));\n"));
    buf_clear(&c->literal);
}

/*
 * before + code + after with a #line, the code in the column it has in the page, so that the C
 * compiler's messages point into the .html file. Where ${before} is wider than that the column
 * is too far right.
 */
static void
put_code(struct compiler *c, const char *before, const struct tag *tag, const char *after)
{
    flush_literal(c);
    buf_addf(c->out, "#line %d ", tag->line);
    code_literal(c->path, c->out);
    buf_addf(c->out, "\n%s", before);
    for (int32_t i = (int32_t)strlen(before) + 1; tag->code.n > 0 && i < tag->column && i < 200;
         i++)
        buf_add_char(c->out, ' ');
    buf_add(c->out, tag->code);
    buf_addf(c->out, "%s\n", after);
}

/* ---------- interpolation ---------- */

static const char *
writer_of(enum markup_context context)
{
    switch (context) {
    case MARKUP_IN_TEXT:
        return "html_text(h, ";
    case MARKUP_IN_VALUE:
        return "html_attribute(h, ";
    case MARKUP_IN_ADDRESS:
        return "html_url(h, ";
    case MARKUP_IN_ADDRESS_PART:
        return "html_url_part(h, ";
    case MARKUP_IN_ISLAND:
        return "html_json(h, ";
    }
    abort(); /* not a context */
}

/* Takes a leading word off the code, keeping its column right. */
static bool
take_word(struct tag *tag, const char *word)
{
    str w = str_of(word);
    if (!str_starts(tag->code, w))
        return false;
    str rest = str_slice(tag->code, w.n, tag->code.n);
    if (rest.n > 0 && code_is_word(rest.p[0]))
        return false;
    while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t')) {
        rest = str_slice(rest, 1, rest.n);
        tag->column++;
    }
    tag->column += (int32_t)w.n;
    tag->code = rest;
    return true;
}

static enum fault
interpolation(struct compiler *c, struct tag *tag)
{
    if (!c->in_page)
        return problem_at(c, tag->line, "{{ }} before {% page %}");
    bool raw = take_word(tag, "raw");
    bool fresh = c->markup.fresh;
    enum markup_context context = MARKUP_IN_TEXT;
    const char *problem = markup_interpolate(&c->markup, &context);
    if (!problem)
        problem = code_expression(tag->code);
    if (!problem && raw && context != MARKUP_IN_TEXT)
        problem = "{{ raw }} is for text only";
    if (problem)
        return problem_at(c, tag->line, problem);
    /* Browsers drop a newline right behind <textarea> and <pre>: give them one to drop. */
    if (fresh)
        buf_add_char(&c->literal, '\n');
    put_code(c, raw ? "html_raw(h, " : writer_of(context), tag, ");");
    return OK;
}

/* ---------- directives ---------- */

/* Where a state stands, with the names that tell two alike ones apart. */
static const char *
describe(struct compiler *c, const struct markup *m)
{
    bool named = m->attribute_n > 0 || m->tag_n > 0;
    str name =
        m->attribute_n > 0 ? (str){m->attribute, m->attribute_n} : (str){m->tag, m->tag_n};
    return cstr(c->keep, arena_printf(c->keep, "%s%s%.*s%s", markup_describe(m),
                                      named ? " (" : "", STR_FMT(name), named ? ")" : ""));
}

static enum fault
page_end(struct compiler *c, int32_t line)
{
    if (!c->in_page)
        return OK;
    if (c->blocks_n > 0)
        return problem_at(c, c->blocks[c->blocks_n - 1].line,
                          "this is never closed by {% end %}");
    if (c->markup.where != MARKUP_TEXT || c->markup.pre > 0)
        return fail(c->error, FAULT_INPUT, "%.*s:%d: the page ends inside %s", STR_FMT(c->path),
                    line, describe(c, &c->markup));
    flush_literal(c);
    buf_add(c->out, S("}\n"));
    c->in_page = false;
    return OK;
}

/* include "a.h" include "b.h" … */
static const char *
page_includes(struct compiler *c, str rest)
{
    while (rest.n > 0) {
        if (!str_starts(rest, S("include ")))
            return "write {% page name(arguments) include \"header.h\" %}";
        rest = str_trim(str_slice(rest, 8, rest.n));
        str file;
        if (rest.n < 2 || rest.p[0] != '"')
            return "include needs a header between double quotes";
        rest = str_slice(rest, 1, rest.n);
        if (!str_cut(&rest, '"', &file) || file.n == 0 || str_chr(file, '\n') >= 0 ||
            str_chr(file, '\\') >= 0)
            return "include needs a header between double quotes";
        rest = str_trim(rest);
        if (c->unit.includes_n == PAGE_INCLUDES_MAX)
            return "too many headers";
        c->unit.includes[c->unit.includes_n++] = file;
        buf_addf(c->out, "#include \"%.*s\"\n", STR_FMT(file));
    }
    return NULL;
}

static enum fault
page_begin(struct compiler *c, const struct tag *tag)
{
    enum fault fault = page_end(c, tag->line);
    if (fault)
        return fault;
    str name, arguments, rest;
    if (!code_call(tag->code, &name, &arguments, &rest))
        return problem_at(c, tag->line,
                          "write {% page name(arguments) include \"header.h\" %}");
    const char *problem = page_includes(c, str_trim(rest));
    if (!problem && c->unit.prototypes_n == PAGE_FUNCTIONS_MAX)
        problem = "too many pages in one file";
    if (problem)
        return problem_at(c, tag->line, problem);
    str prototype = arena_printf(c->keep, "void page_%.*s(struct html *h%s%.*s)", STR_FMT(name),
                                 arguments.n > 0 ? ", " : "", STR_FMT(arguments));
    c->unit.prototypes[c->unit.prototypes_n++] = prototype;
    buf_addf(c->out, "#line %d ", tag->line);
    code_literal(c->path, c->out);
    buf_addf(c->out, "\n%.*s\n{\n", STR_FMT(prototype));
    markup_init(&c->markup);
    c->in_page = true;
    return OK;
}

static enum fault
block_begin(struct compiler *c, const struct tag *tag, bool loop)
{
    const char *problem = code_parenthesised(tag->code, loop);
    if (!problem && c->blocks_n == PAGE_DEPTH_MAX)
        problem = "too many {% if %} and {% for %} within each other";
    if (problem)
        return problem_at(c, tag->line, problem);
    c->blocks[c->blocks_n++] = (struct block){
        .loop = loop, .line = tag->line, .begin = c->markup, .joined = c->markup};
    put_code(c, loop ? "for " : "if ", tag, " {");
    return OK;
}

/* The end of a branch: its state must agree with those of the branches before it. */
static enum fault
branch_end(struct compiler *c, struct block *block)
{
    flush_literal(c);
    struct markup joined = c->markup;
    if (block->joined_any && !markup_join(&joined, &block->joined))
        return fail(c->error, FAULT_INPUT,
                    "%.*s:%d: one branch ends inside %s, another inside %s", STR_FMT(c->path),
                    c->line, describe(c, &block->joined), describe(c, &c->markup));
    block->joined = joined;
    block->joined_any = true;
    return OK;
}

static enum fault
block_else(struct compiler *c, struct tag *tag)
{
    struct block *block = c->blocks_n > 0 ? &c->blocks[c->blocks_n - 1] : NULL;
    if (!block || block->loop || block->has_else)
        return problem_at(c, tag->line, "{% else %} without its {% if %}");
    enum fault fault = branch_end(c, block);
    if (fault)
        return fault;
    c->markup = block->begin;
    c->markup.spaced = false;
    if (tag->code.n == 0) {
        block->has_else = true;
        buf_add(c->out, S("} else {\n"));
        return OK;
    }
    bool is_if = take_word(tag, "if");
    const char *problem =
        is_if ? code_parenthesised(tag->code, false) : "write {% else if (…) %}";
    if (problem)
        return problem_at(c, tag->line, problem);
    put_code(c, "} else if ", tag, " {");
    return OK;
}

static enum fault
block_end(struct compiler *c, const struct tag *tag)
{
    if (tag->code.n > 0)
        return problem_at(c, tag->line, "{% end %} takes nothing");
    if (c->blocks_n == 0)
        return problem_at(c, tag->line, "{% end %} closes nothing");
    struct block *block = &c->blocks[--c->blocks_n];
    if (!block->has_else) {
        /* The way on which nothing inside ran. */
        struct markup end = c->markup;
        bool agrees = markup_join(&end, &block->begin);
        /* A loop's end is also where its next round begins. */
        if (agrees && block->loop)
            agrees = markup_same(&end, &block->begin);
        if (!agrees)
            return fail(c->error, FAULT_INPUT,
                        "%.*s:%d: {%% %s %%} begins inside %s and ends inside %s",
                        STR_FMT(c->path), block->line, block->loop ? "for" : "if",
                        describe(c, &block->begin), describe(c, &c->markup));
        c->markup = end;
    }
    enum fault fault = branch_end(c, block);
    if (fault)
        return fault;
    c->markup = block->joined;
    c->markup.spaced = false;
    buf_add(c->out, S("}\n"));
    return OK;
}

static enum fault
call(struct compiler *c, const struct tag *tag)
{
    str name, arguments, rest;
    if (!code_call(tag->code, &name, &arguments, &rest) || str_trim(rest).n > 0)
        return problem_at(c, tag->line, "write {% call name(arguments) %}");
    if (c->markup.where != MARKUP_TEXT)
        return problem_at(c, tag->line, "a page can only be called between elements");
    struct tag inner = *tag;
    inner.column += (int32_t)(arguments.p - tag->code.p);
    inner.code = arguments;
    str before =
        arena_printf(c->keep, "page_%.*s(h%s", STR_FMT(name), arguments.n > 0 ? ", " : "");
    put_code(c, cstr(c->keep, before), &inner, ");");
    return OK;
}

static enum fault
let(struct compiler *c, const struct tag *tag)
{
    const char *problem = code_declaration(tag->code);
    if (problem)
        return problem_at(c, tag->line, problem);
    put_code(c, "", tag, "");
    return OK;
}

static enum fault
directive(struct compiler *c, struct tag *tag)
{
    if (take_word(tag, "page"))
        return page_begin(c, tag);
    if (!c->in_page)
        return problem_at(c, tag->line, "a page file begins with {% page name(…) %}");
    const char *problem = markup_directive(&c->markup);
    if (problem)
        return problem_at(c, tag->line, problem);
    if (take_word(tag, "if"))
        return block_begin(c, tag, false);
    if (take_word(tag, "for"))
        return block_begin(c, tag, true);
    if (take_word(tag, "else"))
        return block_else(c, tag);
    if (take_word(tag, "end"))
        return block_end(c, tag);
    if (take_word(tag, "call"))
        return call(c, tag);
    if (take_word(tag, "let"))
        return let(c, tag);
    return problem_at(c, tag->line,
                      "unknown directive; there are page, if, else, for, end, let, call");
}

/* ---------- the file ---------- */

/* Reads the {{ }}, {% %} or {# #} that begins here. */
static enum fault
tag_read(struct compiler *c, struct tag *ret)
{
    char kind = c->text.p[c->at + 1];
    int32_t line = c->line;
    advance(c, 2);
    ptrdiff_t n = code_until(str_slice(c->text, c->at, c->text.n), kind);
    if (n < 0)
        return problem_at(c, line,
                          kind == '{'   ? "{{ without }}"
                          : kind == '%' ? "{% without %}"
                                        : "{# without #}");
    if (n > PAGE_CODE_BYTES_MAX)
        return problem_at(c, line, "too much code in one place; compute it before, in C");
    str code = str_slice(c->text, c->at, c->at + n);
    ptrdiff_t lead = 0;
    while (lead < code.n &&
           (code.p[lead] == ' ' || code.p[lead] == '\t' || code.p[lead] == '\n'))
        lead++;
    advance(c, lead);
    *ret = (struct tag){kind, str_trim(str_slice(code, lead, code.n)), c->line, c->column};
    advance(c, n - lead + 2);
    return OK;
}

/* Whether only blanks stand between ${at} and the line's beginning. */
static bool
begins_line(const struct compiler *c)
{
    ptrdiff_t i = c->at;
    while (i > 0 && (c->text.p[i - 1] == ' ' || c->text.p[i - 1] == '\t'))
        i--;
    return i == 0 || c->text.p[i - 1] == '\n';
}

/* A directive alone on its line takes the line with it, outside pre and attribute values. */
static void
swallow_line(struct compiler *c)
{
    ptrdiff_t n = 0;
    while (c->at + n < c->text.n &&
           (c->text.p[c->at + n] == ' ' || c->text.p[c->at + n] == '\t'))
        n++;
    bool alone = c->at + n == c->text.n || c->text.p[c->at + n] == '\n';
    if (!alone || c->markup.where != MARKUP_TEXT || c->markup.pre > 0)
        return;
    advance(c, c->at + n == c->text.n ? n : n + 1);
    c->markup.spaced = true;
}

static enum fault
tag_compile(struct compiler *c)
{
    bool may_be_alone = begins_line(c) && c->text.p[c->at + 1] != '{';
    struct tag tag;
    enum fault fault = tag_read(c, &tag);
    if (fault)
        return fault;
    if (tag.kind == '{')
        return interpolation(c, &tag);
    if (tag.kind == '%')
        fault = directive(c, &tag);
    if (!fault && may_be_alone)
        swallow_line(c);
    return fault;
}

static enum fault
compile(struct compiler *c)
{
    while (c->at < c->text.n) {
        enum fault fault = OK;
        const char *problem = NULL;
        if (looking_at(c, S("{{")) || looking_at(c, S("{%")) || looking_at(c, S("{#"))) {
            fault = tag_compile(c);
        } else if (!c->in_page) {
            if (str_trim(str_slice(c->text, c->at, c->at + 1)).n > 0)
                problem = "a page file begins with {% page name(…) %}";
            else
                advance(c, 1);
        } else {
            int32_t line = c->line;
            problem = markup_feed(&c->markup, c->text.p[c->at], &c->literal);
            advance(c, 1);
            if (problem)
                return problem_at(c, line, problem);
        }
        if (problem)
            return problem_at(c, c->line, problem);
        if (fault)
            return fault;
    }
    if (c->unit.prototypes_n == 0)
        return problem_at(c, 1, "a page file begins with {% page name(…) %}");
    return page_end(c, c->line);
}

static enum fault
size_check(str path, str text, struct error *error)
{
    if (text.n > PAGE_BYTES_MAX)
        return fail(error, FAULT_LIMIT, "%.*s: a page has at most %d bytes", STR_FMT(path),
                    PAGE_BYTES_MAX);
    return OK;
}

enum fault
page_compile(str path, str text, struct arena *keep, struct page_unit *ret_unit,
             struct buf *out, struct error *error)
{
    enum fault fault = size_check(path, text, error);
    if (fault)
        return fault;
    struct compiler *c = new (keep, struct compiler, 1);
    *c = (struct compiler){.path = path,
                           .text = text,
                           .line = 1,
                           .column = 1,
                           .keep = keep,
                           .unit.path = path,
                           .out = out,
                           .error = error};
    buf_init(&c->literal, PAGE_BYTES_MAX);
    buf_add(out, S("/* Made by mkpage; edit the .html file. */\n#include \"web/pages.h\"\n"
                   "#define _(...) HTML_SAY(h, __VA_ARGS__)\n"
                   "#define _n(...) HTML_SAY_N(h, __VA_ARGS__)\n"));
    fault = compile(c);
    buf_release(&c->literal);
    if (!fault)
        fault = buf_check(out, "the compiled page", error);
    if (!fault)
        *ret_unit = c->unit;
    return fault;
}

static bool
included_before(const struct page_unit *units, ptrdiff_t unit, int32_t include)
{
    for (ptrdiff_t u = 0; u <= unit; u++)
        for (int32_t i = 0; i < (u == unit ? include : units[u].includes_n); i++)
            if (str_eq(units[u].includes[i], units[unit].includes[include]))
                return true;
    return false;
}

void
page_header(const struct page_unit *units, ptrdiff_t n, struct buf *out)
{
    buf_add(out, S("#pragma once\n/* Made by mkpage: every page of web/pages. */\n"
                   "#include \"web/html.h\"\n"));
    for (ptrdiff_t u = 0; u < n; u++)
        for (int32_t i = 0; i < units[u].includes_n; i++)
            if (!included_before(units, u, i))
                buf_addf(out, "#include \"%.*s\"\n", STR_FMT(units[u].includes[i]));
    buf_add_char(out, '\n');
    for (ptrdiff_t u = 0; u < n; u++) {
        buf_addf(out, "/* %.*s */\n", STR_FMT(units[u].path));
        for (int32_t i = 0; i < units[u].prototypes_n; i++)
            buf_addf(out, "%.*s;\n", STR_FMT(units[u].prototypes[i]));
    }
}
