#pragma once
#include "base/json.h"
#include "channel/driver.h"

/*
 * A conversation with a network, written down: what is asked of a driver, the requests it must make, the answers
 * it gets, what must come of it. The files are cases/<network>/<name>.case, line by line:
 *
 *   # comment                      network wordpress
 *   op publish                     (verify, limits, publish, read_back, withdraw, edit, post_metrics,
 *                                   account_metrics, refresh, auth_begin, auth_finish)
 *   server URL | handle H | user_id U | secret NAME VALUE | settings JSON | limits JSON
 *   text T (again: the next part; \n is a new line) | title | slug | excerpt | link | tag | category | language |
 *   visibility | warning | sensitive | options JSON | key | created MOMENT | poll OPTION | poll_lasts SECONDS
 *   media ID BYTES MIME NAME WIDTHxHEIGHT ALT…
 *   card_title | card_text
 *   remote_id | taken ID | now MOMENT | armed MOMENT | redirect | callback | chance N | seed TEXT
 *   memo NAME=VALUE
 *   > POST https://… [publishes|cosmetic]     the request expected next
 *   >h Name: value                            a header it must have
 *   >b {"json":1}                             its body: equal as JSON if both are, else as text; lines add up
 *   >p name=value                             a part of a multipart body; a file's value is "media ID"
 *   >m ID                                     its body is that file
 *   < 201  (or: < not sent, < unknown)        the answer
 *   <h name: value
 *   <b body                                   lines add up
 *   = done remote_id=5 permalink=https://…    what comes out; each word must hold: class=, sure=1, words= (part),
 *                                             presence=found|absent|unknown, wait=SECONDS, retry=SECONDS, handle=,
 *                                             user_id=, display_name=, visit=, limits=, note= (part), metric:NAME=,
 *                                             secret:NAME=; values end at a blank, "_" stands for one in words
 *   = fail class=auth
 *   = wait wait=5
 * After a result, another "op" with its own lines goes on with the same memo.
 */

enum { EXCHANGES_MAX = 64, CASE_HEADERS_MAX = 16, CASE_PARTS_MAX = 32, CASE_WORDS_MAX = 24 };

struct exchange {
    int32_t line;
    str method, url;
    bool publishes, cosmetic;
    str headers[CASE_HEADERS_MAX]; /* "Name: value" */
    int32_t headers_n;
    str body;
    str parts[CASE_PARTS_MAX];
    int32_t parts_n;
    int64_t media;
    struct http_answer answer;
};

/* One operation of a case. */
struct conversation_act {
    int32_t line;
    struct channel_call call;
    struct channel_message message;
    struct exchange exchanges[EXCHANGES_MAX];
    int32_t exchanges_n;
    str result; /* "done remote_id=5" */
    int32_t result_line;
};

enum { ACTS_MAX = 6 };
struct conversation {
    str file;
    const struct driver *driver;
    struct channel_account account;
    struct conversation_act acts[ACTS_MAX];
    int32_t acts_n;
    struct memo memo; /* at the beginning */
};

/* conversation_read(path, arena): fails the test, naming the line, when the file is not right. */
struct conversation *conversation_read(const char *path, struct arena *arena);
/* conversation_files(network, arena, ret_n): the case files of a network, NULL network: of all. */
const char **conversation_files(const char *network, struct arena *arena, int32_t *ret_n);
/* conversation_play(conversation, arena): replays it and fails the test at the first difference. */
void conversation_play(struct conversation *conversation, struct arena *arena);
/* json_same(a, b): equal but for the order of members. */
bool json_same(const struct json *a, const struct json *b, int32_t depth);

/*
 * conversation_requests(conversation, each, ctx, arena): replays it and shows every request the driver makes, for
 * checks of bodies against contracts.
 */
void conversation_requests(struct conversation *conversation,
                           void (*each)(void *ctx, const struct conversation_act *act,
                                        const struct step *step),
                           void *ctx, struct arena *arena);
