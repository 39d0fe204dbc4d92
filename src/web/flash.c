#include <assert.h>
#include <inttypes.h>

#include "base/number.h"
#include "base/translate.h"
#include "web/answer.h"
#include "web/web_internal.h"

/*
 * What the next page says of the last act. Carried by a short-lived cookie of three numbers: which words,
 * of what, how many. Whoever forges one misleads only themselves; the undo it leads to is checked anew.
 */
struct flash_words {
    enum tone tone;
    const char *one, *many; /* many: NULL when there is no number in it */
    const char *undo;       /* printf of the id, or NULL */
};

static const struct flash_words words[FLASH_KINDS_N] = {
    [FLASH_WELCOME] = {TONE_GOOD, N_("Welcome back."), NULL, NULL},
    [FLASH_PASSWORD] = {TONE_GOOD, N_("The password is set. Next time, sign in with it."), NULL,
                        NULL},
    [FLASH_SIGNED_OUT] = {TONE_QUIET, N_("You are signed out."), NULL, NULL},
    [FLASH_SETTINGS] = {TONE_GOOD, N_("The settings are saved."), NULL, NULL},
    /* The plurals are translated with pages/import_one.html, which says the same. */
    [FLASH_IMPORTED] = {TONE_GOOD, "%s post was added.", "%s posts were added.",
                        "/import/%" PRId64 "/undo"},
    [FLASH_IMPORT_NUMBERS] = {TONE_GOOD, "%s known post has new numbers; no post was added.",
                              "%s known posts have new numbers; no post was added.",
                              "/import/%" PRId64 "/undo"},
    [FLASH_IMPORT_KNOWN] = {TONE_QUIET,
                            N_("Every post of this file is known already, with these numbers: "
                               "there is nothing to add."),
                            NULL, NULL},
    [FLASH_IMPORT_UNDONE] = {TONE_GOOD, N_("The import was undone."), NULL, NULL},
    [FLASH_POST_KEPT] = {TONE_GOOD, N_("The draft is kept. Nothing goes out of it yet."), NULL,
                         NULL},
    [FLASH_POST_PLANNED] = {TONE_GOOD, N_("The post is planned."), NULL, NULL},
    [FLASH_POST_SAVED] = {TONE_GOOD, N_("The changes are saved."), NULL, NULL},
    [FLASH_POST_TAKEN_BACK] = {TONE_GOOD, N_("The post is a draft again and does not go out."),
                               NULL, NULL},
    [FLASH_TOKEN_REVOKED] = {TONE_GOOD, N_("The token is revoked."), NULL, NULL},
    [FLASH_CHANNEL_ADDED] = {TONE_GOOD, N_("The channel is added. Now connect it."), NULL,
                             NULL},
    [FLASH_CHANNEL_KEPT] = {TONE_GOOD, N_("The credentials are kept, sealed."), NULL, NULL},
    [FLASH_CHANNEL_BY_HAND] = {TONE_GOOD, N_("This channel is published to by hand."), NULL,
                               NULL},
    [FLASH_CHANNEL_FORGOTTEN] = {TONE_GOOD,
                                 N_("It is disconnected; its credentials are forgotten."), NULL,
                                 NULL},
    [FLASH_CHANNEL_RENAMED] = {TONE_GOOD, N_("The channel has its new name."), NULL, NULL},
    [FLASH_CHANNEL_AWAY] = {TONE_GOOD, N_("The channel is put away."), NULL,
                            "/channel/%" PRId64 "/restore"},
    [FLASH_CHANNEL_AWAY_HELD] = {TONE_GOOD,
                                 N_("The channel is put away. What was planned there is on "
                                    "hold in the queue."),
                                 NULL, "/channel/%" PRId64 "/restore"},
    [FLASH_CHANNEL_AWAY_CANCELLED] = {TONE_GOOD,
                                      N_("The channel is put away. What was planned there is "
                                         "cancelled; the texts are kept."),
                                      NULL, "/channel/%" PRId64 "/restore"},
    [FLASH_CHANNEL_BACK] = {TONE_GOOD,
                            N_("The channel is back. What was put on hold waits in the queue."),
                            NULL, NULL},
    [FLASH_HOST_ALLOWED] = {TONE_GOOD, N_("The host may be reached."), NULL, NULL},
    [FLASH_HOST_FORBIDDEN] = {TONE_GOOD, N_("The host may not be reached any more."), NULL,
                              NULL},
    [FLASH_DELIVERY_MOVED] = {TONE_GOOD, N_("It has its new time."), NULL, NULL},
    [FLASH_DELIVERY_HELD] = {TONE_GOOD, N_("It is on hold until you let it go out."), NULL,
                             "/delivery/%" PRId64 "/release"},
    [FLASH_DELIVERY_RELEASED] = {TONE_GOOD,
                                 N_("It goes out at its time; when that is over, now."), NULL,
                                 "/delivery/%" PRId64 "/hold"},
    [FLASH_DELIVERY_CANCELLED] = {TONE_GOOD, N_("It is cancelled; its text is kept."), NULL,
                                  "/delivery/%" PRId64 "/plan"},
    [FLASH_DELIVERY_PLANNED] = {TONE_GOOD, N_("It is planned again."), NULL, NULL},
    [FLASH_DELIVERY_LIVE] = {TONE_GOOD, N_("Noted: it is live."), NULL, NULL},
    [FLASH_DELIVERY_AGAIN] = {TONE_GOOD, N_("It is sent once more."), NULL, NULL},
    [FLASH_DELIVERY_DROPPED] = {TONE_GOOD, N_("Noted: it is let be."), NULL, NULL},
    [FLASH_DELIVERY_TEXT] = {TONE_GOOD, N_("Its text is changed, for this channel alone."),
                             NULL, NULL},
    [FLASH_ALL_HELD] = {TONE_GOOD, N_("Nothing is sent until you say so."), NULL,
                        "/queue/release"},
    [FLASH_ALL_RELEASED] = {TONE_GOOD, N_("What is due is sent again."), NULL, "/queue/hold"},
    [FLASH_RELEASED_BUT] = {TONE_WARN,
                            N_("What is due is sent again, but not what may have been sent "
                               "before the restore (%s): look at each, then say so or let it "
                               "go."),
                            N_("What is due is sent again, but not what may have been sent "
                               "before the restore (%s): look at each, then say so or let it "
                               "go."),
                            "/queue/hold"},
    [FLASH_SLOTS_ADDED] = {TONE_GOOD, N_("The week has its new times."), NULL, NULL},
    [FLASH_SLOT_REMOVED] = {TONE_GOOD,
                            N_("The time is removed. What was planned for it stays planned."),
                            NULL, NULL},
    [FLASH_QUEUE_PAUSED] = {TONE_GOOD,
                            N_("The queue stands still. What was planned from it before goes "
                               "out."),
                            NULL, NULL},
    [FLASH_REPEAT_ADDED] = {TONE_GOOD,
                            N_("It comes again. What is to come within two weeks is in the "
                               "queue."),
                            NULL, NULL},
    [FLASH_REPEAT_SKIPPED] = {TONE_GOOD,
                              N_("The next one is left out. Those after it come as before."),
                              NULL, NULL},
    [FLASH_REPEAT_PAUSED] = {TONE_GOOD,
                             N_("It stands still. What waits in the queue already goes out."),
                             NULL, NULL},
    [FLASH_REPEAT_RESUMED] = {TONE_GOOD, N_("It goes on. What it missed is not made up."), NULL,
                              NULL},
    [FLASH_REPEAT_ENDED] = {TONE_GOOD,
                            N_("It is over: nothing more is made of it. What is in the "
                               "queue already goes out."),
                            NULL, NULL},
    [FLASH_REPEAT_ENDED_CANCELLED] =
        {
            TONE_GOOD,
            N_("It is over. What waited of it is cancelled; the texts are "
               "kept."),
            NULL, NULL},
    [FLASH_QUEUE_RESUMED] = {TONE_GOOD, N_("The queue goes on."), NULL, NULL},
};

