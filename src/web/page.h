#pragma once
/* What every page may use: its view, and the fixed words of states and verdicts. */
#include "base/format.h"
#include "base/translate.h"
#include "web/html.h"
#include "web/views.h"
#include "web/views_queue.h"
#include "web/words.h"

/* Class names in app.css. A state is always said in a word too: the class only colours it. */
static inline const char *
tone_class(enum tone tone)
{
    static const char *const names[] = {"quiet", "good", "warn", "bad"};
    return names[tone];
}
static inline const char *
verdict_class(enum verdict_view verdict)
{
    static const char *const names[] = {"clear", "leaning", "unknown"};
    return names[verdict];
}
static inline const char *
row_class(enum row_state state)
{
    static const char *const names[] = {"remark", "warning", "error"};
    return names[state];
}
static inline const char *
verdict_word(const struct html *h, enum verdict_view verdict)
{
    return words_verdict(h->lang, verdict);
}
static inline const char *
row_word(const struct html *h, enum row_state state)
{
    static const char *const names[] = {N_("remark"), N_("warning"), N_("refused")};
    return translate(h->lang, names[state]);
}
