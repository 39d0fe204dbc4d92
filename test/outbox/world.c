#include "world.h"

#include "base/buf.h"
#include "base/text.h"

/* ---- the wire ---- */

static double
chance(struct world *w)
{
    return rng_uniform(&w->rng);
}

static int64_t
between(struct world *w, int64_t from_s, int64_t to_s)
{
    return from_s * 1000000 +
           (int64_t)rng_below(&w->rng, (uint64_t)((to_s - from_s) * 1000000 + 1));
}

static void
copy(char *out, size_t size, str s)
{
    size_t n = (size_t)s.n < size - 1 ? (size_t)s.n : size - 1;
    memcpy(out, s.p ? s.p : "", n);
    out[n] = 0;
}

/* "key=K;text=T;" */
static str
field(str body, str name)
{
    ptrdiff_t at = str_find(body, name);
    if (at < 0)
        return S("");
    str rest = str_slice(body, at + name.n, body.n), value;
    return str_cut(&rest, ';', &value) ? value : rest;
}

static const int64_t FLIGHT_S = 60; /* the drivers' timeout */

/* What goes wrong with it, if anything. A server behind a queue takes a request up long after its client gave up. */
static void
plan_trouble(struct world *w, struct world_flight *f, bool publish)
{
    int64_t now = w->now->us;
    bool slow_list = str_find(str_of(f->path), S("list")) >= 0;
    switch (rng_below(&w->rng, publish ? 12 : 6)) {
    case 0: /* no byte left */
        f->end = HTTP_NOT_SENT;
        f->accepts = false;
        f->answer_at.us = now + between(w, 0, 2);
        break;
    case 1: /* lost answer */
        f->end = HTTP_UNKNOWN;
        f->answer_at.us = now + FLIGHT_S * 1000000;
        break;
    case 2: /* an error of theirs, nothing done */
        f->status = 503;
        f->accepts = false;
        break;
    case 3: /* too many */
        f->status = 429;
        f->accepts = slow_list;
        break;
    case 4: /* the connection breaks early; what was sent may be taken up much later */
        f->end = HTTP_UNKNOWN;
        f->answer_at.us = now + between(w, 0, 3);
        f->effect_at.us = now + between(w, 0, FLIGHT_S + 90);
        f->accepts = chance(w) < 0.7;
        break;
    case 5: /* HTML */
        copy(f->body, sizeof f->body, S("<html>oops</html>"));
        break;
    case 6: /* slow before accepting: slower than any restart */
        f->end = HTTP_UNKNOWN;
        f->answer_at.us = now + FLIGHT_S * 1000000;
        f->effect_at.us = now + FLIGHT_S * 1000000 + between(w, 0, 90);
        break;
    case 7: /* done, and then an error */
        f->status = 502;
        break;
    case 8: /* done, and "too many" (F2) */
        f->status = 429;
        break;
    case 9: /* slow before answering */
        f->effect_at.us = now + between(w, 0, 2);
        f->answer_at.us = now + between(w, 30, FLIGHT_S - 1);
        break;
    case 10: /* cut off */
        copy(f->body, sizeof f->body, S("ok i"));
        break;
    default: /* taken for a copy */
        f->status = 409;
        f->accepts = false;
        copy(f->body, sizeof f->body, S("duplicate"));
        break;
    }
}

/* What it has had enough of. Windows end on whole seconds, as their headers say them. */
static void
plan_limits(struct world *w, struct world_flight *f)
{
    instant now = *w->now;
    f->left = -1;
    if (w->limit > 0 && now.us >= w->window_end.us) {
        w->window_end.us = (now.us + w->window.us + 999999) / 1000000 * 1000000;
        w->window_n = 0;
    }
    bool over = (w->limit > 0 && ++w->window_n > w->limit) || now.us < w->busy_until.us;
    if (over) {
        f->status = 429;
        f->accepts = false;
        w->over_n++;
    }
    if (w->limit > 0 && w->tells_n-- > 0) {
        f->left = over ? 0 : w->limit - w->window_n;
        f->reset = w->window_end;
    }
}

