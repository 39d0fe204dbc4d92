#pragma once
#include "web/exchange.h"
#include "web/html.h"
#include "web/views.h"

/* How a handler answers. One of these, once; then it returns OK. */

/*
 * answer_html(x, status): a page: write it with what this gives.
 *     struct html h = answer_html(x, 200);
 *     page_today(&h, &view);
 */
struct html answer_html(struct exchange *x, int32_t status);
/* answer_json(x, status): JSON text is to be added to x->answer.body. */
struct buf *answer_json(struct exchange *x, int32_t status);
/* answer_download(x, mime, file_name): the body is to be added; the browser saves it under that name. */
struct buf *answer_download(struct exchange *x, const char *mime, str file_name);
/* answer_redirect(x, path): 303 to a page of ours: after a POST, and where somebody must go first. */
void answer_redirect(struct exchange *x, str path);
/*
 * answer_error(x, status, title, text): the error page. NULL for the words that fit the status.
 */
void answer_error(struct exchange *x, int32_t status, str title, str text);
/* answer_fault(x, error): the error page of a fault. */
void answer_fault(struct exchange *x, const struct error *error);
/* answer_problems(x): 422 with the form's problems, for routes whose pages do not show them. */
void answer_problems(struct exchange *x);
/* fault_status(fault): 404 for ABSENT … */
int32_t fault_status(enum fault fault);

/*
 * answer_flash(x, kind, id, n): the next page says what was done, with an undo where there is one. For the
 * kinds see flash.c; ${id} goes into the undo's path, ${n} into the sentence.
 */
enum flash_kind {
    FLASH_NONE,
    FLASH_WELCOME,
    FLASH_PASSWORD,
    FLASH_SIGNED_OUT,
    FLASH_SETTINGS,
    FLASH_IMPORTED,
    FLASH_IMPORT_NUMBERS,
    FLASH_IMPORT_KNOWN,
    FLASH_IMPORT_UNDONE,
    FLASH_TOKEN_REVOKED,
    FLASH_CHANNEL_ADDED,
    FLASH_CHANNEL_KEPT,
    FLASH_CHANNEL_BY_HAND,
    FLASH_CHANNEL_FORGOTTEN,
    FLASH_CHANNEL_RENAMED,
    FLASH_CHANNEL_AWAY,
    FLASH_CHANNEL_AWAY_HELD,
    FLASH_CHANNEL_AWAY_CANCELLED,
    FLASH_CHANNEL_BACK,
    FLASH_HOST_ALLOWED,
    FLASH_HOST_FORBIDDEN,
    FLASH_POST_KEPT,
    FLASH_POST_PLANNED,
    FLASH_POST_SAVED,
    FLASH_POST_TAKEN_BACK,
    /* what goes out */
    FLASH_DELIVERY_MOVED,
    FLASH_DELIVERY_HELD,
    FLASH_DELIVERY_RELEASED,
    FLASH_DELIVERY_CANCELLED,
    FLASH_DELIVERY_PLANNED,
    FLASH_DELIVERY_LIVE,
    FLASH_DELIVERY_AGAIN,
    FLASH_DELIVERY_DROPPED,
    FLASH_DELIVERY_TEXT,
    FLASH_ALL_HELD,
    FLASH_ALL_RELEASED,
    FLASH_RELEASED_BUT, /* some may be out already */
    FLASH_SLOTS_ADDED,
    FLASH_SLOT_REMOVED,
    FLASH_QUEUE_PAUSED,
    FLASH_QUEUE_RESUMED,
    FLASH_REPEAT_ADDED,
    FLASH_REPEAT_SKIPPED,
    FLASH_REPEAT_PAUSED,
    FLASH_REPEAT_RESUMED,
    FLASH_REPEAT_ENDED,
    FLASH_REPEAT_ENDED_CANCELLED,
    FLASH_KINDS_N
};
void answer_flash(struct exchange *x, enum flash_kind kind, int64_t id, int64_t n);

/* answer_cookie(x, name, value, life_s): HttpOnly, SameSite=Lax, this host; life 0 takes it away. */
void answer_cookie(struct exchange *x, const char *name, str value, int64_t life_s);
/* exchange_cookie(x, name): the value the browser sent, none if absent. */
str exchange_cookie(const struct exchange *x, const char *name);

/* layout(x, here): what every page shows around its content. */
struct layout_view layout(struct exchange *x, enum nav_here here);
/* local_path(path): whether it is a path of this site: what may follow a sign-in. */
bool local_path(str path);
