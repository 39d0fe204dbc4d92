#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"

/*
 * Where in an HTML document a position stands: the tokenizer's states of the HTML Standard
 * (13.2.5, read 2026-08) that a page of ours may be in. Fed byte by byte with the literal parts
 * of a page; what it lets through goes to a buf with comments dropped and indentation
 * collapsed. What a browser would parse otherwise than we do, or our content security policy
 * would drop, is a problem.
 */
enum markup_where {
    MARKUP_TEXT,
    MARKUP_OPEN,         /* after "<" */
    MARKUP_DECLARATION,  /* after "<!" */
    MARKUP_COMMENT,      /* dropped */
    MARKUP_DOCTYPE,      /* until ">" */
    MARKUP_TAG_NAME,     /* of a start tag or, with .closing, an end tag */
    MARKUP_BETWEEN,      /* in a tag, an attribute may begin */
    MARKUP_SEPARATE,     /* in a tag, white space, "/" or ">" must come first */
    MARKUP_SLASH,        /* in a tag, after "/" */
    MARKUP_ATTRIBUTE,    /* in an attribute's name */
    MARKUP_AFTER_NAME,   /* white space after an attribute's name */
    MARKUP_BEFORE_VALUE, /* after "=" */
    MARKUP_DOUBLE,       /* in a value between double quotes */
    MARKUP_SINGLE,
    MARKUP_BARE,   /* in a value without quotes */
    MARKUP_RCDATA, /* title, textarea */
    MARKUP_SCRIPT, /* must stay empty */
    MARKUP_STYLE,  /* must stay empty */
    MARKUP_ISLAND, /* script type="application/json" */
    MARKUP_WHERE_N
};

/* How far the value of an address attribute (href, src, …) is known. */
enum markup_address {
    MARKUP_ADDRESS_NOT,    /* not an address attribute */
    MARKUP_ADDRESS_START,  /* nothing yet: what comes decides the scheme */
    MARKUP_ADDRESS_SCHEME, /* literal characters that may yet turn out a scheme */
    MARKUP_ADDRESS_REST    /* the scheme can no longer change */
};

enum {
    MARKUP_NAME_MAX =
        24, /* the longest names that matter are shorter; longer ones are cut alike */
    MARKUP_PRE_MAX = 8 /* pre in pre in pre …: nobody needs more */
};

struct markup {
    enum markup_where where;
    enum markup_address address;
    bool closing; /* the tag is an end tag */
    bool json;    /* the script tag says type="application/json" */
    bool fresh;   /* just behind <textarea> or <pre>, where browsers drop a newline */
    bool filled;  /* the island has its one interpolation */
    bool spaced;  /* the last byte put out was collapsible white space */
    int32_t pre;  /* open <pre> elements */
    int32_t matched;
    int32_t tag_n, attribute_n, value_n;
    char tag[MARKUP_NAME_MAX];       /* lower case; kept in raw text until the end tag */
    char attribute[MARKUP_NAME_MAX]; /* lower case; empty outside attributes */
    char value[MARKUP_NAME_MAX];     /* literal beginning, where it matters */
};

/* What a {{ }} standing here must be escaped for. */
enum markup_context {
    MARKUP_IN_TEXT,
    MARKUP_IN_VALUE,        /* quoted attribute */
    MARKUP_IN_ADDRESS,      /* the beginning of an address attribute: its scheme is checked */
    MARKUP_IN_ADDRESS_PART, /* later in an address attribute: percent-encoded */
    MARKUP_IN_ISLAND
};

/* markup_init(markup): at the beginning of text; white space at the very beginning is dropped.
 */
void markup_init(struct markup *markup);
/*
 * markup_feed(markup, c, out):
 * Takes one literal byte; adds what it amounts to to ${out}.
 * Gives NULL, or the sentence that says what is wrong here; then the state is of no further
 * use.
 */
const char *markup_feed(struct markup *markup, char c, struct buf *out);
/*
 * markup_directive(markup):
 * A directive stands here: whatever name was being read is complete. NULL, or what is wrong.
 */
const char *markup_directive(struct markup *markup);
/* markup_interpolate(markup, ret_context): a {{ }} stands here. NULL, or what is wrong. */
const char *markup_interpolate(struct markup *markup, enum markup_context *ret_context);
/*
 * markup_join(markup, other):
 * Two ways lead here, in these two states: the state that is true of both goes to ${markup}.
 * False if there is none.
 */
bool markup_join(struct markup *markup, const struct markup *other);
/* markup_same(a, b): the two differ in nothing that matters. */
bool markup_same(const struct markup *a, const struct markup *b);
/* markup_describe(markup): where it stands, in words, for messages. */
const char *markup_describe(const struct markup *markup);
