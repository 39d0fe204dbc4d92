#include "../t.h"

#include "exchange.h"

#include <glob.h>

#include "base/number.h"

static const char *
root(void)
{
    const char *name = getenv("PROPRE_SOURCE_ROOT");
    return name ? name : ".";
}

const char **
conversation_files(const char *network, struct arena *arena, int32_t *ret_n)
{
    glob_t found;
    str pattern =
        arena_printf(arena, "%s/test/channel/cases/%s/*.case", root(), network ? network : "*");
    const char **names = NULL;
    *ret_n = 0;
    if (glob(cstr(arena, pattern), 0, NULL, &found) == 0) {
        names = new (arena, const char *, (ptrdiff_t)found.gl_pathc);
        for (size_t i = 0; i < found.gl_pathc; i++)
            names[(*ret_n)++] = cstr(arena, str_of(found.gl_pathv[i]));
        globfree(&found);
    }
    return names;
}

/* ---- reading a case ---- */

struct reader {
    struct conversation *to;
    struct conversation_act *act;
    struct exchange *at;
    struct arena *arena;
    int32_t line;
    str *parts, *tags, *categories, *poll, *taken;
    struct channel_media *media;
};

#define wrong(reader, ...)                                                          \
    do {                                                                            \
        print_error("%.*s:%d: ", STR_FMT((reader)->to->file), (int)(reader)->line); \
        fail_msg(__VA_ARGS__);                                                      \
    } while (0)

static str
unescaped(str s, struct arena *arena)
{
    char *p = new (arena, char, s.n + 1);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        bool escape = s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == 'n';
        p[n++] = escape ? '\n' : s.p[i];
        i += escape;
    }
    return (str){p, n};
}

static instant
moment(struct reader *reader, str text)
{
    instant t = {0};
    struct error error;
    if (instant_parse(text, &t, &error) != OK)
        wrong(reader, "%.*s is no moment", STR_FMT(text));
    return t;
}

static int64_t
integer(struct reader *reader, str text)
{
    int64_t n = 0;
    struct error error;
    if (parse_i64(text, 0, INT64_MAX, &n, &error) != OK)
        wrong(reader, "%.*s is no number", STR_FMT(text));
    return n;
}

static const char *const op_words[CHANNEL_OPS_N] = {
    "verify",       "limits",          "publish", "read_back",  "withdraw",   "edit",
    "post_metrics", "account_metrics", "refresh", "auth_begin", "auth_finish"};

static void
begin_act(struct reader *reader, str word)
{
    struct conversation *to = reader->to;
    assert_true(to->acts_n < ACTS_MAX);
    struct conversation_act *before = reader->act;
    reader->act = &to->acts[to->acts_n++];
    if (before) {
        reader->act->call = before->call;
        reader->act->message = before->message;
    } else {
        reader->act->message =
            (struct channel_message){.parts = reader->parts,
                                     .tags = reader->tags,
                                     .categories = reader->categories,
                                     .poll_options = reader->poll,
                                     .media = reader->media,
                                     .key = S("0123456789abcdef0123456789abcdef"),
                                     .created = {1795600800000000}};
        reader->act->call.now = (instant){1795600800000000};
        reader->act->call.taken = reader->taken;
    }
    reader->act->line = reader->line;
    reader->at = NULL;
    for (int32_t i = 0; i < CHANNEL_OPS_N; i++)
        if (str_eq(word, str_of(op_words[i]))) {
            reader->act->call.op = (enum channel_op)i;
            return;
        }
    wrong(reader, "no such op: %.*s", STR_FMT(word));
}

static void
read_media(struct reader *reader, str rest)
{
    struct channel_media *media = &reader->media[reader->act->message.media_n++];
    str word;
    (void)str_cut(&rest, ' ', &word);
    media->media = integer(reader, word);
    (void)str_cut(&rest, ' ', &word);
    media->bytes = integer(reader, word);
    (void)str_cut(&rest, ' ', &media->mime);
    (void)str_cut(&rest, ' ', &media->file_name);
    str size = rest;
    if (str_cut(&rest, ' ', &word)) {
        size = word;
        media->alt = unescaped(rest, reader->arena);
    }
    str width;
    if (!str_cut(&size, 'x', &width))
        wrong(reader, "a size is WIDTHxHEIGHT");
    media->width = (int32_t)integer(reader, width);
    media->height = (int32_t)integer(reader, size);
}

