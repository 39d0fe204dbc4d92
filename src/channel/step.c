#include "channel/step.h"

#include <assert.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/text.h"
#include "base/translate.h"
#include "channel/classes.h"

enum {
    RETRY_SECONDS_MAX = 86400, /* a network that asks for more is asked again after a day */
    URL_TEXT_MAX = 2000 /* bytes of an address kept or shown; browsers' old common limit */
};

/* ---- the memo ---- */

static str
memo_name(const struct turn *turn, const char *name, int32_t index)
{
    return index < 0 ? str_of(name) : arena_printf(turn->keep, "%s %d", name, (int)index);
}

str
turn_memo(const struct turn *turn, const char *name, int32_t index)
{
    return memo_get(turn->call->memo, memo_name(turn, name, index));
}

void
turn_remember(struct turn *turn, const char *name, int32_t index, str value)
{
    memo_set(turn->call->memo, memo_name(turn, name, index), arena_str(turn->keep, value));
}

/* Where an operation stands is kept under this name: one place for each, as reading back goes on beside. */
static str
place_name(enum channel_op op)
{
    static const char *const names[CHANNEL_OPS_N] = {
        "at verify",   "at limits",     "at publish",      "at read back",
        "at withdraw", "at edit",       "at post metrics", "at account metrics",
        "at refresh",  "at auth begin", "at auth finish"};
    return str_of(names[op]);
}

static void
keep_place(struct turn *turn)
{
    str value = turn->index > 0
                    ? arena_printf(turn->keep, "%s/%d", turn->stage->name, (int)turn->index)
                    : str_of(turn->stage->name);
    memo_set(turn->call->memo, place_name(turn->call->op), value);
}

/* The stage the memo knows of; false when there is none, or it is of another version of the driver. */
static bool
find_place(struct turn *turn)
{
    str name, text = memo_get(turn->call->memo, place_name(turn->call->op));
    int64_t index = 0;
    struct error error;
    if (!text.p)
        return false;
    if (str_cut(&text, '/', &name) && parse_i64(text, 0, 10000, &index, &error) != OK)
        return false;
    for (int32_t i = 0; turn->plan->stages[i]; i++) {
        if (!str_eq(str_of(turn->plan->stages[i]->name), name))
            continue;
        turn->stage = turn->plan->stages[i];
        turn->index = (int32_t)index;
        return true;
    }
    return false;
}

/* ---- where to go ---- */

void
turn_go(struct turn *turn, const struct stage *stage, int32_t index)
{
    assert(!turn->over);
    turn->next = stage;
    turn->next_index = index;
}

void
turn_done(struct turn *turn)
{
    turn->step->kind = STEP_DONE;
    turn->over = true;
}

/* The network's words without our secrets, cut to what is kept. */
static str
redacted(const struct turn *turn, str words)
{
    const struct channel_account *account = turn->account;
    words = utf8_clean(turn->keep, str_slice(words, 0, 8 * STEP_WORDS_MAX));
    for (int32_t i = 0; account && i < account->secrets_n; i++) {
        str secret = account->secrets[i].value;
        ptrdiff_t at;
        while (secret.n >= 4 && (at = str_find(words, secret)) >= 0)
            words = arena_printf(turn->keep, "%.*s[…]%.*s", (int)at, words.p,
                                 (int)(words.n - at - secret.n), words.p + at + secret.n);
    }
    if (words.n <= STEP_WORDS_MAX)
        return words;
    ptrdiff_t n = STEP_WORDS_MAX;
    while (n > 0 && ((unsigned char)words.p[n] & 0xc0) == 0x80)
        n--;
    return str_slice(words, 0, n);
}

void
turn_fail(struct turn *turn, enum error_class is, str words)
{
    turn->step->kind = STEP_FAIL;
    turn->step->error_class = is;
    turn->step->words = redacted(turn, words);
    turn->over = true;
}

void
turn_fail_surely(struct turn *turn, enum error_class is, str words)
{
    turn_fail(turn, is, words);
    turn->step->sure = true;
    turn->step->retry_after = turn->failure.retry_after;
}

void
turn_wait(struct turn *turn, span wait)
{
    turn->step->kind = STEP_WAIT;
    turn->step->wait = wait;
    turn->over = true;
}

/* ---- the request ---- */

