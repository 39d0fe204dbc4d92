#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct propre;

/*
 * Egress: the private hosts a workspace's worker may reach, which the owner allowed one by one ("192.168.1.20:8080",
 * "blog.lan"). All others of a private network are refused (wire/guard.h). In the order of their names.
 * Faults: INPUT (not a host), LIMIT (too many); ABSENT (to forbid: it was not allowed).
 */
must_use enum fault egress_allow(struct propre *propre, int64_t workspace, str host,
                                 struct error *error);
must_use enum fault egress_forbid(struct propre *propre, int64_t workspace, str host,
                                  struct error *error);
must_use enum fault egress_list(struct propre *propre, int64_t workspace, struct arena *keep,
                                str **ret, ptrdiff_t *ret_n, struct error *error);
