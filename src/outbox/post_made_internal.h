#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/str.h"

struct propre;

/* What is known when a delivery went out. */
struct post_made {
    int64_t workspace, delivery;
    str remote_id, permalink;
    instant published;
};
/*
 * post_made(propre, made, keep, error): writes the post (tactic/post.h) with all learning fields of the message, and
 * what went out, into the delivery: remote id, address, time, post. In the caller's write transaction, which sets the state.
 * One that is there already (imported meanwhile) is taken.
 */
must_use enum fault post_made(struct propre *propre, const struct post_made *made,
                              struct arena *keep, struct error *error);
