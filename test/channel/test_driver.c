#include "../shared.h"

#include "base/json.h"
#include "channel/classes.h"
#include "channel/driver.h"
#include "channel/html.h"

/* The small things: words, the memo, what is wrong before sending. */

static void
classes_have_words_and_advice(void **state)
{
    (void)state;
    static const char *const words[] = {"",       "auth",      "scope",     "rate",
                                        "quota",  "transient", "duplicate", "permanent",
                                        "config", "ambiguous"};
    for (enum error_class c = CLASS_NONE; c < ERROR_CLASSES_N; c++) {
        enum error_class back;
        assert_str(words[c], error_class_word(c));
        assert_true(error_class_parse(str_of(words[c]), &back));
        assert_int_equal(c, back);
        assert_true(c == CLASS_NONE || strlen(error_class_cause(c)) > 10);
        assert_true(c == CLASS_NONE || strlen(error_class_advice(c)) > 10);
    }
    enum error_class none;
    assert_false(error_class_parse(S("fatal"), &none));
}

static void
the_memo_keeps_replaces_and_forgets(void **state)
{
    (void)state;
    struct memo memo = {0};
    memo_set(&memo, S("a"), S("1"));
    memo_set(&memo, S("b"), S("2"));
    memo_set(&memo, S("a"), S("3"));
    assert_int_equal(2, memo.n);
    assert_str("3", memo_get(&memo, S("a")));
    memo_set(&memo, S("a"), STR_NONE);
    memo_set(&memo, S("never"), STR_NONE);
    assert_int_equal(1, memo.n);
    assert_null(memo_get(&memo, S("a")).p);
    assert_str("2", memo_get(&memo, S("b")));
}

static void
every_driver_is_found_and_whole(void **state)
{
    (void)state;
    int32_t n;
    const struct driver *const *list = driver_list(&n);
    assert_true(n >= 4);
    for (int32_t i = 0; i < n; i++) {
        const struct channel_traits *traits = &list[i]->traits;
        assert_ptr_equal(list[i], driver_find(str_of(traits->network)));
        assert_true(traits->ops[OP_PUBLISH] && traits->ops[OP_VERIFY]);
        assert_true(traits->by_hand || traits->fields[0].name != NULL);
        assert_true(traits->by_hand || traits->longest_flight.us > 0);
        /* a read back that is promised is there; one by a list needs more than one look */
        assert_int_equal(traits->read_back != BACK_NEVER, traits->ops[OP_READ_BACK]);
        assert_true(traits->read_back == BACK_NEVER || traits->looks >= 1);
        assert_true(traits->read_back != BACK_LIST || traits->settle.us > 0);
        assert_true(traits->text_max.is == 0 || traits->text_max.source != NULL);
    }
    assert_null(driver_find(S("nowhere")));
    assert_null(driver_find(STR_NONE));
}

/* A network of our own, with every limit. */
static const struct driver strict = {.traits = {.network = "strict",
                                                .name = "Strict",
                                                .counter = COUNT_GRAPHEMES,
                                                .text_max = {20, "", ""},
                                                .text_bytes_max = {40, "", ""},
                                                .title_max = {5, "", ""},
                                                .media_max = {1, "", ""},
                                                .media_bytes_max = {1000, "", ""},
                                                .media_pixels_max = {100, "", ""},
                                                .alt_max = {5, "", ""},
                                                .has_title = true,
                                                .has_alt = true,
                                                .mimes = {"image/png"}}};

static int32_t
problems(const struct channel_account *account, const struct channel_message *message,
         const char *part, struct arena *arena)
{
    struct message_problem all[MESSAGE_PROBLEMS_MAX];
    int32_t n, found = 0;
    message_check(&strict, account, message, arena, all, &n);
    for (int32_t i = 0; i < n; i++)
        found += strstr(all[i].format, part) != NULL;
    return found;
}