/* A line of plain text into a field, if it is one. */
static bool
read_text(struct reader *reader, str word, str value)
{
    struct channel_account *account = &reader->to->account;
    struct channel_message *message = &reader->act->message;
    struct channel_call *call = &reader->act->call;
    const struct {
        const char *name;
        str *to;
    } rows[] = {{"server", &account->server},
                {"handle", &account->handle},
                {"user_id", &account->user_id},
                {"settings", &account->settings},
                {"limits", &account->limits},
                {"title", &message->title},
                {"slug", &message->slug},
                {"excerpt", &message->excerpt},
                {"link", &message->link},
                {"card_title", &message->card_title},
                {"card_text", &message->card_text},
                {"language", &message->language},
                {"visibility", &message->visibility},
                {"warning", &message->warning},
                {"options", &message->options},
                {"key", &message->key},
                {"remote_id", &call->remote_id},
                {"redirect", &call->redirect},
                {"callback", &call->callback},
                {"seed", &call->seed}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!str_eq(word, str_of(rows[i].name)))
            continue;
        *rows[i].to = value;
        return true;
    }
    return false;
}

static void
read_secret(struct reader *reader, str value)
{
    struct channel_account *account = &reader->to->account;
    struct secret_pair *pairs = (struct secret_pair *)(uintptr_t)account->secrets;
    if (!pairs)
        account->secrets = pairs = new (reader->arena, struct secret_pair, 16);
    struct secret_pair *pair = &pairs[account->secrets_n++];
    if (!str_cut(&value, ' ', &pair->name))
        wrong(reader, "secret NAME VALUE");
    pair->value = value;
}

static bool
read_list(struct reader *reader, str word, str value)
{
    struct channel_message *message = &reader->act->message;
    if (str_eq(word, S("text")))
        reader->parts[message->parts_n++] = unescaped(value, reader->arena);
    else if (str_eq(word, S("tag")))
        reader->tags[message->tags_n++] = value;
    else if (str_eq(word, S("category")))
        reader->categories[message->categories_n++] = value;
    else if (str_eq(word, S("poll")))
        reader->poll[message->poll_options_n++] = value;
    else if (str_eq(word, S("taken")))
        reader->taken[reader->act->call.taken_n++] = value;
    else if (str_eq(word, S("media")))
        read_media(reader, value);
    else if (str_eq(word, S("secret")))
        read_secret(reader, value);
    else
        return false;
    return true;
}

static void
read_setting(struct reader *reader, str word, str value)
{
    struct conversation_act *act = reader->act;
    if (read_text(reader, word, value) || read_list(reader, word, value))
        return;
    if (str_eq(word, S("now"))) {
        act->call.now = moment(reader, value);
    } else if (str_eq(word, S("armed"))) {
        act->call.armed = moment(reader, value);
    } else if (str_eq(word, S("created"))) {
        act->message.created = moment(reader, value);
    } else if (str_eq(word, S("sensitive"))) {
        act->message.sensitive = true;
    } else if (str_eq(word, S("poll_lasts"))) {
        act->message.poll_lasts.us = integer(reader, value) * SPAN_SECOND.us;
    } else if (str_eq(word, S("chance"))) {
        act->call.chance = (uint64_t)integer(reader, value);
    } else if (str_eq(word, S("memo"))) {
        str name;
        if (!str_cut(&value, '=', &name))
            wrong(reader, "memo NAME=VALUE");
        memo_set(&reader->to->memo, name, value);
    } else {
        wrong(reader, "no such line: %.*s", STR_FMT(word));
    }
}

static str
joined(struct reader *reader, str before, str line)
{
    return before.p ? arena_printf(reader->arena, "%.*s\n%.*s", STR_FMT(before), STR_FMT(line))
                    : line;
}

static void
read_request(struct reader *reader, str word, str value)
{
    struct exchange *at = reader->at;
    if (str_eq(word, S(">"))) {
        str flag = value, rest;
        assert_true(reader->act->exchanges_n < EXCHANGES_MAX);
        at = reader->at = &reader->act->exchanges[reader->act->exchanges_n++];
        at->line = reader->line;
        if (!str_cut(&flag, ' ', &at->method))
            wrong(reader, "> METHOD URL");
        at->url = flag;
        if (str_cut(&flag, ' ', &rest)) {
            at->url = rest;
            at->publishes = str_eq(flag, S("publishes"));
            at->cosmetic = str_eq(flag, S("cosmetic"));
            if (!at->publishes && !at->cosmetic)
                wrong(reader, "publishes or cosmetic, not %.*s", STR_FMT(flag));
        }
    } else if (!at) {
        wrong(reader, "what request?");
    } else if (str_eq(word, S(">h"))) {
        at->headers[at->headers_n++] = value;
    } else if (str_eq(word, S(">b"))) {
        at->body = joined(reader, at->body, value);
    } else if (str_eq(word, S(">p"))) {
        at->parts[at->parts_n++] = unescaped(value, reader->arena);
    } else if (str_eq(word, S(">m"))) {
        at->media = integer(reader, value);
    } else {
        wrong(reader, "no such line: %.*s", STR_FMT(word));
    }
}

