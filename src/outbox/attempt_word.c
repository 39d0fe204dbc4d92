#include "base/translate.h"
#include "outbox/delivery.h"

/* What the ledger keeps in words of its own, as it is shown to a person. */

struct word {
    const char *stored, *shown;
};

static const struct word outcomes[] = {
    {"ok", N_("done")},
    {"published", N_("published")},
    {"found", N_("looked for it: it is live")},
    {"absent", N_("looked for it: it is not there")},
    {"not sent", N_("surely not sent")},
    {"no answer", N_("no answer")},
    {"wait", N_("the network asks to wait")},
    {"refused", N_("refused")},
    {"unknown", N_("no clear answer: it may be live")},
};
/* The steps of all networks (channel/); a number may follow. */
static const struct word steps[] = {
    {"publish", N_("Publish it")},
    {"media", N_("Send a picture")},
    {"media v1", N_("Send a picture")},
    {"image", N_("Send a picture")},
    {"files", N_("Send a picture")},
    {"media ready", N_("Wait until the picture is ready")},
    {"alt text", N_("Say what the picture shows")},
    {"card picture", N_("Send the picture of the link")},
    {"draft", N_("Make a draft")},
    {"find draft", N_("Look for the draft")},
    {"look", N_("Look whether it is there")},
    {"look by slug", N_("Look whether it is there")},
    {"list", N_("Look whether it is there")},
    {"record", N_("Look whether it is there")},
    {"collided", N_("Look whether it is there")},
    {"read_back", N_("Look whether it is there")},
    {"permalink", N_("Ask for its address")},
    {"mention", N_("Look up who is mentioned")},
    {"find term", N_("Look for a category or tag")},
    {"make term", N_("Make a category or tag")},
    {"limits", N_("Ask what is allowed")},
    {"session", N_("Sign in")},
    {"login", N_("Sign in")},
    {"refresh", N_("Get a fresh token")},
    {"oauth refresh", N_("Get a fresh token")},
};
#define FIND(words, stored) find((words), (int)(sizeof(words) / sizeof *(words)), (stored))

static const struct word *
find(const struct word *words, int n, str stored)
{
    for (int i = 0; i < n; i++)
        if (str_eq(stored, str_of(words[i].stored)))
            return &words[i];
    return NULL;
}

/* A word of another driver or of a later time is shown as it is. */
static str
shown(const struct word *word, str stored, enum lang lang)
{
    return word ? str_of(translate(lang, word->shown)) : stored;
}

str
attempt_outcome_shown(str outcome, enum lang lang)
{
    return shown(FIND(outcomes, outcome), outcome, lang);
}

/* "media 2" is the second picture. */
str
attempt_step_shown(str step, enum lang lang, struct arena *keep)
{
    ptrdiff_t end = step.n;
    while (end > 0 && step.p[end - 1] >= '0' && step.p[end - 1] <= '9')
        end--;
    const struct word *word = FIND(steps, step);
    bool numbered = !word && end > 1 && end < step.n && step.p[end - 1] == ' ';
    if (!numbered)
        return shown(word, step, lang);
    word = FIND(steps, str_slice(step, 0, end - 1));
    return word ? arena_printf(keep, "%s %.*s", translate(lang, word->shown),
                               STR_FMT(str_slice(step, end, step.n)))
                : step;
}
