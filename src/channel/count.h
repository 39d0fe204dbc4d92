#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

/* How networks count text. Four ways are enough for all of them; each is pure and takes any bytes. */

/* What X publishes as its configuration; limits of networks are data. */
struct count_x_rules {
    int32_t weight_light, weight_heavy, scale; /* in 1/scale of a character */
    int32_t url_characters;                    /* every address, however long */
    bool whole_emoji;                          /* a whole emoji sequence weighs once */
};
extern const struct count_x_rules count_x_v2, count_x_v3;

enum { URL_CHARACTERS_USUAL = 23 /* X since 2017; Mastodon takes the same on purpose */ };

/* count_x(text, rules): weighted length, rounded down, after NFC. Source: twitter-text, its published rules. */
int64_t count_x(str text, const struct count_x_rules *rules);
/* count_mastodon(text, url_characters): graphemes, each http(s) address so many, @user@host as @user. */
int64_t count_mastodon(str text, int64_t url_characters);
/* count_graphemes(text): extended grapheme clusters. */
int64_t count_graphemes(str text);
/* count_utf16(text): UTF-16 code units; an ill-formed sequence counts one. */
int64_t count_utf16(str text);

/* A piece of a text by bytes. */
struct text_range {
    int64_t from, to;
};
/* web_urls(text, ret, max): the http(s) addresses up to a blank, without the punctuation behind them; how many. */
int32_t web_urls(str text, struct text_range *ret, int32_t max);
