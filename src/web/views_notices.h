#pragma once
#include "web/page.h"

/* What is asked of both means, and how they stand. */
struct means_view {
    bool on;
    const char *word; /* "mail", "webhook": in paths */
    str error;        /* why the last form was not taken */
    str good, failed; /* when it last went well, or not */
    str words;        /* the server's, of the last failure */
    str test;         /* what came of the last test, or that it is under way */
    bool test_waits, test_good;
    bool secret; /* one is kept */
};
/* One of the last notices. */
struct notice_line {
    str created, means, subject, state;
    enum tone tone;
};
struct notices_view {
    struct layout_view layout;
    struct means_view mail, webhook;
    str server, port, user, from, to, pages;
    str webhook_server, webhook_pages;
    struct options_view tls, langs, webhook_langs;
    const struct notice_line *lines;
    ptrdiff_t lines_n;
};
