#include "fixture.h"

#include "base/zone.h"
#include "strategy/channel.h"
#include "strategy/objective.h"
#include "tactic/post.h"
#include "tactic/tactic.h"

static int64_t
a_channel(struct fixture *f)
{
    int64_t id = 0;
    struct channel c = {.workspace = f->workspace,
                        .network = NETWORK_MASTODON,
                        .handle = S("@us"),
                        .name = S("Us"),
                        .ownership = RENTED};
    assert_ok(channel_insert(f->propre, &c, &id, &f->error), &f->error);
    return id;
}

static struct post
sample(struct fixture *f)
{
    struct post p = {
        .workspace = f->workspace, .channel = a_channel(f), .intent = INTENT_EXPLORE};
    uint8_t content[POST_CONTENT_BYTES];
    p.body = S("Come and see: https://example.org/fair. #fair #Été2026");
    p.published_us =
        some_int(1774746000000000); /* 2026-03-29T01:00:00Z, the hour Paris skips */
    post_content(&p, content);
    p.identity = post_identity(&p, content, 1, f->keep);
    return p;
}

static void
keeps_all_learning_fields(void **state)
{
    struct fixture *f = *state;
    struct tactic tactic = {.workspace = f->workspace, .name = S("Contest")};
    struct post p = sample(f), got;
    auto_zone paris = NULL;
    int64_t id = 0, tactic_id = 0;
    assert_ok(zone_open(S("Europe/Paris"), &paris, &f->error), &f->error);
    assert_ok(tactic_insert(f->propre, &tactic, &tactic_id, &f->error), &f->error);
    p.tactic = some_int(tactic_id);
    p.format = S("photo");
    p.creation = S("repurposed");
    p.topic = S("fair");
    p.language = S("fr");
    p.queue = S("evenings");
    p.experiment_arm = S("B");
    p.paid = some_int(0);
    p.effort_minutes = some_int(45);
    p.cost_minor = some_int(1999);
    p.currency = S("EUR");
    post_complete(&p, paris, f->keep);
    assert_ok(post_insert(f->propre, &p, &id, &f->error), &f->error);
    fixture_commit(f);
    assert_ok(post_get(f->propre, f->workspace, id, f->keep, &got, &f->error), &f->error);
    assert_str("#fair #Été2026", got.hashtags);
    assert_str("https://example.org/fair", got.link);
    assert_str("image", got.media);
    assert_int_equal(54, got.body_graphemes.is);
    assert_int_equal(3, got.local_hour.is);
    assert_int_equal(7, got.local_weekday.is);
    assert_int_equal(3, got.local_month.is);
    assert_int_equal(45, got.effort_minutes.is);
    assert_int_equal(1999, got.cost_minor.is);
    assert_str("repurposed", got.creation);
    assert_str("evenings", got.queue);
    assert_str("B", got.experiment_arm);
    assert_true(got.paid.has && got.paid.is == 0);
    assert_int_equal(INTENT_EXPLORE, got.intent);
}

static void
is_itself_only_once(void **state)
{
    struct fixture *f = *state;
    struct post p = sample(f);
    int64_t id = 0, again = 0;
    bool found = false;
    assert_ok(post_insert(f->propre, &p, &id, &f->error), &f->error);
    assert_fault(FAULT_CONFLICT, post_insert(f->propre, &p, &again, &f->error), &f->error,
                 "already");
    assert_ok(post_find(f->propre, p.channel, p.identity, &again, &found, &f->error),
              &f->error);
    assert_true(found && again == id);
    /* on another channel it is another post */
    struct channel c = {.workspace = f->workspace, .network = NETWORK_BLOG, .name = S("Blog")};
    assert_ok(channel_insert(f->propre, &c, &p.channel, &f->error), &f->error);
    assert_ok(post_insert(f->propre, &p, &again, &f->error), &f->error);
    assert_int_not_equal(id, again);
}

static void
its_identity_prefers_what_the_network_says(void **state)
{
    struct fixture *f = *state;
    struct post p = {
        .remote_id = S("42"), .permalink = S("https://n.example/42"), .body = S("a")};
    uint8_t content[POST_CONTENT_BYTES], other[POST_CONTENT_BYTES];
    post_content(&p, content);
    assert_str("id:42", post_identity(&p, content, 1, f->keep));
    p.remote_id = STR_NONE;
    assert_str("at:https://n.example/42", post_identity(&p, content, 1, f->keep));
    p.permalink = STR_NONE;
    str first = post_identity(&p, content, 1, f->keep);
    assert_false(str_eq(first, post_identity(&p, content, 2, f->keep)));
    p.body = S("b");
    post_content(&p, other);
    assert_memory_not_equal(content, other, sizeof content);
}

static void
refers_only_to_its_own_workspace(void **state)
{
    struct fixture *f = *state;
    struct fixture_workspace_row other;
    struct fixture_workspace_in in = {S("Other"), S("UTC"), S("fr"), S("CAD")};
    struct post p = sample(f);
    int64_t id = 0;
    assert_ok(q_fixture_workspace(f->propre->db, &in, NULL, &other, &f->error), &f->error);
    struct tactic theirs = {.workspace = other.id, .name = S("Theirs")};
    assert_ok(tactic_insert(f->propre, &theirs, &theirs.id, &f->error), &f->error);
    p.tactic = some_int(theirs.id);
    assert_fault(FAULT_ABSENT, post_insert(f->propre, &p, &id, &f->error), &f->error,
                 "no tactic");
    p.tactic = no_int;
    p.workspace = other.id;
    assert_fault(FAULT_ABSENT, post_insert(f->propre, &p, &id, &f->error), &f->error,
                 "no channel");
}