static void
what_would_go_wrong_is_said_before(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(16 << 20, &region);
    str parts[2] = {S("Fine"), S("More")};
    struct channel_media files[2] = {{.media = 1,
                                      .bytes = 10,
                                      .mime = S("image/png"),
                                      .file_name = S("a.png"),
                                      .alt = S("A cat"),
                                      .width = 10,
                                      .height = 10},
                                     {0}};
    files[1] = files[0];
    struct channel_message good = {
        .parts = parts, .parts_n = 1, .title = S("Title"), .media = files, .media_n = 1};
    assert_int_equal(0, problems(NULL, &good, "", &arena));

    struct channel_message bad = good;
    bad.parts_n = 2;
    assert_int_equal(1, problems(NULL, &bad, "no threads", &arena));
    bad = good;
    bad.title = S("Titles");
    assert_int_equal(1, problems(NULL, &bad, "title is", &arena));
    bad = good;
    bad.media_n = 2;
    assert_int_equal(1, problems(NULL, &bad, "files; at most", &arena));
    bad = (struct channel_message){.parts = parts, .parts_n = 0};
    assert_int_equal(1, problems(NULL, &bad, "nothing to say", &arena));
    bad = good;
    bad.visibility = S("private");
    assert_int_equal(1, problems(NULL, &bad, "public posts only", &arena));

    bad.visibility = S("foo");
    assert_int_equal(1, problems(NULL, &bad, "no visibility", &arena));
    assert_int_equal(1, problems(NULL, &bad, "", &arena));
    static const struct {
        const char *link, *language;
        int errors;
    } values[] = {
        {"notalink", "", 1},   {"pas un lien", "", 1}, {"https://", "", 1},
        {"http://a b", "", 1}, {"https:///a", "", 1},  {"https://a.example/x?y=z", "", 0},
        {"", "fr", 0},         {"", "pt-BR", 0},       {"", "zzz", 1},
        {"", "qq", 1},         {"", "Français", 1},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        bad = good;
        bad.link = str_of(values[i].link);
        bad.language = str_of(values[i].language);
        int found = problems(NULL, &bad, "no web address", &arena) +
                    problems(NULL, &bad, "language", &arena);
        if (found != values[i].errors)
            fail_msg("link \"%s\", language \"%s\": %d problems", values[i].link,
                     values[i].language, found);
    }

    files[0].bytes = 1001;
    files[0].width = 11;
    files[0].mime = S("image/gif");
    files[0].alt = S("A cat!");
    /* pictures are made fit; films go as they are */
    assert_int_equal(1, problems(NULL, &good, "made smaller", &arena));
    assert_int_equal(1, problems(NULL, &good, "turned into", &arena));
    assert_int_equal(3, problems(NULL, &good, "", &arena));
    files[0].mime = S("video/mp4");
    assert_int_equal(1, problems(NULL, &good, "of type", &arena));
    assert_int_equal(4, problems(NULL, &good, "", &arena));
    files[0].alt = S(" ");
    assert_int_equal(1, problems(NULL, &good, "no description", &arena));

    /* 20 fit; the link goes under the text and counts; who says it in the text already has it once */
    parts[0] = S("12345678901234567890");
    files[0] = files[1];
    assert_int_equal(0, problems(NULL, &good, "", &arena));
    good.link = S("http://a");
    assert_int_equal(1, problems(NULL, &good, "The text is", &arena));
    parts[0] = S("see http://a");
    assert_int_equal(0, problems(NULL, &good, "", &arena));
    parts[0] = S("ééééééééééééééééééééé"); /* 21 characters, 42 bytes */
    good.link = STR_NONE;
    assert_int_equal(1, problems(NULL, &good, "The text is", &arena));
    assert_int_equal(1, problems(NULL, &good, "bytes; at most", &arena));

    /* what is only named there is said to be */
    const struct driver *webhook = driver_find(S("webhook"));
    struct message_problem one[MESSAGE_PROBLEMS_MAX];
    int32_t one_n;
    bad = (struct channel_message){
        .parts = parts, .parts_n = 1, .title = S("T"), .media = files + 1, .media_n = 1};
    message_check(webhook, NULL, &bad, &arena, one, &one_n);
    assert_int_equal(1, one_n);
    assert_non_null(strstr(one[0].format, "not the files"));

    /* the account's own limits override */
    struct channel_account account = {
        .limits = S("{\"text_max\":30,\"media_bytes_max\":5,\"mimes\":[\"image/gif\"]}")};
    assert_int_equal(0, problems(&account, &good, "The text is", &arena));
    assert_int_equal(1, problems(&account, &good, "too large", &arena));
    assert_int_equal(1, problems(&account, &good, "of type", &arena));
    assert_int_equal(30, message_length_max(&strict, &account));
    assert_int_equal(20, message_length_max(&strict, NULL));
    account.limits = S("[broken");
    assert_int_equal(20, message_length_max(&strict, &account));
    assert_int_equal(21, message_length(&strict, &account, &good, 0));

    /* a warning counts with the text of each part where the network counts it so */
    const struct driver *mastodon = driver_find(S("mastodon"));
    char text[480];
    memset(text, 'a', sizeof text);
    parts[0] = parts[1] = (str){text, sizeof text};
    const struct channel_message warned = {
        .parts = parts, .parts_n = 2, .warning = S("12345678901234567890")};
    struct message_problem all[MESSAGE_PROBLEMS_MAX];
    int32_t n;
    message_check(mastodon, NULL, &warned, &arena, all, &n);
    assert_int_equal(0, n);
    assert_int_equal(500, message_length(mastodon, NULL, &warned, 1));
    parts[1].n--;
    struct channel_message more = warned;
    more.warning = S("123456789012345678901");
    message_check(mastodon, NULL, &more, &arena, all, &n);
    assert_int_equal(1, n);
    assert_non_null(strstr(all[0].format, "The text is"));
    arena_release(&region);
}

