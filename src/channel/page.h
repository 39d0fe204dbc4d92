#pragma once
#include "base/arena.h"
#include "base/str.h"

/* Reading HTML that others wrote: as a text, and what a page says of itself. */

/* page_text(keep, html, max): at most ${max} bytes of it without tags, with entities read. */
str page_text(struct arena *keep, str html, ptrdiff_t max);
/*
 * page_card(keep, html, ret_title, ret_text): the title and the description a page gives for a card of it: og:title,
 * og:description, else its own title and description, on one line; none where it gives none, or not in UTF-8.
 * Source: the Open Graph protocol (ogp.me), HTML's meta and title.
 */
void page_card(struct arena *keep, str html, str *ret_title, str *ret_text);
