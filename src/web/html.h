#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/format.h"
#include "base/translate.h"
#include "web/asset.h"

/*
 * What compiled pages write with. A page says {{ x }}; the page compiler chooses the function by context,
 * _Generic by type. A type without a rendering does not compile: a double must be rounded first
 * (base/format.h), a pointer is no text.
 */
struct html {
    struct buf *out;
    enum lang lang;
    const struct zone *zone;
    struct arena *scratch; /* translated sentences and numbers, until the page is written */
};

/* html_raw(h, s): as it is. Pages say {{ raw x }}; each is a thing to review. */
void html_raw(struct html *h, str s);

/*
 * html_text(h, x): in text, title, textarea: escaped; whole numbers grouped as the reader groups them.
 * html_attribute(h, x): in a quoted attribute: escaped; whole numbers as plain digits.
 * html_url(h, x): a whole address: http, https, mailto, or a path of this site ("/…", "?…", "#…"); anything
 * else, and whatever a browser could read as something else, becomes "about:blank".
 * html_url_part(h, x): within an address: percent-encoded, so that it stays one part of it.
 * html_json(h, s): JSON between <script type="application/json">: the same JSON without "<", ">", "&".
 */
/* clang-format off */
#define HTML_BY_TYPE(x, f)                                                                         \
    _Generic((x),                                                                                  \
        str: f##_str, const char *: f##_z, char *: f##_z,                                          \
        short: f##_int, int: f##_int, long: f##_int, long long: f##_int,                           \
        unsigned short: f##_int, unsigned: f##_int)
#define html_url(h, x)                                                                             \
    _Generic((x), str: html_url_str, const char *: html_url_z, char *: html_url_z)((h), (x))
/* clang-format on */
#define html_text(h, x) HTML_BY_TYPE(x, html_text)((h), (x))
#define html_attribute(h, x) HTML_BY_TYPE(x, html_attribute)((h), (x))
#define html_url_part(h, x) HTML_BY_TYPE(x, html_url_part)((h), (x))
/* html_show(h, x): the same choice, as a str: the arguments of a translated sentence. Not escaped yet. */
#define html_show(h, x) HTML_BY_TYPE(x, html_show)((h), (x))

/* What the macros below choose from: one function for each kind of value in each place. */
void html_text_str(struct html *h, str s);
void html_text_z(struct html *h, const char *z);
void html_text_int(struct html *h, int64_t n);
void html_attribute_str(struct html *h, str s);
void html_attribute_z(struct html *h, const char *z);
void html_attribute_int(struct html *h, int64_t n);
void html_url_str(struct html *h, str s);
void html_url_z(struct html *h, const char *z);
void html_url_part_str(struct html *h, str s);
void html_url_part_z(struct html *h, const char *z);
void html_url_part_int(struct html *h, int64_t n);
void html_json(struct html *h, str s);
str html_show_str(struct html *h, str s);
str html_show_z(struct html *h, const char *z);
str html_show_int(struct html *h, int64_t n);

/*
 * _("…", a, b) and _n("%s post", "%s posts", n, …) in pages: the translated sentence, its arguments shown
 * by type; of _n the number is the first argument. Up to five arguments.
 */
str html_say(struct html *h, const char *id, const str *args, int32_t args_n);
str html_say_n(struct html *h, const char *one, const char *many, int64_t n, const str *args,
               int32_t args_n);

#define HTML_COUNT(...) HTML_COUNT_(__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)
#define HTML_COUNT_(a, b, c, d, e, f, n, ...) n
#define HTML_PASTE(a, b) HTML_PASTE_(a, b)
#define HTML_PASTE_(a, b) a##b
#define HTML_SHOW_1(h, a) html_show(h, a)
#define HTML_SHOW_2(h, a, ...) html_show(h, a), HTML_SHOW_1(h, __VA_ARGS__)
#define HTML_SHOW_3(h, a, ...) html_show(h, a), HTML_SHOW_2(h, __VA_ARGS__)
#define HTML_SHOW_4(h, a, ...) html_show(h, a), HTML_SHOW_3(h, __VA_ARGS__)
#define HTML_SHOW_5(h, a, ...) html_show(h, a), HTML_SHOW_4(h, __VA_ARGS__)
#define HTML_SAY_1(h, id) html_say(h, id, NULL, 0)
#define HTML_SAY_2(h, id, ...) html_say(h, id, (const str[]){HTML_SHOW_1(h, __VA_ARGS__)}, 1)
#define HTML_SAY_3(h, id, ...) html_say(h, id, (const str[]){HTML_SHOW_2(h, __VA_ARGS__)}, 2)
#define HTML_SAY_4(h, id, ...) html_say(h, id, (const str[]){HTML_SHOW_3(h, __VA_ARGS__)}, 3)
#define HTML_SAY_5(h, id, ...) html_say(h, id, (const str[]){HTML_SHOW_4(h, __VA_ARGS__)}, 4)
#define HTML_SAY_6(h, id, ...) html_say(h, id, (const str[]){HTML_SHOW_5(h, __VA_ARGS__)}, 5)
#define HTML_SAY(h, ...) HTML_PASTE(HTML_SAY_, HTML_COUNT(__VA_ARGS__))(h, __VA_ARGS__)
#define HTML_SAY_N(h, one, many, ...) \
    HTML_PASTE(HTML_SAY_N_, HTML_COUNT(__VA_ARGS__))(h, one, many, __VA_ARGS__)
#define HTML_SAY_N_1(h, one, many, n) \
    html_say_n(h, one, many, n, (const str[]){HTML_SHOW_1(h, n)}, 1)
#define HTML_SAY_N_2(h, one, many, n, ...) \
    html_say_n(h, one, many, n, (const str[]){HTML_SHOW_2(h, n, __VA_ARGS__)}, 2)
#define HTML_SAY_N_3(h, one, many, n, ...) \
    html_say_n(h, one, many, n, (const str[]){HTML_SHOW_3(h, n, __VA_ARGS__)}, 3)
#define HTML_SAY_N_4(h, one, many, n, ...) \
    html_say_n(h, one, many, n, (const str[]){HTML_SHOW_4(h, n, __VA_ARGS__)}, 4)