static void
begin(struct turn *turn, enum http_method method, str url)
{
    struct http_request *request = &turn->step->request;
    turn->step->kind = STEP_REQUEST;
    turn->over = true;
    *request =
        (struct http_request){.method = method, .url = url, .answer_max = STEP_ANSWER_MAX};
    turn_header(turn, S("Accept"), S("application/json"));
}

void
turn_header(struct turn *turn, str name, str value)
{
    struct http_request *request = &turn->step->request;
    assert(request->headers_n < HTTP_HEADERS_MAX);
    http_add_header(request, name, value);
}

void
turn_get(struct turn *turn, str url)
{
    begin(turn, HTTP_GET, url);
}

void
turn_get_page(struct turn *turn, str url)
{
    begin(turn, HTTP_GET, url);
    struct http_request *request = &turn->step->request;
    request->headers[0].value = S("text/html"); /* instead of JSON */
    request->answer_max = PAGE_BYTES_MAX;
    request->timeout = (span){PAGE_SECONDS * SPAN_SECOND.us};
    request->follows = true;
}

void
turn_delete(struct turn *turn, str url)
{
    begin(turn, HTTP_DELETE, url);
}

void
turn_post_json(struct turn *turn, enum http_method method, str url, str body)
{
    begin(turn, method, url);
    turn_header(turn, S("Content-Type"), S("application/json"));
    turn->step->request.body = body;
}

void
turn_post_form(struct turn *turn, str url, const struct pair *pairs, int32_t n)
{
    begin(turn, HTTP_POST, url);
    turn_header(turn, S("Content-Type"), S("application/x-www-form-urlencoded"));
    turn->step->request.body = form(turn->keep, pairs, n);
}

void
turn_post_file(struct turn *turn, str url, const struct channel_media *media)
{
    begin(turn, HTTP_POST, url);
    turn_header(turn, S("Content-Type"), media->mime);
    turn->step->request.media = media->media;
    turn->step->request.media_bytes = media->bytes;
}

void
turn_post_parts(struct turn *turn, str url)
{
    begin(turn, HTTP_POST, url);
    turn->step->request.parts = new (turn->keep, struct http_part, HTTP_PARTS_MAX);
}

static struct http_part *
add_part(struct turn *turn)
{
    struct http_request *request = &turn->step->request;
    assert(request->parts && request->parts_n < HTTP_PARTS_MAX);
    return &request->parts[request->parts_n++];
}

void
turn_part(struct turn *turn, str name, str value)
{
    *add_part(turn) = (struct http_part){.name = name, .value = value};
}

void
turn_file(struct turn *turn, str name, const struct channel_media *media)
{
    *add_part(turn) = (struct http_part){.name = name,
                                         .file_name = media->file_name,
                                         .mime = media->mime,
                                         .media = media->media,
                                         .media_bytes = media->bytes};
}

void
turn_bearer(struct turn *turn, str token)
{
    turn_header(turn, S("Authorization"),
                arena_printf(turn->keep, "Bearer %.*s", STR_FMT(token)));
}

void
turn_basic(struct turn *turn, str user, str password)
{
    str pair = arena_printf(turn->keep, "%.*s:%.*s", STR_FMT(user), STR_FMT(password));
    turn_header(turn, S("Authorization"),
                arena_printf(turn->keep, "Basic %.*s", STR_FMT(base64(turn->keep, pair))));
}

/* ---- what an answer means ---- */

static span
seconds(int64_t n)
{
    n = n < 0 ? 0 : n > RETRY_SECONDS_MAX ? RETRY_SECONDS_MAX : n;
    return (span){n * SPAN_SECOND.us};
}

/* How long a header asks to wait: seconds, a moment in either form, or seconds since 1970. */
static span
wait_of(const struct turn *turn, str value)
{
    int64_t n, now = turn->call->now.us / SPAN_SECOND.us;
    struct error error;
    instant at;
    if (parse_i64(value, 0, INT64_MAX, &n, &error) == OK)
        return seconds(n > RETRY_SECONDS_MAX ? n - now : n);
    if (http_date_read(value, &n))
        return seconds(n - now);
    if (instant_parse(value, &at, &error) == OK)
        return seconds(instant_since(at, turn->call->now).us / SPAN_SECOND.us);
    return (span){0};
}

