#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/lang.h"
#include "base/log.h"
#include "base/maybe.h"
#include "base/translate.h"
#include "cli/command.h"
#include "place/propre.h"
#include "place/workspace.h"

/* What one run of the program knows; passed to every command. */
struct cli {
    const struct args *args;
    enum lang lang;
    bool json;  /* --json: one JSON value on standard output, nothing else */
    bool quiet; /* --quiet: no progress, no remarks */
    struct arena *keep;
    struct arena scratch;
    const char *data;           /* path or postgres:// address of the workspace */
    struct propre propre;       /* db is NULL for NEEDS_NOTHING */
    struct workspace workspace; /* loaded when there is a database */
    struct log log;
};

/*
 * cli_open(cli, needs, error):
 * Opens cli->data for ${needs}, migrates it when it will be written, loads the workspace.
 * Faults: ABSENT when there is no such file, saying how to make one.
 * Memory: closed by main at the end.
 */
must_use enum fault cli_open(struct cli *cli, enum needs needs, struct error *error);

/* cli_is_postgres(data): whether --data names a server rather than a file. */
bool cli_is_postgres(const char *data);
/*
 * cli_key_path(cli): the key file: --key, else $PROPRE_KEY, else beside the data ("workspace.propre.key"), or for
 * PostgreSQL the user's configuration folder ("propre/key" in it). None when that is not known.
 */
str cli_key_path(struct cli *cli);
/*
 * cli_vault(cli, create, error):
 * Opens the key file into cli->propre.vault, for commands that seal or unseal secrets; a second time does nothing. A key
 * does not pass a fork: a process that was forked opens its own.
 * Faults: those of vault_open; INPUT when it is not known where the key is.
 * Memory: closed by main at the end.
 */
must_use enum fault cli_vault(struct cli *cli, bool create, struct error *error);

/* cli_say(cli, id, ...): a translated line on standard output; arguments are strs. Silent with --json. */
#define cli_say(cli, ...) cli_print((cli), SAY((cli)->keep, (cli)->lang, __VA_ARGS__))
/* cli_print(cli, line): a line that is not translated. Silent with --json. */
void cli_print(const struct cli *cli, str line);

/* cli_counted(cli, sentence, n): the sentence, in its form for ${n} (translate_n), with it in the reader's digits. */
str cli_counted(struct cli *cli, const char *sentence, int64_t n);

/* Where the JSON of --json is built: begin, write with &json.w, end (which prints it). */
struct cli_json {
    struct buf text;
    struct json_writer w;
};
void cli_json_begin(struct cli_json *json);
must_use enum fault cli_json_end(struct cli_json *json, struct error *error);
/* cli_json_id(id, error): prints {"id":…}. */
must_use enum fault cli_json_id(int64_t id, struct error *error);
/* The members that most commands write. */
void json_member_str(struct json_writer *w, const char *key, str value);
void json_member_int(struct json_writer *w, const char *key, int64_t value);
void json_member_maybe_int(struct json_writer *w, const char *key, struct maybe_int value);
void json_member_maybe_real(struct json_writer *w, const char *key, struct maybe_real value);
void json_member_bool(struct json_writer *w, const char *key, bool value);

/* cli_id(cli, ret, error): the positional as an id. Faults: INPUT. */
must_use enum fault cli_id(struct cli *cli, int64_t *ret, struct error *error);
/* cli_maybe_real(cli, option, ret, error): the number given to --option, none when it was not given. */
must_use enum fault cli_maybe_real(struct cli *cli, const char *option, struct maybe_real *ret,
                                   struct error *error);
/* cli_maybe_money(cli, option, ret_minor, error): the same in the smallest unit of the workspace's currency. */
must_use enum fault cli_maybe_money(struct cli *cli, const char *option,
                                    struct maybe_int *ret_minor, struct error *error);

/*
 * cli_local_day(cli, text, ret_day, error):
 * "2026-12-31", "today", "tomorrow", "aujourd'hui", "demain" in the workspace's zone → days since 1970-01-01.
 * Faults: INPUT, quoting the text and the form expected.
 */
must_use enum fault cli_local_day(struct cli *cli, str text, int64_t *ret_day,
                                  struct error *error);
/* cli_day_text(cli, day): "2026-12-31"; "–" for none. */
str cli_day_text(struct cli *cli, struct maybe_int day);

/*
 * cli_find_channel(cli, name, ret_id, error): by name, handle, network or number, capital or small, when only one is meant.
 * cli_find_tactic(cli, name, ret_id, error): by name.
 * Faults: ABSENT, saying where to look; INPUT, naming two that it can be.
 */
must_use enum fault cli_find_channel(struct cli *cli, str name, int64_t *ret,
                                     struct error *error);
/* cli_find_archived(cli, name, ret, error): the same among the channels that were put away. */
must_use enum fault cli_find_archived(struct cli *cli, str name, int64_t *ret,
                                      struct error *error);
must_use enum fault cli_find_tactic(struct cli *cli, str name, int64_t *ret,
                                    struct error *error);