static void
what_went_out_stays_what_is_said_changes(void **state)
{
    struct fixture *f = *state;
    struct post p = sample(f), got;
    int64_t id = 0;
    assert_ok(post_insert(f->propre, &p, &id, &f->error), &f->error);
    assert_ok(post_get(f->propre, f->workspace, id, f->keep, &got, &f->error), &f->error);
    got.body = S("rewritten history");
    got.topic = S("fair");
    got.intent = INTENT_ADHOC;
    assert_ok(post_update(f->propre, &got, &f->error), &f->error);
    assert_fault(FAULT_CONFLICT, post_update(f->propre, &got, &f->error), &f->error,
                 "meanwhile");
    assert_ok(post_get(f->propre, f->workspace, id, f->keep, &got, &f->error), &f->error);
    assert_true(str_eq(p.body, got.body));
    assert_str("fair", got.topic);
    assert_int_equal(INTENT_ADHOC, got.intent);
    assert_int_equal(2, got.revision);
}

static void
refuses_what_cannot_be_kept(void **state)
{
    struct fixture *f = *state;
    struct post p = {.paid = some_int(2)};
    assert_fault(FAULT_INPUT, post_check(&p, &f->error), &f->error, "paid");
    p = (struct post){.local_hour = some_int(24)};
    assert_fault(FAULT_INPUT, post_check(&p, &f->error), &f->error, "local_hour");
    p = (struct post){.body = S("\xff\xfe")};
    assert_fault(FAULT_INPUT, post_check(&p, &f->error), &f->error, "UTF-8");
    p = (struct post){.body = {f->keep->at, POST_BODY_MAX + 1}};
    assert_fault(FAULT_INPUT, post_check(&p, &f->error), &f->error, "body");
    p = (struct post){.cost_minor = some_int(5)};
    assert_fault(FAULT_INPUT, post_check(&p, &f->error), &f->error, "currency");
}

static void
hashtags_are_words(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *body, *tags;
    } cases[] = {
        {"no tag", NULL},   {"#1 in sales", NULL},  {"a#b", NULL},
        {"&#39;tis", NULL}, {"#a,#b_c", "#a #b_c"}, {"#日本 #2026goals", "#日本 #2026goals"},
        {"##x", "#x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct post p = {.body = str_of(cases[i].body)};
        post_complete(&p, NULL, f->keep);
        if (!str_eq(p.hashtags, str_of(cases[i].tags)))
            fail_msg("\"%s\" has \"%.*s\"", cases[i].body, STR_FMT(p.hashtags));
    }
}

static void
a_tactic_serves_objectives(void **state)
{
    struct fixture *f = *state;
    struct objective o = {.workspace = f->workspace,
                          .name = S("More"),
                          .metric = S("likes"),
                          .target = some_real(10),
                          .state = OBJECTIVE_ACTIVE};
    struct tactic t = {.workspace = f->workspace,
                       .name = S("Stories"),
                       .hypothesis = S("they are read"),
                       .effort_minutes = some_int(30)};
    struct tactic got, *list;
    int64_t tactic = 0, same = 0, objectives[2] = {0}, *ids;
    ptrdiff_t n = 0;
    assert_ok(objective_insert(f->propre, &o, &objectives[0], &f->error), &f->error);
    assert_ok(objective_insert(f->propre, &o, &objectives[1], &f->error), &f->error);
    assert_ok(tactic_insert(f->propre, &t, &tactic, &f->error), &f->error);
    assert_fault(FAULT_CONFLICT, tactic_insert(f->propre, &t, &same, &f->error), &f->error,
                 "already");
    assert_ok(tactic_serve(f->propre, f->workspace, tactic, objectives, 2, &f->error),
              &f->error);
    assert_ok(tactic_serve(f->propre, f->workspace, tactic, objectives + 1, 1, &f->error),
              &f->error);
    assert_ok(tactic_objectives(f->propre, f->workspace, tactic, f->keep, &ids, &n, &f->error),
              &f->error);
    assert_int_equal(1, n);
    assert_int_equal(objectives[1], ids[0]);
    int64_t foreign = 12345;
    assert_fault(FAULT_ABSENT,
                 tactic_serve(f->propre, f->workspace, tactic, &foreign, 1, &f->error),
                 &f->error, "no objective");
    assert_ok(tactic_get(f->propre, f->workspace, tactic, f->keep, &got, &f->error), &f->error);
    got.name = S("Longer stories");
    assert_ok(tactic_update(f->propre, &got, &f->error), &f->error);
    assert_fault(FAULT_CONFLICT, tactic_update(f->propre, &got, &f->error), &f->error,
                 "meanwhile");
    assert_ok(tactic_archive(f->propre, f->workspace, tactic, true, &f->error), &f->error);
    assert_ok(tactic_list(f->propre, f->workspace, f->keep, &list, &n, &f->error), &f->error);
    assert_int_equal(0, n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_all_learning_fields, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(is_itself_only_once, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(its_identity_prefers_what_the_network_says,
                                        fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(refers_only_to_its_own_workspace, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(what_went_out_stays_what_is_said_changes, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(refuses_what_cannot_be_kept, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(hashtags_are_words, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_tactic_serves_objectives, fixture_open,
                                        fixture_close),
    };
    if (testdb_skips())
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