/* All pictures and tags that are taken have room in the memo; more is said before, and fails a step, not the program. */
static void
a_full_memo_ends_a_step(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(64 << 20, &region);
    str parts[1] = {S("Hi")}, terms[2 * MESSAGE_TERMS_MAX];
    struct channel_media files[MESSAGE_MEDIA_MAX];
    struct message_problem all[MESSAGE_PROBLEMS_MAX];
    const struct driver *driver = driver_find(S("wordpress"));
    const struct channel_account account = {.server = S("https://b.example"),
                                            .limits = S("{\"api\":\"https://b.example\"}")};
    for (int32_t i = 0; i < MESSAGE_MEDIA_MAX; i++)
        files[i] = (struct channel_media){
            .media = i + 1, .mime = S("image/png"), .file_name = S("a.png"), .alt = S("A")};
    for (int32_t i = 0; i < 2 * MESSAGE_TERMS_MAX; i++)
        terms[i] = arena_printf(&arena, "term %d", (int)i);
    for (int32_t round = 0; round < 2; round++) {
        int32_t n, told = 0, asked = 0, tags_n = round == 0 ? MESSAGE_TERMS_MAX : 90;
        const struct channel_message message = {.parts = parts,
                                                .parts_n = 1,
                                                .title = S("T"),
                                                .media = files,
                                                .media_n = MESSAGE_MEDIA_MAX,
                                                .tags = terms,
                                                .tags_n = tags_n,
                                                .key = S("0123456789abcdef0123456789abcdef")};
        message_check(driver, &account, &message, &arena, all, &n);
        for (int32_t i = 0; i < n; i++)
            told += all[i].severity == PROBLEM_ERROR;
        assert_int_equal(round, told);
        struct memo memo = {0};
        struct step step;
        const struct channel_call call = {
            .op = OP_PUBLISH, .account = &account, .message = &message, .memo = &memo};
        const struct http_answer answer = {
            .end = HTTP_ANSWERED,
            .status = 200,
            .body = S("{\"id\":5,\"source_url\":\"https://b.example/a.png\","
                      "\"status\":\"publish\"}")};
        driver->next(&call, NULL, &arena, &step);
        for (; step.kind == STEP_REQUEST && asked < 1000; asked++)
            driver->next(&call, &answer, &arena, &step);
        assert_int_equal(round == 0 ? STEP_DONE : STEP_FAIL, step.kind);
        assert_int_equal(round == 0 ? CLASS_NONE : CLASS_PERMANENT, step.error_class);
    }
    arena_release(&region);
}

static str
fact_code(const struct json *match)
{
    static const char *const names[] = {"code", "type", "error"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct json *at = json_get(match, str_of(names[i]));
        if (at && at->kind == JSON_KIND_ARRAY)
            at = at->first;
        if (at)
            return at->kind == JSON_KIND_INT ? S("10015") : json_text(at);
    }
    return STR_NONE;
}

static int32_t
fact_status(const struct json *match)
{
    const struct json *at = json_get(match, S("status"));
    if (!at)
        at = json_get(match, S("error_code"));
    if (at && at->kind == JSON_KIND_ARRAY)
        at = at->first;
    struct maybe_int status = json_as_int(at);
    return status.has ? (int32_t)status.is : 400;
}

