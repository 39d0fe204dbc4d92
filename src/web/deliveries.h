#pragma once
#include "base/error.h"
#include "base/instant.h"
#include "outbox/delivery.h"
#include "web/exchange.h"
#include "web/views_queue.h"

/* What the pages of what goes out, and the API, share about a delivery. */

/*
 * delivery_when(x, d, text, ret, error): ${d} planned for the moment ${text} says (tactic/when.h), in the workspace's zone.
 * Faults: INPUT quoting the text.
 */
must_use enum fault delivery_when(struct exchange *x, const struct delivery *d, str text,
                                  struct delivery_plan *ret, struct error *error);

/* What a form got wrong, for the page that shows it again. */
struct delivery_wrong {
    int32_t status;
    str conflict; /* what was asked is not possible any more; none */
    struct field_view at, address, text;
};
/* delivery_answer(x, d, wrong, error): its page; ${wrong}: NULL, or with what was wrong. */
must_use enum fault delivery_answer(struct exchange *x, const struct delivery *d,
                                    const struct delivery_wrong *wrong, struct error *error);

/*
 * delivery_editing(x, d, view, error): where its text can be changed: with the whole post, for its channel alone when the
 * post is out elsewhere, or not any more. ${view} is filled so far.
 */
must_use enum fault delivery_editing(struct exchange *x, const struct delivery *d,
                                     struct delivery_view *view, struct error *error);

/* may_edit(x): whether who asks may press what changes something. */
bool may_edit(const struct exchange *x);
/* post_heading(x, message, title, text): the first words of a post; its number when it has none. */
str post_heading(struct exchange *x, int64_t message, str title, str text);
/* delivery_heading(x, d): the first words of it as they are on its channel; its number when it has none. */
str delivery_heading(struct exchange *x, const struct delivery *d);
/* delivery_href(x, id): the path of its page. */
str delivery_href(struct exchange *x, int64_t id);
/* network_shown(x, word): "Mastodon"; the word itself when it is none we know. */
str network_shown(struct exchange *x, str word);
/* state_shown(x, state), state_tone(state): in words, and as a class of app.css. */
str state_shown(struct exchange *x, enum delivery_state state);
const char *state_tone(enum delivery_state state);
/* moment_shown(x, us): "24 Nov 2026, 09:00", of the workspace's zone. */
str moment_shown(struct exchange *x, int64_t us);
/* delivery_cause(x, d): our one line of why it stands as it does; none. */
str delivery_cause(struct exchange *x, const struct delivery *d);
/*
 * words_split(x, stored, ret_theirs, ret_found): what is kept of how a request ended. What the network said is quoted as
 * it came; what we found ourselves (no answer, or one that makes no sense) is told in the reader's language.
 */
void words_split(struct exchange *x, str stored, str *ret_theirs, str *ret_found);
/* delivery_advice(x, d): what helps against it; none. */
str delivery_advice(struct exchange *x, const struct delivery *d);
/* delivery_fix(x, d): the page where its cause is put right, as a link; none for who may only read. */
struct press_view delivery_fix(struct exchange *x, const struct delivery *d);
/* message_href(x, message), channel_href(x, channel): where a text is edited, an account connected. */
str message_href(struct exchange *x, int64_t message);
str channel_href(struct exchange *x, int64_t channel);
/* delivery_row(x, d): it as a line of a list. */
struct queue_row delivery_row(struct exchange *x, const struct delivery *d);
/* release_label(d): what the button is called that lets it go out now; NULL when it may not. */
const char *release_label(const struct delivery *d);