static span
retry_after(const struct turn *turn)
{
    static const char *const names[] = {"retry-after", "x-ratelimit-reset", "ratelimit-reset",
                                        "x-rate-limit-reset"};
    /* Source: the first for any refusal (RFC 9110); the others tell the end of a window, full or not */
    size_t n = turn->answer->status == 429 ? sizeof names / sizeof names[0] : 1;
    for (size_t i = 0; i < n; i++) {
        str value = http_header_value(turn->answer, str_of(names[i]));
        if (value.n > 0)
            return wait_of(turn, str_trim(value));
    }
    return (span){0};
}

/* The title of a page that stands where JSON should, else its beginning. */
static str
page_words(str body)
{
    ptrdiff_t from = str_find(body, S("<title>"));
    if (from < 0)
        return str_trim(str_slice(body, 0, 200));
    str title = str_slice(body, from + 7, body.n);
    ptrdiff_t to = str_chr(title, '<');
    return str_trim(str_slice(title, 0, to < 0 ? 200 : to));
}

/* A refusal whose body is no JSON: of a proxy, a firewall, another program. */
static enum error_class
class_of_page(int32_t status, bool publishes)
{
    bool known = status == 408 || status == 429 || status >= 500 || status < 300;
    return known ? class_of(STR_NONE, status, STR_NONE, publishes) : CLASS_CONFIG;
}

static void
refused(struct turn *turn)
{
    struct failure *failure = &turn->failure;
    bool publishes = turn->stage->publishes;
    int32_t status = turn->answer->status;
    str network = str_of(turn->plan->driver->traits.network),
        body = str_trim(turn->answer->body);
    *failure = (struct failure){.retry_after = retry_after(turn)};
    if (!turn->json && body.n > 0 && (body.p[0] == '<' || status < 300)) {
        failure->words = page_words(body);
        failure->is = class_of_page(status, publishes);
        return;
    }
    if (turn->json)
        turn->plan->read_error(turn->json, turn->keep, failure);
    if (failure->words.n == 0)
        failure->words = str_slice(body, 0, STEP_WORDS_MAX);
    if (failure->words.n == 0)
        failure->words = arena_printf(turn->keep, "HTTP %d", (int)status);
    failure->is = class_of(network, status, failure->code, publishes);
}

static void
not_answered(struct turn *turn)
{
    const struct http_answer *answer = turn->answer;
    turn->failure = (struct failure){.words = answer->problem, .is = CLASS_TRANSIENT};
    if (answer->end == HTTP_NOT_SENT)
        turn->failure.is = answer->forbidden ? CLASS_CONFIG : CLASS_TRANSIENT;
    else if (turn->stage->publishes)
        turn->failure.is = CLASS_AMBIGUOUS;
}

/* ---- the engine ---- */

/* JSON of an answer; NULL when it has no body or another. */
static const struct json *
read_json(struct turn *turn)
{
    struct json *json;
    struct error error;
    str body = turn->answer->body;
    if (str_trim(body).n == 0 || body.n > STEP_ANSWER_MAX ||
        json_parse(turn->keep, body, &json, &error) != OK)
        return NULL;
    return json;
}

static void
take_answer(struct turn *turn)
{
    const struct http_answer *answer = turn->answer;
    bool answered = answer->end == HTTP_ANSWERED;
    bool success = answered && answer->status >= 200 && answer->status < 300;
    turn->json = answered ? read_json(turn) : NULL;
    if (success && !turn->json && str_trim(answer->body).n > 0 && !turn->stage->any_body)
        success = false;
    if (success) {
        turn->stage->take(turn);
        return;
    }
    if (answered)
        refused(turn);
    else
        not_answered(turn);
    if (turn->stage->refuse)
        turn->stage->refuse(turn);
    if (turn->over || turn->next)
        return;
    turn_fail(turn, turn->failure.is, turn->failure.words);
    turn->step->retry_after = turn->failure.retry_after;
}

/* From stage to stage until one asks, waits or ends. */
static void
walk(struct turn *turn)
{
    for (int32_t hops = 0; !turn->over; hops++) {
        if (hops == STEP_HOPS_MAX || !turn->next) {
            /* an answer of a form nobody expected led nowhere */
            assert(turn->stage);
            turn_fail(turn, turn->stage->publishes ? CLASS_AMBIGUOUS : CLASS_CONFIG,
                      S(N_("the answer makes no sense")));
            return;
        }
        turn->stage = turn->next;
        turn->index = turn->next_index;
        turn->next = NULL;
        turn->answer = NULL;
        turn->json = NULL;
        turn->stage->ask(turn);
    }
}