static void
read_answer(struct reader *reader, str word, str value)
{
    struct exchange *at = reader->at;
    if (!at)
        wrong(reader, "an answer to what?");
    struct http_answer *answer = &at->answer;
    if (str_eq(word, S("<"))) {
        answer->end = str_eq(value, S("not sent"))  ? HTTP_NOT_SENT
                      : str_eq(value, S("unknown")) ? HTTP_UNKNOWN
                                                    : HTTP_ANSWERED;
        answer->headers = new (reader->arena, struct http_header, CASE_HEADERS_MAX);
        answer->url = at->url;
        if (answer->end == HTTP_ANSWERED)
            answer->status = (int32_t)integer(reader, value);
        else
            answer->problem = S("no answer");
    } else if (str_eq(word, S("<h"))) {
        str name;
        if (!str_cut(&value, ':', &name))
            wrong(reader, "<h name: value");
        answer->headers[answer->headers_n++] = (struct http_header){name, str_trim(value)};
    } else {
        answer->body = joined(reader, answer->body, value);
    }
}

static void
read_line(struct reader *reader, str line)
{
    str word, value = line;
    if (!str_cut(&value, ' ', &word)) {
        word = line;
        value = S("");
    }
    if (str_eq(word, S("network"))) {
        reader->to->driver = driver_find(value);
        if (!reader->to->driver)
            wrong(reader, "no driver %.*s", STR_FMT(value));
    } else if (str_eq(word, S("op"))) {
        begin_act(reader, value);
    } else if (!reader->act) {
        wrong(reader, "op first");
    } else if (word.p[0] == '>') {
        read_request(reader, word, value);
    } else if (word.p[0] == '<') {
        read_answer(reader, word, value);
    } else if (word.p[0] == '=') {
        reader->act->result = value;
        reader->act->result_line = reader->line;
    } else {
        read_setting(reader, word, value);
    }
}

struct conversation *
conversation_read(const char *path, struct arena *arena)
{
    enum { CASE_BYTES_MAX = 256 * 1024 };
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be read", path);
    char *p = new (arena, char, CASE_BYTES_MAX);
    size_t n = fread(p, 1, CASE_BYTES_MAX, file);
    (void)fclose(file);
    struct conversation *to = new (arena, struct conversation, 1);
    str text = {p, (ptrdiff_t)n}, line;
    to->file = str_of(path);
    struct reader reader = {.to = to,
                            .arena = arena,
                            .parts = new (arena, str, MESSAGE_PARTS_MAX),
                            .tags = new (arena, str, 32),
                            .categories = new (arena, str, 32),
                            .poll = new (arena, str, POLL_OPTIONS_MAX),
                            .taken = new (arena, str, 32),
                            .media = new (arena, struct channel_media, MESSAGE_MEDIA_MAX)};
    while (str_cut(&text, '\n', &line)) {
        reader.line++;
        if (line.n > 0 && line.p[0] != '#')
            read_line(&reader, line);
    }
    if (!to->driver || to->acts_n == 0)
        wrong(&reader, "a case names its network and an op");
    for (int32_t i = 0; i < to->acts_n; i++) {
        to->acts[i].call.account = &to->account;
        to->acts[i].call.message = &to->acts[i].message;
    }
    return to;
}

/* ---- comparing ---- */

