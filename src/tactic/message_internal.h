#pragma once
#include "base/buf.h"
#include "base/json.h"
#include "tactic/message.h"

/*
 * A copy of a message as kept in message_revision: all that a person wrote, not its number, revision or times. Two
 * copies are the same bytes exactly when the messages say the same.
 */
void message_to_json(const struct message *message, const struct message_parts *parts,
                     struct buf *out);
/* message_from_json(content, keep, ret, ret_parts, error): Faults: CORRUPT. */
must_use enum fault message_from_json(str content, struct arena *keep, struct message *ret,
                                      struct message_parts *ret_parts, struct error *error);
