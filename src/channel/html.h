#pragma once
#include "base/arena.h"
#include "base/str.h"
#include "channel/driver.h"

/*
 * html_of_markdown(keep, text): CommonMark with tables, strikethrough and bare links, as HTML for a blog; HTML in
 * the text is shown, not obeyed, and links go to http, https and mailto alone. Through md4c.
 */
str html_of_markdown(struct arena *keep, str text);
/* html_escape(keep, text): for text and for attributes in double quotes. */
str html_escape(struct arena *keep, str text);
/*
 * html_of_message(keep, driver, message, addresses): the whole body for a blog: the text, then the files from the second on
 * at ${addresses} (none: left out); the first is the picture of the post.
 */
str html_of_message(struct arena *keep, const struct driver *driver,
                    const struct channel_message *message, const str *addresses);
/*
 * slug_of(keep, title, max): the title as the end of an address: small Latin letters without accents, digits and
 * single dashes, ${max} bytes at most; none when it has letters that this cannot say (the server makes its own).
 */
str slug_of(struct arena *keep, str title, ptrdiff_t max);
