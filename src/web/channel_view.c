#include "web/channel_view.h"

#include <assert.h>
#include <string.h>

#include "base/format.h"
#include "base/translate.h"
#include "outbox/connect.h"
#include "web/deliveries.h"
#include "web/web_internal.h"

enum {
    TOKEN_LOW_DAYS = 10, /* two weekends of warning; nobody connects an account on a Sunday */
    ASK_SLOW_S = 20,     /* a network answers within seconds; after that nobody took it up */
    ASK_GOOD_NEWS_S = 3600, /* then "checked on" says it */
    ASK_VISIT_NEWS_S = 900, /* an address to agree at is good for minutes */
    ASK_BAD_NEWS_S = 86400
};

static str
word(struct exchange *x, const char *id)
{
    return str_of(translate(x->lang, id));
}

static str
moment(struct exchange *x, int64_t us)
{
    return format_instant(x->keep, x->lang, x->zone, (instant){us}, FORMAT_DATE_TIME);
}

str
channel_network_label(struct exchange *x, enum network network)
{
    return network_label(x->lang, network);
}

str
channel_ownership_label(struct exchange *x, enum ownership ownership)
{
    return word(x, ownership == OWNED ? N_("your own ground") : N_("rented ground"));
}

/* ---- how it is ---- */

static enum channel_state
state_of(const struct account *account, const struct driver *driver)
{
    if (driver && driver->traits.by_hand)
        return CHANNEL_BY_HAND;
    if (!account)
        return CHANNEL_NOT_CONNECTED;
    if (account->state == ACCOUNT_DEAD)
        return CHANNEL_DEAD;
    if (account->state == ACCOUNT_FAILING)
        return CHANNEL_FAILING;
    return account->verified_us.has ? CHANNEL_CONNECTED : CHANNEL_UNCHECKED;
}

static str
state_about(struct exchange *x, enum channel_state state, const struct account *account)
{
    str n;
    switch (state) {
    case CHANNEL_BY_HAND:
        return word(x, N_("Posts are prepared; you publish them and paste their address."));
    case CHANNEL_UNCHECKED:
        return word(x, N_("It was set up, but nobody has seen it work yet."));
    case CHANNEL_CONNECTED:
        return SAY(x->keep, x->lang, N_("Checked: %s."), moment(x, account->verified_us.is));
    case CHANNEL_FAILING:
        n = format_integer(x->keep, x->lang, account->failures_n);
        return SAY(x->keep, x->lang,
                   translate_n(x->lang, "Refused %s time lately; it is still tried.",
                               "Refused %s times lately; it is still tried.",
                               account->failures_n),
                   n);
    case CHANNEL_DEAD:
        return word(x, N_("Refused again and again: nothing is sent there until it is "
                          "connected again."));
    case CHANNEL_NOT_CONNECTED:
        break;
    }
    return STR_NONE;
}

/* A token that the driver renews by itself worries nobody, however short it lives. */
static void
token_say(struct exchange *x, const struct account *account, const struct driver *driver,
          struct health_view *ret)
{
    if (!account->token_expires_us.has)
        return;
    if (driver && driver->traits.ops[OP_REFRESH]) {
        ret->token = word(x, N_("Its token is renewed by itself."));
        return;
    }
    int64_t left_us = account->token_expires_us.is - clock_now(&x->web->propre->clock).us;
    int64_t days = left_us / SPAN_DAY.us;
    str n = format_integer(x->keep, x->lang, days);
    ret->token_low = days < TOKEN_LOW_DAYS;
    if (left_us <= 0)
        ret->token = SAY(x->keep, x->lang, N_("Its token ended: %s. Connect it again."),
                         moment(x, account->token_expires_us.is));
    else if (days == 0)
        ret->token = word(x, N_("Its token ends within a day. Connect it again today."));
    else if (ret->token_low)
        ret->token = SAY(
            x->keep, x->lang,
            translate_n(
                x->lang, "Its token holds for %s more day. Connect it again before it ends.",
                "Its token holds for %s more days. Connect it again before it ends.", days),
            n);
    else
        ret->token = SAY(x->keep, x->lang, N_("Its token holds for %s more days."), n);
}

struct health_view
channel_health_of(struct exchange *x, enum network network, const struct account *account)
{
    static const char *const words[] = {N_("not connected"),   N_("published by hand"),
                                        N_("not checked yet"), N_("connected"),
                                        N_("failing"),         N_("no longer accepted")};
    const struct driver *driver =
        account ? driver_find(account->network) : driver_usual(network_word(network));
    struct health_view view = {.state = state_of(account, driver)};
    enum error_class class;
    view.word = word(x, words[view.state]);
    view.about = state_about(x, view.state, account);
    if (!account || view.state == CHANNEL_BY_HAND)
        return view;
    token_say(x, account, driver, &view);
    if (!account->failed_us.has)
        return view;
    view.failed = moment(x, account->failed_us.is);
    words_split(x, account->words, &view.words, &view.found);
    if (error_class_parse(account->class_word, &class) && class != CLASS_NONE) {
        view.cause = word(x, error_class_cause(class));
        view.advice = word(x, error_class_advice(class));
    }
    return view;
}