/* What must hold whatever a network answers. */
static void
check_end(struct turn *turn)
{
    struct step *step = turn->step;
    bool made = turn->call->op == OP_PUBLISH;
    if (step->kind == STEP_DONE && made && step->remote_id.n == 0)
        turn_fail(turn, CLASS_AMBIGUOUS, S(N_("the answer names no post")));
    /* before anything is asked: what comes of it could not be remembered */
    if (step->kind == STEP_REQUEST && made && turn->call->memo->n > MEMO_PAIRS_MAX - MEMO_ROOM)
        turn_fail(
            turn, CLASS_PERMANENT,
            S(N_("there is more to it than can be kept: leave out some pictures or tags")));
    if (step->kind == STEP_REQUEST) {
        step->name = turn->index > 0 ? arena_printf(turn->keep, "%s %d", turn->stage->name,
                                                    (int)turn->index + 1)
                                     : str_of(turn->stage->name);
        step->publishes = turn->stage->publishes;
        step->cosmetic = turn->stage->cosmetic;
        step->family = turn->stage->family;
    }
    /* what ended without publishing begins anew next time; a publication goes on where it stopped */
    if (step->kind == STEP_REQUEST || step->kind == STEP_WAIT)
        keep_place(turn);
    else if (!made)
        memo_set(turn->call->memo, place_name(turn->call->op), STR_NONE);
}

void
stages_next(const struct plan *plan, const struct channel_call *call,
            const struct http_answer *answer, struct arena *keep, struct step *ret)
{
    assert(call->memo && call->account && call->op < CHANNEL_OPS_N);
    *ret = (struct step){0};
    struct turn turn = {.plan = plan,
                        .call = call,
                        .message = call->message,
                        .account = call->account,
                        .keep = keep,
                        .step = ret};
    if (!plan->ops[call->op]) {
        turn_fail(&turn, CLASS_PERMANENT, S(N_("the network does not have this")));
        return;
    }
    bool known = find_place(&turn);
    if (answer && !known) {
        turn_fail(&turn, call->op == OP_PUBLISH ? CLASS_AMBIGUOUS : CLASS_TRANSIENT,
                  S(N_("an answer to a question that was lost")));
        return;
    }
    turn.answer = answer;
    if (answer)
        take_answer(&turn);
    else
        turn_go(&turn, known ? turn.stage : plan->ops[call->op], known ? turn.index : 0);
    walk(&turn);
    check_end(&turn);
}

/* ---- small things ---- */

str
json_id(struct arena *keep, const struct json *value)
{
    if (!value)
        return STR_NONE;
    if (value->kind == JSON_KIND_INT)
        return arena_printf(keep, "%lld", (long long)value->integer);
    str text = json_text(value);
    for (ptrdiff_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f)
            return STR_NONE;
    return text.n > 0 && text.n <= STEP_ID_MAX ? text : STR_NONE;
}

str
json_web(const struct json *value)
{
    str text = json_text(value);
    if (text.n > URL_TEXT_MAX ||
        (!str_starts(text, S("https://")) && !str_starts(text, S("http://"))))
        return STR_NONE;
    for (ptrdiff_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f)
            return STR_NONE;
    return text;
}

str
json_built(const struct buf *out, struct arena *keep)
{
    assert(!out->overflown);
    return arena_str(keep, buf_str(out));
}

void
step_metric(struct step *step, str name, const struct json *value)
{
    struct maybe_real number = json_as_real(value);
    if (number.has && step->metrics_n < METRIC_VALUES_MAX)
        step->metrics[step->metrics_n++] = (struct metric_value){name, number.is};
}

str
server_clean(struct arena *keep, str server)
{
    server = str_trim(server);
    while (str_ends(server, S("/")))
        server.n--;
    if (server.n == 0 || str_starts(server, S("https://")) || str_starts(server, S("http://")))
        return server;
    return arena_printf(keep, "https://%.*s", STR_FMT(server));
}

static const struct json *
member(const struct turn *turn, str object, str name)
{
    struct json *json;
    struct error error;
    if (object.n == 0 || object.n > STEP_ANSWER_MAX ||
        json_parse(turn->keep, object, &json, &error) != OK)
        return NULL;
    return json_get(json, name);
}

str
settings_text(const struct turn *turn, str name)
{
    return json_text(member(turn, turn->account->settings, name));
}

const struct json *
options_get(const struct turn *turn, str name)
{
    return member(turn, turn->message->options, name);
}
