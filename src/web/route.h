#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "web/exchange.h"

/*
 * What the program answers to: one table (web/routes.c). A row with no right is open to nobody; a form is
 * a list of declared fields; every POST is checked for its origin and its token before the handler.
 *
 * A handler runs in the route's transaction (read-only for GET; for POST it lasts if the handler returns
 * OK) and leaves an answer through web/answer.h. A fault becomes a page that says it and undoes everything.
 */
typedef enum fault handler(struct exchange *x, struct error *error);

enum route_way {
    WAY_DATA, /* the workspace is loaded, a transaction is open */
    WAY_OWN,  /* the same, but the handler opens its transactions itself */
    WAY_BARE  /* no data at all: assets */
};

struct route {
    enum method method;
    const char *pattern; /* "/post/:id", "/asset/:hash/:name"; ":id" is a whole number from 1 */
    enum right right;
    enum route_way way;
    int64_t body_max; /* bytes of the whole body; 0 for GET */
    struct form form; /* of a POST; the field "csrf" is always there */
    handler *handler;
    const char *help; /* one line for the manual and the tests' messages */
};

/* method_word(method): "GET". */
const char *method_word(enum method method);
/* route_matches(route, path, ret_parameters, ret_id): whether ${path} is of its pattern, whatever the method. */
bool route_matches(const struct route *route, str path, str *ret_parameters, int64_t *ret_id);

extern const struct route routes[];
extern const ptrdiff_t routes_n;

enum route_match {
    ROUTE_FOUND,
    ROUTE_NONE,  /* 404 */
    ROUTE_METHOD /* 405: another method would do; *ret is one of its routes */
};

/*
 * route_find(method, path, ret, ret_parameters, ret_id):
 * ${ret_parameters} are slices of ${path} in the order of the pattern, PARAMETERS_MAX at most.
 */
enum route_match route_find(enum method method, str path, const struct route **ret,
                            str *ret_parameters, int64_t *ret_id);