static bool
members_same(const struct json *a, const struct json *b, int32_t depth)
{
    for (const struct json *at = a->first; at; at = at->next) {
        const struct json *other = json_get(b, at->key);
        if (!other || !json_same(at, other, depth))
            return false;
    }
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the parser lets JSON be */
bool
json_same(const struct json *a, const struct json *b, int32_t depth)
{
    if (a->kind != b->kind || depth > JSON_DEPTH_MAX)
        return false;
    switch (a->kind) {
    case JSON_KIND_NULL:
        return true;
    case JSON_KIND_BOOL:
        return a->truth == b->truth;
    case JSON_KIND_INT:
        return a->integer == b->integer;
    case JSON_KIND_REAL:
        return a->real >= b->real && a->real <= b->real;
    case JSON_KIND_STR:
        return str_eq(a->text, b->text);
    case JSON_KIND_OBJECT:
        return a->n == b->n && members_same(a, b, depth + 1);
    case JSON_KIND_ARRAY:
        break;
    }
    const struct json *y = b->first;
    for (const struct json *x = a->first; x; x = x->next, y = y->next)
        if (!y || !json_same(x, y, depth + 1))
            return false;
    return y == NULL;
}

static bool
body_same(str wanted, str is, struct arena scratch)
{
    struct json *a, *b;
    struct error error;
    if (str_eq(wanted, is))
        return true;
    return json_parse(&scratch, wanted, &a, &error) == OK &&
           json_parse(&scratch, is, &b, &error) == OK && json_same(a, b, 0);
}

#define differs(file, line, ...)                              \
    do {                                                      \
        print_error("%.*s:%d: ", STR_FMT(file), (int)(line)); \
        fail_msg(__VA_ARGS__);                                \
    } while (0)

static void
compare_headers(str file, const struct exchange *wanted, const struct http_request *request)
{
    for (int32_t i = 0; i < wanted->headers_n; i++) {
        str name, value = wanted->headers[i];
        bool there = false;
        if (!str_cut(&value, ':', &name))
            differs(file, wanted->line, ">h Name: value");
        value = str_trim(value);
        for (int32_t j = 0; j < request->headers_n; j++)
            there |= str_eq_ascii_case(request->headers[j].name, name) &&
                     str_eq(request->headers[j].value, value);
        for (int32_t j = 0; j < request->headers_n && !there; j++)
            print_message("# %.*s: %.*s\n", STR_FMT(request->headers[j].name),
                          STR_FMT(request->headers[j].value));
        if (!there)
            differs(file, wanted->line, "no header %.*s", STR_FMT(wanted->headers[i]));
    }
}

static void
compare_parts(str file, const struct exchange *wanted, const struct http_request *request,
              struct arena scratch)
{
    if (wanted->parts_n != request->parts_n)
        differs(file, wanted->line, "%d parts, not %d", request->parts_n, wanted->parts_n);
    for (int32_t i = 0; i < wanted->parts_n; i++) {
        const struct http_part *part = &request->parts[i];
        str name, value = wanted->parts[i];
        (void)str_cut(&value, '=', &name);
        str is = part->media > 0 ? arena_printf(&scratch, "media %lld", (long long)part->media)
                                 : part->value;
        if (!str_eq(name, part->name) || !body_same(value, is, scratch))
            differs(file, wanted->line, "part %.*s=%.*s, not %.*s", STR_FMT(part->name),
                    STR_FMT(is), STR_FMT(wanted->parts[i]));
    }
}

static void
compare_request(str file, const struct exchange *wanted, const struct step *step,
                struct arena scratch)
{
    const struct http_request *request = &step->request;
    if (step->kind != STEP_REQUEST)
        differs(file, wanted->line, "no request but kind %d, class %.*s: %.*s", (int)step->kind,
                STR_FMT(error_class_word(step->error_class)), STR_FMT(step->words));
    str method = http_method_name(request->method);
    if (!str_eq(wanted->method, method) || !str_eq(wanted->url, request->url))
        differs(file, wanted->line, "asks %.*s %.*s", STR_FMT(method), STR_FMT(request->url));
    if (wanted->publishes != step->publishes || wanted->cosmetic != step->cosmetic)
        differs(file, wanted->line, "publishes %d cosmetic %d", step->publishes,
                step->cosmetic);
    if (!body_same(wanted->body, request->body, scratch))
        differs(file, wanted->line, "its body is %.*s", STR_FMT(request->body));
    if (wanted->media != request->media)
        differs(file, wanted->line, "its body is file %lld", (long long)request->media);
    compare_headers(file, wanted, request);
    compare_parts(file, wanted, request, scratch);
}

static str
with_blanks(str s, struct arena *arena)
{
    char *p = new (arena, char, s.n + 1);
    for (ptrdiff_t i = 0; i < s.n; i++)
        p[i] = (char)(s.p[i] == '_' ? ' ' : s.p[i]);
    return (str){p, s.n};
}

static bool
number_is(str wanted, double is)
{
    double want;
    struct error error;
    return parse_double(wanted, &want, &error) == OK && want >= is && want <= is;
}

static bool
list_holds(const struct step *step, str name, str value)
{
    str kind;
    if (!str_cut(&name, ':', &kind))
        return false;
    for (int32_t i = 0; i < step->metrics_n && str_eq(kind, S("metric")); i++)
        if (str_eq(step->metrics[i].name, name))
            return number_is(value, step->metrics[i].value);
    for (int32_t i = 0; i < step->secrets_n && str_eq(kind, S("secret")); i++)
        if (str_eq(step->secrets[i].name, name))
            return str_eq(step->secrets[i].value, value);
    return false;
}

static bool
word_holds(const struct step *step, str name, str value, struct arena scratch)
{
    static const char *const presences[] = {"unknown", "found", "absent"};
    const struct {
        const char *name;
        str is;
    } texts[] = {{"remote_id", step->remote_id},
                 {"permalink", step->permalink},
                 {"class", error_class_word(step->error_class)},
                 {"presence", str_of(presences[step->presence])},
                 {"handle", step->handle},
                 {"user_id", step->user_id},
                 {"visit", step->visit},
                 {"display_name", step->display_name}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (str_eq(name, str_of(texts[i].name)))
            return str_eq(value, texts[i].is) ||
                   str_eq(with_blanks(value, &scratch), texts[i].is);
    if (str_eq(name, S("wait")))
        return number_is(value, (double)step->wait.us / 1e6);
    if (str_eq(name, S("retry")))
        return number_is(value, (double)step->retry_after.us / 1e6);
    if (str_eq(name, S("sure")))
        return number_is(value, step->sure);
    if (str_eq(name, S("words")))
        return str_find(step->words, with_blanks(value, &scratch)) >= 0;
    if (str_eq(name, S("note")))
        return str_find(step->note, with_blanks(value, &scratch)) >= 0;
    if (str_eq(name, S("limits")))
        return body_same(value, step->limits, scratch);
    return list_holds(step, name, value);
}

static void
compare_result(const struct conversation *conversation, const struct conversation_act *act,
               const struct step *step, struct arena scratch)
{
    static const char *const kinds[] = {"request", "wait", "done", "fail"};
    str rest = act->result, word, name;
    int32_t line = act->result_line;
    bool more = str_cut(&rest, ' ', &word);
    if (!str_eq(word, str_of(kinds[step->kind])))
        differs(conversation->file, line, "%s %.*s %.*s: %.*s %.*s", kinds[step->kind],
                STR_FMT(step->name), STR_FMT(error_class_word(step->error_class)),
                STR_FMT(step->words), STR_FMT(step->request.url));
    while (more) {
        more = str_cut(&rest, ' ', &word);
        str value = word;
        if (!str_cut(&value, '=', &name) || !word_holds(step, name, value, scratch))
            differs(conversation->file, line, "%.*s does not hold: %.*s %.*s %.*s %.*s %.*s",
                    STR_FMT(word), STR_FMT(step->remote_id), STR_FMT(step->permalink),
                    STR_FMT(error_class_word(step->error_class)), STR_FMT(step->words),
                    STR_FMT(step->limits));
    }
}

static void
play_act(struct conversation *conversation, struct conversation_act *act, struct arena *arena,
         void (*each)(void *ctx, const struct conversation_act *act, const struct step *step),
         void *ctx)
{
    const struct http_answer *answer = NULL;
    struct step step;
    for (int32_t i = 0;; i++) {
        conversation->driver->next(&act->call, answer, arena, &step);
        if (each && step.kind == STEP_REQUEST)
            each(ctx, act, &step);
        if (i == act->exchanges_n)
            break;
        if (!each)
            compare_request(conversation->file, &act->exchanges[i], &step, *arena);
        answer = &act->exchanges[i].answer;
    }
    if (!each)
        compare_result(conversation, act, &step, *arena);
}

static void
play(struct conversation *conversation, struct arena *arena,
     void (*each)(void *ctx, const struct conversation_act *act, const struct step *step),
     void *ctx)
{
    struct memo memo = conversation->memo;
    for (int32_t i = 0; i < conversation->acts_n; i++) {
        conversation->acts[i].call.memo = &memo;
        play_act(conversation, &conversation->acts[i], arena, each, ctx);
    }
}

void
conversation_play(struct conversation *conversation, struct arena *arena)
{
    play(conversation, arena, NULL, NULL);
}

void
conversation_requests(struct conversation *conversation,
                      void (*each)(void *ctx, const struct conversation_act *act,
                                   const struct step *step),
                      void *ctx, struct arena *arena)
{
    play(conversation, arena, each, ctx);
}