static enum fault
world_start(void *ctx, const struct http_request *request, const struct http_source *source,
            int64_t tag, struct error *error)
{
    struct world_client *client = ctx;
    struct world *w = client->world;
    int32_t i = 0;
    (void)source;
    while (i < w->flights_n && w->flights[i].used)
        i++;
    if (i == FLIGHTS_MAX)
        fail_msg("the world has too many flights");
    if (i == w->flights_n)
        w->flights_n++;
    struct world_flight *f = &w->flights[i];
    int64_t now = w->now->us;
    *f = (struct world_flight){.used = true,
                               .client = client->number,
                               .tag = tag,
                               .accepts = true,
                               .end = HTTP_ANSWERED,
                               .status = 200};
    f->effect_at.us = now + between(w, 0, 2);
    f->answer_at.us = f->effect_at.us + between(w, 0, 3);
    str path =
        str_slice(request->url, (ptrdiff_t)strlen("https://double.example"), request->url.n);
    copy(f->path, sizeof f->path, path);
    copy(f->key, sizeof f->key, field(request->body, S("key=")));
    copy(f->text, sizeof f->text, field(request->body, S("text=")));
    bool publish = str_find(path, S("publish")) >= 0;
    str token = field(request->body, S("auth="));
    w->media_n += str_find(path, S("media")) >= 0;
    w->requests_n++;
    w->publishes_n += publish;
    if (w->down) {
        f->end = HTTP_NOT_SENT;
        f->accepts = false;
    } else if (w->dead_token[0] && str_eq(token, str_of(w->dead_token))) {
        f->status = 401;
        f->accepts = false;
        copy(f->body, sizeof f->body, S("this token has ended"));
    } else if (publish && w->force_refusal) {
        f->end = w->force_refusal < 0 ? HTTP_NOT_SENT : HTTP_ANSWERED;
        f->status = w->force_refusal;
        f->accepts = false;
    } else if (w->force_refresh && str_find(path, S("refresh")) >= 0) {
        w->refreshes_failed_n++;
        f->end = w->force_refresh < 0 ? HTTP_UNKNOWN : HTTP_ANSWERED;
        f->status = w->force_refresh;
        f->accepts = false;
        copy(f->body, sizeof f->body, S("busy"));
    } else if (publish && w->force_status) {
        f->status = w->force_status;
    } else if (chance(w) < w->trouble) {
        plan_trouble(w, f, publish);
    }
    plan_limits(w, f);
    if (w->crash && chance(w) < w->crash_on_start) {
        w->crash(w->crash_ctx, client->number);
        if (f->end == HTTP_NOT_SENT)
            f->accepts = false;
    }
    (void)error;
    return OK;
}

static enum network_kind
kind_of(const char *path)
{
    return (enum network_kind)(path[2] - '0');
}

/* "/k0/a7/publish" */
static int32_t
account_of(const char *path)
{
    return (int32_t)strtol(path + 5, NULL, 10);
}

static struct world_post *
find_key(struct world *w, int32_t account, const char *key)
{
    for (int32_t i = 0; i < w->posts_n; i++) {
        if (w->posts[i].account == account && strcmp(w->posts[i].key, key) == 0)
            return &w->posts[i];
    }
    return NULL;
}

