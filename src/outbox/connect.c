#include "outbox/connect.h"

#include <assert.h>

#include "base/translate.h"
#include "channel/step.h"
#include "wire/guard.h"

/* "blog.lan:8080" of "https://blog.lan:8080/x". */
static str
authority(str address)
{
    ptrdiff_t at = str_find(address, S("://")), end = 0;
    str rest = str_slice(address, at < 0 ? 0 : at + 3, address.n);
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?' && rest.p[end] != '#')
        end++;
    return str_slice(rest, 0, end);
}

str
address_host(str address, struct arena *keep)
{
    struct guard_list list = {.plain_http = true};
    str host = authority(str_trim(address));
    return guard_list_add(&list, host) ? arena_str(keep, host) : STR_NONE;
}

const char *
address_problem(str address, struct arena scratch)
{
    struct guard_list list = {.plain_http = true};
    struct guard_target target;
    str url = server_clean(&scratch, address);
    /* A port of its own is the owner's to allow, and no reason to call it no address. */
    if (!guard_list_add(&list, authority(url)))
        return N_("This is not the address of a server; write it like https://blog.example");
    return guard_url(&list, url, &scratch, &target);
}

/* wire/guard.c and wire/curl.c say so when only the owner can change it. */
static bool
needs_owner(str words)
{
    static const str said[] = {
        S_CONST("This server is at a private address, and the owner has not named it"),
        S_CONST("Only ports 443 and 80 are called, and those of hosts the owner named"),
        S_CONST("Without https only hosts the owner named are called")};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (str_eq(words, said[i]))
            return true;
    }
    return false;
}

enum connect_trouble
connect_trouble(enum error_class error_class, str words)
{
    switch (error_class) {
    case CLASS_AUTH:
        return TROUBLE_CREDENTIALS;
    case CLASS_SCOPE:
        return TROUBLE_RIGHTS;
    case CLASS_RATE:
    case CLASS_QUOTA:
        return TROUBLE_BUSY;
    case CLASS_TRANSIENT:
        return str_eq(words, S("The name of this server is not known")) ? TROUBLE_NAME
                                                                        : TROUBLE_AWAY;
    case CLASS_AMBIGUOUS:
        return TROUBLE_AWAY;
    case CLASS_CONFIG:
        return needs_owner(words) ? TROUBLE_FORBIDDEN : TROUBLE_OTHER_API;
    case CLASS_NONE:
    case CLASS_DUPLICATE:
    case CLASS_PERMANENT:
    case ERROR_CLASSES_N:
        break;
    }
    return TROUBLE_OTHER_API;
}

static const struct {
    const char *cause, *advice;
} troubles[TROUBLES_N] = {
    [TROUBLE_FORBIDDEN] = {N_("Private hosts, other ports than 443 and 80 and plain http are "
                              "called only where the owner allows it"),
                           N_("If this server is yours, its owner allows %s below the list of "
                              "the channels; then check the connection again")},
    [TROUBLE_NAME] = {N_("No server has this name"), N_("Check the address, letter by letter")},
    [TROUBLE_AWAY] = {N_("The server could not be reached"),
                      N_("Check the address; if it is right, check the connection again "
                         "later")},
    [TROUBLE_CREDENTIALS] = {N_("The server does not accept the credentials"),
                             N_("Connect it once more, with a good password, key or token")},
    [TROUBLE_RIGHTS] = {N_("The account is known there, but it may not do what is needed"),
                        N_("Give the account the missing right, then connect it again")},
    [TROUBLE_BUSY] = {N_("The network asks us to slow down"),
                      N_("Check the connection again in a few minutes")},
    [TROUBLE_OTHER_API] = {N_("Something answers at this address, but not as %s does"),
                           N_("Check the address: it is that of the site itself, as it is "
                              "opened in a browser")},
};

const char *
connect_cause(enum connect_trouble trouble)
{
    assert(trouble >= 0 && trouble < TROUBLES_N);
    return troubles[trouble].cause;
}

const char *
connect_advice(enum connect_trouble trouble)
{
    assert(trouble >= 0 && trouble < TROUBLES_N);
    return troubles[trouble].advice;
}
