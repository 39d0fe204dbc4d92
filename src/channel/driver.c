#include "channel/driver.h"

#include <assert.h>

#include "base/translate.h"
#include "channel/drivers.h"

/* In the order a person should meet them: what needs no review first, by hand last. */
static const struct driver *const drivers[] = {
    &driver_wordpress, &driver_ghost,   &driver_mastodon, &driver_bluesky,
    &driver_telegram,  &driver_discord, &driver_webhook,  &driver_manual,
};

const struct driver *const *
driver_list(int32_t *ret_n)
{
    *ret_n = (int32_t)(sizeof drivers / sizeof drivers[0]);
    return drivers;
}

const struct driver *
driver_find(str network)
{
    int32_t n;
    const struct driver *const *list = driver_list(&n);
    for (int32_t i = 0; i < n; i++)
        if (str_eq(network, str_of(list[i]->traits.network)))
            return list[i];
    return NULL;
}

bool
driver_serves(const struct driver *driver, str network)
{
    const struct channel_traits *traits = &driver->traits;
    for (int i = 0; i < SERVES_MAX && traits->serves[i]; i++) {
        if (str_eq(network, str_of(traits->serves[i])))
            return true;
    }
    return !traits->serves[0] || str_eq(network, str_of(traits->network));
}

const struct driver *
driver_usual(str network)
{
    const struct driver *own = driver_find(network);
    if (own)
        return own;
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (drivers[i]->traits.serves[0] && driver_serves(drivers[i], network))
            return NULL;
    }
    return &driver_manual;
}

str
account_secret(const struct channel_account *account, str name)
{
    for (int32_t i = 0; i < account->secrets_n; i++)
        if (str_eq(account->secrets[i].name, name))
            return account->secrets[i].value;
    return STR_NONE;
}

str
memo_get(const struct memo *memo, str name)
{
    for (int32_t i = 0; i < memo->n; i++)
        if (str_eq(memo->pairs[i].name, name))
            return memo->pairs[i].value;
    return STR_NONE;
}

void
memo_set(struct memo *memo, str name, str value)
{
    int32_t at = 0;
    while (at < memo->n && !str_eq(memo->pairs[at].name, name))
        at++;
    if (!value.p) {
        if (at < memo->n)
            memo->pairs[at] = memo->pairs[--memo->n];
        return;
    }
    assert(at < MEMO_PAIRS_MAX);
    memo->pairs[at] = (struct secret_pair){name, value};
    if (at == memo->n)
        memo->n++;
}

/* The closed list of what can go wrong, as a person is told. */
static const struct {
    str word;
    const char *cause, *advice;
} classes[ERROR_CLASSES_N] = {
    [CLASS_NONE] = {S_CONST(""), "", ""},
    [CLASS_AUTH] = {S_CONST("auth"), N_("The network does not accept our credentials any more"),
                    N_("Connect the account again")},
    [CLASS_SCOPE] = {S_CONST("scope"), N_("The account is connected, but it may not do this"),
                     N_("Give the account the missing right, then connect it again")},
    [CLASS_RATE] = {S_CONST("rate"), N_("The network asks us to slow down"),
                    N_("Nothing to do: it is tried again by itself")},
    [CLASS_QUOTA] = {S_CONST("quota"), N_("A cap of the network on this account is reached"),
                     N_("Move it to a later day, or raise the plan with the network")},
    [CLASS_TRANSIENT] = {S_CONST("transient"),
                         N_("The network could not be reached; nothing was published"),
                         N_("Nothing to do: it is tried again by itself")},
    [CLASS_DUPLICATE] = {S_CONST("duplicate"), N_("The network says it has this already"),
                         N_("Look at the account; then say whether it is there")},
    [CLASS_PERMANENT] = {S_CONST("permanent"), N_("The network refuses this content"),
                         N_("Change the post, then send it again")},
    [CLASS_CONFIG] = {S_CONST("config"), N_("The server does not answer as this network does"),
                      N_("Check the address of the account and set it up anew")},
    [CLASS_AMBIGUOUS] = {S_CONST("ambiguous"),
                         N_("It may be published: no clear answer came back"),
                         N_("Wait while it is looked up; else look at the account and say")},
};

str
error_class_word(enum error_class error_class)
{
    assert(error_class < ERROR_CLASSES_N);
    return classes[error_class].word;
}

bool
error_class_parse(str word, enum error_class *ret)
{
    for (enum error_class c = CLASS_NONE; c < ERROR_CLASSES_N; c++) {
        if (!str_eq(word, classes[c].word))
            continue;
        *ret = c;
        return true;
    }
    return false;
}

const char *
error_class_cause(enum error_class error_class)
{
    assert(error_class < ERROR_CLASSES_N);
    return classes[error_class].cause;
}

const char *
error_class_advice(enum error_class error_class)
{
    assert(error_class < ERROR_CLASSES_N);
    return classes[error_class].advice;
}