static void
take_effect(struct world *w, struct world_flight *f)
{
    f->effective = true;
    if (!f->accepts || f->end == HTTP_NOT_SENT)
        return;
    int32_t account = account_of(f->path);
    if (strstr(f->path, "publish")) {
        struct world_post *post =
            kind_of(f->path) == HONOURS_KEY ? find_key(w, account, f->key) : NULL;
        if (!post) {
            assert_true(w->posts_n < POSTS_MAX);
            post = &w->posts[w->posts_n++];
            *post = (struct world_post){.account = account, .at = f->effect_at};
            memcpy(post->key, f->key, sizeof post->key);
            memcpy(post->text, f->text, sizeof post->text);
            /* as on a network, no id comes again: the data outlive a world */
            static int ids;
            (void)snprintf(post->id, sizeof post->id, "r%d", ++ids);
            if (kind_of(f->path) == LISTS_LATE && chance(w) < 0.3)
                post->hidden_looks = 1;
        }
        if (!f->body[0])
            (void)snprintf(f->body, sizeof f->body, "ok id=%s;", post->id);
    } else if (strstr(f->path, "list")) {
        str found = S("");
        int64_t lag = kind_of(f->path) == LISTS_LATE ? 80000000 : 4000000;
        for (int32_t i = 0; i < w->posts_n; i++) {
            struct world_post *p = &w->posts[i];
            bool same = kind_of(f->path) == HONOURS_KEY ? strcmp(p->key, f->key) == 0
                                                        : strcmp(p->text, f->text) == 0;
            if (p->account != account || !same)
                continue;
            if (kind_of(f->path) != HONOURS_KEY && p->at.us + lag > f->effect_at.us)
                continue;
            if (p->hidden_looks > 0) {
                p->hidden_looks--;
                continue;
            }
            found = str_of(p->id);
        }
        if (!f->body[0])
            (void)snprintf(f->body, sizeof f->body, found.n ? "ok id=%.*s;" : "ok none%.*s;",
                           STR_FMT(found));
    } else if (strstr(f->path, "refresh")) {
        w->refreshes_n++;
        w->tokens_n++;
        if (!f->body[0])
            (void)snprintf(f->body, sizeof f->body, "ok id=token%d;", (int)w->tokens_n);
    } else if (!f->body[0]) {
        (void)snprintf(f->body, sizeof f->body, "ok id=x%d;", (int)w->requests_n);
    }
}

void
world_run(struct world *w)
{
    for (;;) {
        struct world_flight *first = NULL;
        for (int i = 0; i < w->flights_n; i++) {
            struct world_flight *f = &w->flights[i];
            if (f->used && !f->effective && f->effect_at.us <= w->now->us &&
                (!first || f->effect_at.us < first->effect_at.us))
                first = f;
        }
        if (!first)
            break;
        take_effect(w, first);
    }
    for (int i = 0; i < w->flights_n; i++) {
        if (w->flights[i].used && w->flights[i].effective && !w->flights[i].client)
            w->flights[i].used = false;
    }
    while (w->flights_n > 0 && !w->flights[w->flights_n - 1].used)
        w->flights_n--;
}

int64_t
world_next(const struct world *w)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < w->flights_n; i++) {
        const struct world_flight *f = &w->flights[i];
        if (f->used && !f->effective && f->effect_at.us < next)
            next = f->effect_at.us;
        if (f->used && f->client && f->answer_at.us < next)
            next = f->answer_at.us;
    }
    return next;
}

static void
tell_limits(const struct world *w, const struct world_flight *f, struct arena *keep,
            struct http_answer *ret)
{
    ret->headers = new (keep, struct http_header, 3);
    if (f->left >= 0) {
        ret->headers_n = 3;
        ret->headers[0] =
            (struct http_header){S("x-ratelimit-limit"), arena_printf(keep, "%d", w->limit)};
        ret->headers[1] =
            (struct http_header){S("x-ratelimit-remaining"), arena_printf(keep, "%d", f->left)};
        ret->headers[2] = (struct http_header){
            S("x-ratelimit-reset"),
            arena_printf(keep, "%lld", (long long)(f->reset.us / 1000000))};
    } else if (f->status == 429 && w->now->us < w->busy_until.us) {
        ret->headers_n = 1;
        ret->headers[0] = (struct http_header){
            S("retry-after"),
            arena_printf(keep, "%lld",
                         (long long)((w->busy_until.us - w->now->us + 999999) / 1000000))};
    }
}

