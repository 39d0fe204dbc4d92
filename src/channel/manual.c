#include "base/translate.h"
#include "channel/drivers.h"

/* By hand: no network is asked. The outbox sees traits.by_hand and gives the delivery to a person. */
static void
next(const struct channel_call *call, const struct http_answer *answer, struct arena *keep,
     struct step *ret)
{
    (void)answer; /* nothing was asked */
    (void)keep;
    *ret = (struct step){.kind = STEP_DONE};
    if (call->op == OP_VERIFY) {
        ret->handle = call->account->handle;
        return;
    }
    if (call->op == OP_LIMITS) {
        ret->limits = S("{}");
        return;
    }
    /* whoever asks it to publish all the same is told that a person does it */
    ret->kind = STEP_FAIL;
    ret->error_class = call->op == OP_PUBLISH ? CLASS_AMBIGUOUS : CLASS_PERMANENT;
    ret->words = S("published by hand");
}

const struct driver driver_manual = {
    .traits = {.network = "manual",
               .name = "By hand",
               .ops = {[OP_VERIFY] = true, [OP_LIMITS] = true, [OP_PUBLISH] = true},
               .read_back = BACK_NEVER,
               .counter = COUNT_UTF16,
               .by_hand = true,
               .has_title = false,
               .has_threads = true,
               .has_alt = true,
               .has_polls = true,
               .has_warning = true,
               .has_visibility = true,
               .has_language = true,
               .has_tags = true,
               .has_categories = true,
               .connect_help =
                   N_("Text and pictures are prepared; you publish them yourself and "
                      "paste the address of the post. Its numbers come by import.")},
    .next = next};