/* ---- the last question ---- */

static str
waiting_sentence(struct exchange *x, enum channel_op op)
{
    if (op == OP_AUTH_BEGIN)
        return word(x, N_("Asked the network where you can agree…"));
    if (op == OP_AUTH_FINISH)
        return word(x, N_("Handing what came back to the network…"));
    return word(x, N_("Asked the network whether it works…"));
}

static str
bad_sentence(struct exchange *x, enum channel_op op)
{
    if (op == OP_AUTH_BEGIN)
        return word(x, N_("The connection could not be begun."));
    if (op == OP_AUTH_FINISH)
        return word(x, N_("The connection could not be finished."));
    return word(x, N_("It does not work."));
}

/* "mastodon.example" of "https://mastodon.example/oauth/authorize?…". */
static str
host_of(str address)
{
    ptrdiff_t at = str_find(address, S("://"));
    str rest = str_slice(address, at < 0 ? 0 : at + 3, address.n), host;
    (void)str_cut(&rest, '/', &host); /* without a path it is the whole */
    return host;
}

static void
good_say(struct exchange *x, const struct account *account, const struct account_answer *answer,
         int64_t age_s, struct ask_view *ret)
{
    ret->state = ASK_GOOD;
    if (answer->op == OP_AUTH_BEGIN && answer->visit.n > 0) {
        if (age_s > ASK_VISIT_NEWS_S) {
            ret->state = ASK_NONE;
            return;
        }
        ret->visit = answer->visit;
        ret->visit_host = host_of(answer->visit);
        ret->sentence = word(x, N_("It is ready. Agree on the network’s own page; afterwards "
                                   "you come back here."));
    } else if (answer->op == OP_AUTH_FINISH) {
        ret->check_next = true;
        ret->sentence = word(x, N_("The network gave access."));
    } else if (account->handle.n > 0) {
        ret->sentence =
            SAY(x->keep, x->lang, N_("It works: it is the account %s."), account->handle);
    } else {
        ret->sentence = word(x, N_("It works."));
    }
}

static void
trouble_say(struct exchange *x, const struct account *account, enum connect_trouble trouble,
            struct ask_view *ret)
{
    const struct driver *driver = driver_find(account->network);
    str host = address_host(account->server, x->keep);
    ret->cause = SAY(x->keep, x->lang, connect_cause(trouble),
                     driver ? str_of(driver->traits.name) : account->network);
    ret->advice = SAY(x->keep, x->lang, connect_advice(trouble),
                      host.n > 0 ? host : word(x, N_("its host")));
    ret->allow = trouble == TROUBLE_FORBIDDEN;
}

struct ask_view
channel_ask_of(struct exchange *x, const struct account *account,
               const struct account_answer *answer)
{
    struct ask_view view = {.state = ASK_NONE};
    enum error_class class;
    int64_t age_s = (clock_now(&x->web->propre->clock).us - answer->asked_us) / SPAN_SECOND.us;
    if (!answer->asked)
        return view;
    if (!answer->done) {
        view.state = ASK_WAITING;
        view.slow = age_s >= ASK_SLOW_S;
        view.sentence = waiting_sentence(x, answer->op);
    } else if (answer->good && age_s <= ASK_GOOD_NEWS_S) {
        good_say(x, account, answer, age_s, &view);
    } else if (!answer->good && age_s <= ASK_BAD_NEWS_S) {
        view.state = ASK_BAD;
        view.sentence = bad_sentence(x, answer->op);
        words_split(x, answer->words, &view.words, &view.found);
        if (!error_class_parse(answer->class_word, &class) || class == CLASS_NONE)
            class = CLASS_CONFIG;
        trouble_say(x, account, connect_trouble(class, answer->words), &view);
    }
    return view;
}

/* ---- ways and steps ---- */

/* How well a driver fits: its own network, one that it serves, any. */
static int
fit(const struct driver *driver, str network)
{
    const struct channel_traits *traits = &driver->traits;
    if (str_eq(network, str_of(traits->network)))
        return 0;
    for (int i = 0; i < SERVES_MAX && traits->serves[i]; i++) {
        if (str_eq(network, str_of(traits->serves[i])))
            return 1;
    }
    return !traits->serves[0] ? 2 : 3;
}