static enum fault
world_wait(void *ctx, span timeout, struct arena *keep, int64_t *ret_tag,
           struct http_answer *ret, bool *ret_any, struct error *error)
{
    struct world_client *client = ctx;
    struct world *w = client->world;
    struct world_flight *first = NULL;
    (void)timeout; /* time moves only by the test's hand */
    (void)error;
    world_run(w);
    for (int i = 0; i < w->flights_n; i++) {
        struct world_flight *f = &w->flights[i];
        if (f->used && f->client == client->number && f->answer_at.us <= w->now->us &&
            (!first || f->answer_at.us < first->answer_at.us))
            first = f;
    }
    *ret_any = first != NULL;
    if (!first)
        return OK;
    *ret_tag = first->tag;
    *ret = (struct http_answer){.end = first->end, .began = *w->now, .ended = *w->now};
    if (first->end == HTTP_ANSWERED) {
        ret->status = first->status;
        ret->body = arena_str(keep, str_of(first->body));
        tell_limits(w, first, keep, ret);
    } else {
        ret->problem = S("the line broke");
    }
    first->client = 0;
    if (first->effective)
        first->used = false;
    return OK;
}

static const struct wire_ops ops = {world_start, world_wait};

void
world_connect(struct world *world, struct world_client *client, int32_t number)
{
    *client = (struct world_client){.world = world, .number = number};
    client->wire = (struct wire){&ops, client};
}

void
world_forget(struct world_client *client)
{
    for (int i = 0; i < client->world->flights_n; i++) {
        if (client->world->flights[i].client == client->number)
            client->world->flights[i].client = 0;
    }
}

void
world_open(struct world *world, instant *now, uint64_t seed)
{
    memset(world, 0, sizeof *world);
    world->now = now;
    rng_seed(&world->rng, seed, 7);
}

int32_t
world_count(const struct world *w, str text)
{
    int32_t n = 0;
    for (int32_t i = 0; i < w->posts_n; i++)
        n += str_eq(str_of(w->posts[i].text), text);
    return n;
}

/* ---- the drivers ---- */

instant world_created;
void (*world_begun)(str text);

static void
request(const struct channel_call *call, const char *name, const char *path, struct arena *keep,
        struct step *ret)
{
    world_created = call->message->created;
    if (world_begun && call->message->parts_n > 0)
        world_begun(call->message->parts[0]);
    ret->kind = STEP_REQUEST;
    ret->name = str_of(name);
    ret->request.method = HTTP_POST;
    ret->request.timeout.us = FLIGHT_S * 1000000;
    ret->request.url = arena_printf(keep, "https://double.example/%.*s/%s",
                                    STR_FMT(call->account->server), path);
    str token = call->op == OP_REFRESH ? S("") : account_secret(call->account, S("token"));
    ret->request.body = arena_printf(
        keep, "key=%.*s;text=%.*s;auth=%.*s;", STR_FMT(call->message->key),
        STR_FMT(call->message->parts_n ? call->message->parts[0] : S("")), STR_FMT(token));
}

static void
fails(struct step *ret, enum error_class error_class, const struct http_answer *answer)
{
    ret->kind = STEP_FAIL;
    ret->error_class = error_class;
    ret->words = utf8_valid(answer->body) ? answer->body : S("(not text)"); /* as drivers do */
}

/* "ok id=X;": X, or none when the answer is something else. */
static str
id_of(const struct http_answer *answer)
{
    if (answer->end != HTTP_ANSWERED || answer->status != 200 ||
        !str_starts(answer->body, S("ok id=")) || !str_ends(answer->body, S(";")))
        return STR_NONE;
    return field(answer->body, S("id="));
}

static enum error_class
class_of_answer(const struct http_answer *answer)
{
    switch (answer->status) {
    case 401:
        return CLASS_AUTH;
    case 409:
        return CLASS_DUPLICATE;
    case 422:
        return CLASS_PERMANENT;
    case 429:
        return CLASS_RATE;
    case 200:
        return CLASS_CONFIG; /* not of the form we know */
    default:
        return CLASS_TRANSIENT; /* what a careless driver says of a 503 after a publish */
    }
}

