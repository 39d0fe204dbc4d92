#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "channel/driver.h"
#include "tactic/message.h"

struct propre;

/* From a message and its variant to what goes to a driver. */

/* What goes out on one channel, resolved; complete but for key and made. In ${keep}. */
must_use enum fault content_gather(struct propre *propre, int64_t workspace, int64_t message,
                                   int64_t channel, str key, struct arena *keep,
                                   struct channel_message *ret, struct error *error);
/* The same of one that need not be stored. */
must_use enum fault content_of_message(struct propre *propre, const struct message *whole,
                                       const struct message_parts *parts, int64_t channel,
                                       str key, struct arena *keep, struct channel_message *ret,
                                       struct error *error);
/* As JSON, to be frozen, and back. */
must_use enum fault content_json(const struct channel_message *content, struct arena *keep,
                                 str *ret, struct error *error);
must_use enum fault content_read(str json, struct arena *keep, struct channel_message *ret,
                                 struct error *error);
/* slug_make(title, text, key, keep): small letters, digits and hyphens, and six digits of the key, so that it is ours alone. */
str slug_make(str title, str text, str key, struct arena *keep);