int32_t
channel_ways(str network, const struct driver *ret[CHANNEL_WAYS_MAX])
{
    int32_t n = 0, have = 0;
    const struct driver *const *all = driver_list(&n);
    for (int wanted = 0; wanted < 3; wanted++) {
        for (int32_t i = 0; i < n && have < CHANNEL_WAYS_MAX; i++) {
            if (fit(all[i], network) == wanted)
                ret[have++] = all[i];
        }
    }
    assert(have > 0); /* by hand always goes */
    return have;
}

/*
 * What a person does, in order, with the exact name of everything that is made on the way. Facts from the networks'
 * documentation as the drivers cite it (2026-08 to 2026-10).
 */
static const struct {
    const char *network;
    bool authorize; /* these steps are for where it can be asked on its own page */
    const char *steps[CHANNEL_STEPS_MAX];
} guides[] = {
    {"wordpress",
     false,
     {N_("Sign in to WordPress as the user who shall publish: an Author at least (a "
         "Contributor may neither publish nor upload pictures)."),
      N_("Open Users, Profile. Under Application Passwords, write “Propre” and press Add "
         "Application Password. The section is there only when the site is served over "
         "https."),
      N_("Copy the 24 characters it shows once (spaces do not matter), and enter them below "
         "with the user name.")}},
    {"ghost",
     false,
     {N_("In Ghost Admin, open Settings, Integrations, Custom, and press Add custom "
         "integration. Call it “Propre”."),
      N_("Copy its Admin API key: the long one with a colon in it, not the Content API key."),
      N_("Enter it below, with the address of the site.")}},
    {"mastodon",
     true,
     {N_("Write the address of your server below and press “Connect on the server’s page”. "
         "Propre registers itself there; you make nothing by hand."),
      N_("Sign in there and agree to four rights: read:accounts, read:statuses, "
         "write:statuses, write:media."),
      N_("You come back here by yourself, press once more, and it is connected."),
      N_("Or by a token: on your server, Preferences, Development, New application, with "
         "these four rights and the redirect URI below; then paste “Your access token”.")}},
    {"bluesky",
     false,
     {N_("In Bluesky, open Settings, Privacy and security, App passwords, and press Add App "
         "Password. Call it “propre”; access to direct messages is not needed."),
      N_("Copy what it shows once: four groups like xxxx-xxxx-xxxx-xxxx. It is not your own "
         "password, and you can take it back at any time."),
      N_("Enter it below with your handle. A server is needed only if your account does not "
         "live at bsky.social.")}},
    {"bluesky",
     true,
     {N_("Write your handle below and press “Connect on the network’s page”. Nothing has to "
         "be made by hand."),
      N_("Sign in there and agree. You come back here by yourself and press once more."),
      N_("Or by an app password: in Bluesky, Settings, Privacy and security, App passwords, "
         "Add App Password; paste the four groups it shows once.")}},
    {"telegram",
     false,
     {N_("In Telegram, write /newbot to @BotFather. Choose a name, then a user name that ends "
         "in “bot”."),
      N_("Copy the token it answers with: digits, a colon, letters."),
      N_("In your channel, open Administrators, Add administrator, choose the bot and allow "
         "“Post messages”. In a group, make it an administrator too."),
      N_("Enter the token below, and the @name of the channel; a private one has a number "
         "that begins with -100.")}},
    {"discord",
     false,
     {N_("You need the permission “Manage webhooks” on the Discord server."),
      N_("Edit the channel (the cog), open Integrations, Webhooks, New webhook. Call it as "
         "posts shall be signed."),
      N_("Press Copy webhook URL and paste it below. Whoever has this address can post, so "
         "treat it as a password.")}},
    {"webhook",
     false,
     {N_("Have an address of yours, on https, that takes POST requests with JSON."),
      N_("Choose a long secret, or one that begins with whsec_, and give it to the receiver: "
         "it checks the headers webhook-id, webhook-timestamp and webhook-signature with it."),
      N_("Enter both below. The receiver answers 2xx; it may give the id and url of what it "
         "made.")}},
};

const str *
channel_steps(struct exchange *x, const struct driver *driver, bool authorize, ptrdiff_t *ret_n)
{
    str *steps = new (x->keep, str, CHANNEL_STEPS_MAX);
    ptrdiff_t n = 0;
    for (size_t g = 0; g < sizeof guides / sizeof *guides; g++) {
        if (strcmp(guides[g].network, driver->traits.network) != 0 ||
            guides[g].authorize != authorize)
            continue;
        for (n = 0; n < CHANNEL_STEPS_MAX && guides[g].steps[n]; n++)
            steps[n] = word(x, guides[g].steps[n]);
    }
    *ret_n = n;
    return steps;
}
