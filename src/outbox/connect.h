#pragma once
#include "base/arena.h"
#include "base/str.h"
#include "channel/driver.h"

/* Connecting a channel: whether an address can be one, and what kept a try from working. No post is meant here. */

/* address_problem(address, scratch): NULL when a server can be there; else why not, a key of translation. */
const char *address_problem(str address, struct arena scratch);
/* address_host(address, keep): "blog.lan:8080", as `propre channel allow` takes it; none when it is no address. */
str address_host(str address, struct arena *keep);

enum connect_trouble {
    TROUBLE_FORBIDDEN,   /* the owner has to allow this host */
    TROUBLE_NAME,        /* nobody is called so */
    TROUBLE_AWAY,        /* not reached */
    TROUBLE_CREDENTIALS, /* not accepted */
    TROUBLE_RIGHTS,
    TROUBLE_BUSY,      /* too many requests */
    TROUBLE_OTHER_API, /* somebody answers, and it is not the network */
    TROUBLES_N
};
/* connect_trouble(class, words): why asking an account did not work. ${words}: the step's, as they were given. */
enum connect_trouble connect_trouble(enum error_class error_class, str words);
/* connect_cause(trouble), connect_advice(trouble): keys of translation for a page; %s: the network; the host, in the advice. */
const char *connect_cause(enum connect_trouble trouble);
const char *connect_advice(enum connect_trouble trouble);