static void
publish_next(const struct channel_call *call, const struct http_answer *answer,
             struct arena *keep, struct step *ret)
{
    static const char *const steps[] = {"media", "draft", "publish", "alt"};
    enum { STEPS_N = 4, PUBLISH = 2, ALT = 3 };
    int at = 0;
    while (at < STEPS_N && memo_get(call->memo, str_of(steps[at])).p)
        at++;
    if (answer && at < STEPS_N) {
        str id = id_of(answer);
        if (!id.p && at == ALT)
            id = S("none"); /* what is missing around it does not take the post back */
        if (!id.p) {
            fails(ret, class_of_answer(answer), answer);
            return;
        }
        memo_set(call->memo, str_of(steps[at]), arena_str(keep, id));
        while (at < STEPS_N && memo_get(call->memo, str_of(steps[at])).p)
            at++;
    }
    if (at == STEPS_N) {
        ret->kind = STEP_DONE;
        ret->remote_id = memo_get(call->memo, S("publish"));
        ret->permalink = arena_printf(keep, "https://double.example/%.*s/%.*s",
                                      STR_FMT(call->account->server), STR_FMT(ret->remote_id));
        return;
    }
    request(call, steps[at], steps[at], keep, ret);
    ret->publishes = at == PUBLISH;
    ret->cosmetic = at == ALT;
}

static void
double_next(const struct channel_call *call, const struct http_answer *answer,
            struct arena *keep, struct step *ret)
{
    *ret = (struct step){0};
    if (call->op == OP_PUBLISH) {
        publish_next(call, answer, keep, ret);
    } else if (!answer) {
        const char *what = call->op == OP_REFRESH  ? "refresh"
                           : call->op == OP_VERIFY ? "who"
                                                   : "list";
        request(call, what, what, keep, ret);
    } else if (call->op == OP_READ_BACK) {
        str id = id_of(answer);
        ret->kind = STEP_DONE;
        ret->presence = id.p ? PRESENCE_FOUND
                        : answer->status == 200 && str_eq(answer->body, S("ok none;"))
                            ? PRESENCE_ABSENT
                            : PRESENCE_UNKNOWN;
        ret->remote_id = id;
        for (int32_t i = 0; i < call->taken_n && id.p; i++)
            if (str_eq(call->taken[i], id)) {
                ret->presence = PRESENCE_ABSENT;
                ret->remote_id = STR_NONE;
            }
        if (answer->status != 200)
            fails(ret, class_of_answer(answer), answer);
    } else {
        str id = id_of(answer);
        if (!id.p) {
            fails(ret, class_of_answer(answer), answer);
            return;
        }
        ret->kind = STEP_DONE;
        if (call->op == OP_REFRESH) {
            ret->secrets[0] = (struct secret_pair){S("token"), id};
            ret->secrets[1] = (struct secret_pair){S("refresh"), S("")}; /* F11 */
            ret->secrets_n = 2;
            ret->token_expires_us = some_int(call->now.us + (int64_t)7200 * 1000000);
        }
    }
}

#define DOUBLE(word, back, flight_s, settle_s, looks_n)           \
    {                                                             \
        .traits = {.network = word,                               \
                   .name = word,                                  \
                   .ops = {[OP_PUBLISH] = true,                   \
                           [OP_READ_BACK] = (back) != BACK_NEVER, \
                           [OP_REFRESH] = true,                   \
                           [OP_VERIFY] = true},                   \
                   .read_back = back,                             \
                   .counter = COUNT_NONE,                         \
                   .longest_flight = {(flight_s)*1000000LL},      \
                   .settle = {(settle_s)*1000000LL},              \
                   .memo_lasting = {"draft"},                     \
                   .looks = looks_n},                             \
        .next = double_next                                       \
    }

static const struct driver doubles[] = {
    [HONOURS_KEY] = DOUBLE("double0", BACK_EXACT, 100, 0, 1),
    [LISTS_ONLY] = DOUBLE("double1", BACK_LIST, 100, 5, 1),
    [LISTS_LATE] = DOUBLE("double2", BACK_LIST, 100, 90, 2),
    [TELLS_NOTHING] = DOUBLE("double3", BACK_NEVER, 100, 0, 1),
};

const struct driver *
world_driver(str network)
{
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        if (str_eq(network, str_of(doubles[i].traits.network)))
            return &doubles[i];
    }
    return NULL;
}