/* The collected facts about errors, for the networks that have words in our table. */
static void
classes_agree_with_the_facts(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(16 << 20, &region);
    FILE *file = shared_open("contracts/derived/error-classes.json");
    if (!file)
        skip();
    char *p = new (&arena, char, 1 << 20);
    size_t n = fread(p, 1, 1 << 20, file);
    (void)fclose(file);
    struct json *root;
    struct error error;
    assert_ok(json_parse(&arena, (str){p, (ptrdiff_t)n}, &root, &error), &error);
    int32_t compared = 0;
    for (const struct json *row = json_get(root, S("rows"))->first; row; row = row->next) {
        str channel = json_text(json_get(row, S("channel")));
        const struct json *match = json_get(row, S("match"));
        bool ours = str_eq(channel, S("wordpress")) || str_eq(channel, S("ghost")) ||
                    str_eq(channel, S("bluesky")) || str_eq(channel, S("telegram")) ||
                    str_eq(channel, S("discord")) || str_eq(channel, S("mastodon"));
        /* a page instead of JSON, and the nonce of DPoP, are no matter of this table */
        if (!ours || json_get(match, S("body")) || json_get(match, S("www-authenticate")))
            continue;
        int32_t status =
            str_eq(fact_code(match), S("InternalServerError")) ? 500 : fact_status(match);
        enum error_class is = class_of(channel, status, fact_code(match), true);
        str want = json_text(json_get(row, S("cls")));
        if (!str_eq(want, error_class_word(is)))
            fail_msg("%.*s %d %.*s: %.*s, not %.*s", STR_FMT(channel), (int)status,
                     STR_FMT(fact_code(match)), STR_FMT(error_class_word(is)), STR_FMT(want));
        compared++;
    }
    print_message("# %d facts about errors\n", compared);
    assert_true(compared >= 25);
    arena_release(&region);
}

static void
markdown_becomes_html_that_does_nothing(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(16 << 20, &region);
    const struct {
        const char *text, *html;
    } rows[] = {
        {"", ""},
        {"a *b* **c**", "<p>a <em>b</em> <strong>c</strong></p>\n"},
        {"<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"},
        {"[a](javascript:b)", "<p><a href=\"\">a</a></p>\n"},
        {"[a](JaVaScript:b)", "<p><a href=\"\">a</a></p>\n"},
        {"[a](data:text/html,b)", "<p><a href=\"\">a</a></p>\n"},
        {"![a](javascript:b)", "<p><img src=\"\" alt=\"a\"></p>\n"},
        {"[a](//evil.example)", "<p><a href=\"\">a</a></p>\n"},
        {"[a](https://b.example/?c=1&d)",
         "<p><a href=\"https://b.example/?c=1&amp;d\">a</a></p>\n"},
        {"see https://b.example/c.",
         "<p>see <a href=\"https://b.example/c\">https://b.example/c</a>.</p>\n"},
        {" href=\"javascript:a\"", "<p>href=&quot;javascript:a&quot;</p>\n"},
        {"~~a~~", "<p><del>a</del></p>\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_str(rows[i].html, html_of_markdown(&arena, str_of(rows[i].text)));
    assert_str("&lt;a b=&quot;c&quot;&gt; &amp;", html_escape(&arena, S("<a b=\"c\"> &")));
    arena_release(&region);
}

static void
slugs_are_said_exactly_or_not_at_all(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(1 << 20, &region);
    assert_str("lete-arrive", slug_of(&arena, S("  L’Été – arrive !"), 191));
    assert_str("cafe", slug_of(&arena, S("cafe\u0301"), 191));
    assert_str("a-b", slug_of(&arena, S("a/../b"), 191));
    assert_str("abc", slug_of(&arena, S("abc def"), 4));
    assert_null(slug_of(&arena, S("日本"), 191).p);
    assert_null(slug_of(&arena, S("!!"), 191).p);
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_have_words_and_advice),
        cmocka_unit_test(the_memo_keeps_replaces_and_forgets),
        cmocka_unit_test(every_driver_is_found_and_whole),
        cmocka_unit_test(what_would_go_wrong_is_said_before),
        cmocka_unit_test(a_full_memo_ends_a_step),
        cmocka_unit_test(classes_agree_with_the_facts),
        cmocka_unit_test(markdown_becomes_html_that_does_nothing),
        cmocka_unit_test(slugs_are_said_exactly_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
