#pragma once
#include "cli/cli.h"
#include "tactic/slot.h"

struct civil;
struct delivery;
struct zone;

/* What the commands of acting share. */

/* Who did it, for the history. */
#define WHO S("command line")

/* cli_number(cli, n): "1234". */
str cli_number(struct cli *cli, int64_t n);
/* cli_moment(cli, zone, us): "24 Nov 2026, 09:05". */
str cli_moment(struct cli *cli, const struct zone *zone, int64_t us);
/* cli_due(cli, zone, delivery): its moment, or that it has none yet. */
str cli_due(struct cli *cli, const struct zone *zone, const struct delivery *delivery);
/* cli_day_from(cli, zone, day, ret, error): the moment a local day (cli_local_day) begins. */
must_use enum fault cli_day_from(const struct zone *zone, int64_t day, instant *ret,
                                 struct error *error);

/* json_delivery(w, delivery): one number of the queue. */
void json_delivery(struct json_writer *w, const struct delivery *delivery);
/* cli_json_delivery(cli, id, error): prints it as it is now. Needs an open transaction. */
must_use enum fault cli_json_delivery(struct cli *cli, int64_t id, struct error *error);
/* cli_json_good(error): prints {"ok":true}: done, and there is nothing to show of it. */
must_use enum fault cli_json_good(struct error *error);

/* The next free appointment of a channel in a queue. Needs an open transaction; none taken yet. */
struct appointment {
    int64_t channel;
    str name;                /* the channel's */
    str queue;               /* "" is its own */
    const struct zone *zone; /* the workspace's */
    struct civil wall;
    instant at;
};
/* cli_next_free(cli, a, error): fills wall and at. Faults: ABSENT, naming the command that makes a slot. */
must_use enum fault cli_next_free(struct cli *cli, struct appointment *a, struct error *error);

/* What --repeat, --until, --times and --cooldown say. */
struct repeating {
    str rule; /* none: it does not repeat */
    struct maybe_int end_us, count_max;
    int32_t cooldown_days;
};
must_use enum fault cli_repeat_read(struct cli *cli, const struct zone *zone,
                                    struct repeating *ret, struct error *error);
/*
 * cli_repeat_make(cli, repeating, of, error): a recurrence of that pattern, and its first occurrences. It says what it made.
 * Needs an open write transaction. Faults: INPUT when it has no occurrence.
 */
struct repeat_from {
    int64_t message; /* the pattern */
    struct civil anchor;
    const struct zone *zone;
    struct maybe_int from; /* the message the pattern is a copy of */
};
must_use enum fault cli_repeat_make(struct cli *cli, const struct repeating *repeating,
                                    const struct repeat_from *of, int64_t *ret_id,
                                    struct error *error);

/* What would go wrong, gathered over channels. */
struct problems {
    int32_t errors_n;
    str first; /* the first of them, with its channel, in the reader's language */
};
/*
 * cli_check_content(cli, message, channel, name, problems, error): says what would go wrong on that channel, and adds it up.
 * Needs an open transaction.
 */
must_use enum fault cli_check_content(struct cli *cli, int64_t message, int64_t channel,
                                      str name, struct problems *problems, struct error *error);
/*
 * cli_poll_options(cli, channel, ret, error): --poll and --poll-hours as options of a variant (tactic/message.h):
 * {"poll_options":["A","B"],"poll_hours":24}; none without --poll. Faults: INPUT; also when the network has no polls.
 */
struct channel;
must_use enum fault cli_poll_options(struct cli *cli, const struct channel *channel, str *ret,
                                     struct error *error);

struct step;
/* cli_print_steps(cli, steps, n), json_steps(w, channel, steps, n): requests that would be made; one object each. */
void cli_print_steps(struct cli *cli, const struct step *steps, int32_t n);
void json_steps(struct json_writer *w, str channel, const struct step *steps, int32_t n);