enum { FLASH_LIFE_S = 60 /* the next page comes at once */ };

void
answer_flash(struct exchange *x, enum flash_kind kind, int64_t id, int64_t n)
{
    assert(kind > FLASH_NONE && kind < FLASH_KINDS_N && id >= 0 && n >= 0);
    answer_cookie(x, COOKIE_FLASH,
                  arena_printf(x->keep, "%d-%" PRId64 "-%" PRId64, (int)kind, id, n),
                  FLASH_LIFE_S);
}

static bool
flash_read(str text, int64_t *ret_kind, int64_t *ret_id, int64_t *ret_n)
{
    struct error error;
    str kind, id;
    return str_cut(&text, '-', &kind) && str_cut(&text, '-', &id) &&
           parse_i64(kind, 1, FLASH_KINDS_N - 1, ret_kind, &error) == OK &&
           parse_i64(id, 0, INT64_MAX, ret_id, &error) == OK &&
           parse_i64(text, 0, INT64_MAX, ret_n, &error) == OK;
}

struct flash_view *
flash_take(struct exchange *x, ptrdiff_t *ret_n)
{
    int64_t kind, id, n;
    *ret_n = 0;
    str cookie = exchange_cookie(x, COOKIE_FLASH);
    if (x->has_flash || !flash_read(cookie, &kind, &id, &n))
        return NULL;
    x->has_flash = true;
    answer_cookie(x, COOKIE_FLASH, S(""), 0);
    const struct flash_words *w = &words[kind];
    struct flash_view *view = new (x->keep, struct flash_view, 1);
    str number = format_integer(x->keep, x->lang, n);
    view->tone = w->tone;
    x->flash_kind = (int32_t)kind;
    view->text = w->many
                     ? SAY(x->keep, x->lang, translate_n(x->lang, w->one, w->many, n), number)
                     : str_of(translate(x->lang, w->one));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (w->undo)
        view->undo_action = arena_printf(x->keep, w->undo, id);
#pragma GCC diagnostic pop
    *ret_n = 1;
    return view;
}
