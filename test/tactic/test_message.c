#include "fixture.h"

#include "strategy/channel.h"
#include "tactic/message.h"
#include "tactic/tactic.h"

static int64_t
a_channel(struct fixture *f, enum network network, const char *handle)
{
    int64_t id = 0;
    struct channel c = {.workspace = f->workspace,
                        .network = network,
                        .handle = str_of(handle),
                        .name = S("Us"),
                        .ownership = network_ownership(network)};
    assert_ok(channel_insert(f->propre, &c, &id, &f->error), &f->error);
    return id;
}

static struct message
sample(struct fixture *f)
{
    return (struct message){.workspace = f->workspace,
                            .title = S("Fair"),
                            .body = S("Come and see"),
                            .link = S("https://example.org/fair"),
                            .intent = INTENT_PLANNED,
                            .format = S("photo"),
                            .creation = S("own"),
                            .topic = S("fair"),
                            .language = S("fr"),
                            .queue = S("evenings"),
                            .experiment_arm = S("B"),
                            .hashtags = S("#fair"),
                            .effort_minutes = some_int(45),
                            .cost_minor = some_int(1999),
                            .currency = S("EUR"),
                            .warning = S("noise"),
                            .visibility = S("public"),
                            .tags = S("fair,autumn"),
                            .categories = S("news"),
                            .use_by_us = some_int(1800000000000000)};
}

static void
assert_is_sample(const struct message *got)
{
    assert_str("Fair", got->title);
    assert_str("Come and see", got->body);
    assert_str("https://example.org/fair", got->link);
    assert_int_equal(INTENT_PLANNED, got->intent);
    assert_str("photo", got->format);
    assert_str("own", got->creation);
    assert_str("fair", got->topic);
    assert_str("fr", got->language);
    assert_str("evenings", got->queue);
    assert_str("B", got->experiment_arm);
    assert_str("#fair", got->hashtags);
    assert_int_equal(45, got->effort_minutes.is);
    assert_int_equal(1999, got->cost_minor.is);
    assert_str("EUR", got->currency);
    assert_str("noise", got->warning);
    assert_str("public", got->visibility);
    assert_str("fair,autumn", got->tags);
    assert_str("news", got->categories);
    assert_int_equal(1800000000000000, got->use_by_us.is);
}

static void
keeps_all_fields_variants_and_files(void **state)
{
    struct fixture *f = *state;
    struct message m = sample(f), got;
    struct message_parts kept;
    int64_t id = 0, blog = a_channel(f, NETWORK_WORDPRESS, "blog");
    int64_t short_one = a_channel(f, NETWORK_MASTODON, "@us");
    struct tactic tactic = {.workspace = f->workspace, .name = S("Contest")};
    assert_ok(tactic_insert(f->propre, &tactic, &tactic.id, &f->error), &f->error);
    m.tactic = some_int(tactic.id);
    struct variant variants[] = {
        {.channel = blog, .slug = S("the-fair"), .options = S("{\"status\":\"draft\"}")},
        {.channel = short_one, .title = S(""), .body = S("Come!")}};
    struct message_file files[] = {{7, S("A tent")}, {3, STR_NONE}};
    struct message_parts parts = {variants, 2, files, 2, NULL, 0};
    assert_ok(message_save(f->propre, &m, &parts, &id, &f->error), &f->error);
    fixture_commit(f);
    assert_ok(message_get(f->propre, f->workspace, id, f->keep, &got, &f->error), &f->error);
    assert_is_sample(&got);
    assert_int_equal(tactic.id, got.tactic.is);
    assert_false(got.recurrence.has);
    assert_int_equal(1, got.revision);
    assert_int_equal(f->t.now.us, got.created_us);
    assert_ok(message_parts_get(f->propre, id, f->keep, &kept, &f->error), &f->error);
    assert_int_equal(2, kept.variants_n);
    assert_int_equal(2, kept.files_n);
    assert_str("the-fair", kept.variants[0].slug);
    assert_str("{\"status\":\"draft\"}", kept.variants[0].options);
    assert_null(kept.variants[0].body.p);
    /* none is "as the message has it", empty is "nothing there" */
    assert_non_null(kept.variants[1].title.p);
    assert_int_equal(0, kept.variants[1].title.n);
    assert_str("Come!", kept.variants[1].body);
    assert_int_equal(7, kept.files[0].media);
    assert_str("A tent", kept.files[0].alt);
    assert_int_equal(3, kept.files[1].media);
}

static void
every_revision_is_kept_and_can_come_back(void **state)
{
    struct fixture *f = *state;
    struct message m = sample(f), got;
    struct message_copy *copies;
    struct message_parts back;
    ptrdiff_t n;
    int64_t blog = a_channel(f, NETWORK_GHOST, "blog");
    struct variant variant = {.channel = blog, .body = S("Long\n---\n\"two\" \\ é")};
    struct message_file file = {7, S("A tent")};
    struct message_parts parts = {&variant, 1, &file, 1, NULL, 0}, none = {0};
    assert_ok(message_save(f->propre, &m, &parts, &m.id, &f->error), &f->error);
    m.revision = 1;
    f->t.now.us += 1000000;
    /* saving by itself what did not change makes no revision */
    assert_ok(message_save(f->propre, &m, &parts, &m.id, &f->error), &f->error);
    assert_ok(message_get(f->propre, f->workspace, m.id, f->keep, &got, &f->error), &f->error);
    assert_int_equal(1, got.revision);
    m.body = S("Rewritten");
    m.cost_minor = no_int;
    m.currency = STR_NONE;
    assert_ok(message_save(f->propre, &m, &none, &m.id, &f->error), &f->error);
    assert_ok(message_copies(f->propre, f->workspace, m.id, f->keep, &copies, &n, &f->error),
              &f->error);
    assert_int_equal(2, n);
    assert_int_equal(2, copies[0].revision);
    assert_int_equal(1, copies[1].revision);
    assert_int_equal(1000000, copies[0].changed_us - copies[1].changed_us);
    struct message_copy_of first = {f->workspace, m.id, 1};
    assert_ok(message_copy_get(f->propre, &first, f->keep, &got, &back, &f->error), &f->error);
    assert_is_sample(&got);
    assert_int_equal(1, back.variants_n);
    assert_int_equal(blog, back.variants[0].channel);
    assert_str("Long\n---\n\"two\" \\ é", back.variants[0].body);
    assert_null(back.variants[0].title.p);
    assert_int_equal(7, back.files[0].media);
    assert_str("A tent", back.files[0].alt);
    got.revision = 2;
    assert_ok(message_save(f->propre, &got, &back, &m.id, &f->error), &f->error);
    assert_ok(message_get(f->propre, f->workspace, m.id, f->keep, &got, &f->error), &f->error);
    assert_is_sample(&got);
    assert_int_equal(3, got.revision);
    struct message_copy_of missing = {f->workspace, m.id, 9},
                           theirs = {f->workspace + 1, m.id, 1};
    assert_fault(FAULT_ABSENT,
                 message_copy_get(f->propre, &missing, f->keep, &got, &back, &f->error),
                 &f->error, "revision 9");
    assert_fault(FAULT_ABSENT,
                 message_copy_get(f->propre, &theirs, f->keep, &got, &back, &f->error),
                 &f->error, "no post");
}

static void
two_people_do_not_overwrite_each_other(void **state)
{
    struct fixture *f = *state;
    struct message m = sample(f), mine, yours;
    struct message_parts none = {0};
    int64_t id = 0;
    assert_ok(message_save(f->propre, &m, &none, &id, &f->error), &f->error);
    assert_ok(message_get(f->propre, f->workspace, id, f->keep, &mine, &f->error), &f->error);
    yours = mine;
    mine.body = S("mine");
    yours.body = S("yours");
    assert_ok(message_save(f->propre, &mine, &none, &id, &f->error), &f->error);
    assert_fault(FAULT_CONFLICT, message_save(f->propre, &yours, &none, &id, &f->error),
                 &f->error, "meanwhile");
    assert_ok(message_get(f->propre, f->workspace, id, f->keep, &m, &f->error), &f->error);
    assert_str("mine", m.body);
    m.id = id + 1000;
    assert_fault(FAULT_ABSENT, message_save(f->propre, &m, &none, &id, &f->error), &f->error,
                 "no post");
    m.id = id;
    m.workspace++;
    assert_fault(FAULT_ABSENT, message_save(f->propre, &m, &none, &id, &f->error), &f->error,
                 "no post");
}

static void
refers_only_to_its_own_workspace(void **state)
{
    struct fixture *f = *state;
    struct fixture_workspace_row other;
    struct fixture_workspace_in in = {S("Other"), S("UTC"), S("fr"), S("CAD")};
    struct message m = sample(f);
    struct variant variant = {.channel = a_channel(f, NETWORK_MASTODON, "@us")};
    struct message_parts none = {0}, parts = {&variant, 1, NULL, 0, NULL, 0};
    int64_t id = 0;
    assert_ok(q_fixture_workspace(f->propre->db, &in, NULL, &other, &f->error), &f->error);
    struct tactic theirs = {.workspace = other.id, .name = S("Theirs")};
    assert_ok(tactic_insert(f->propre, &theirs, &theirs.id, &f->error), &f->error);
    m.tactic = some_int(theirs.id);
    assert_fault(FAULT_ABSENT, message_save(f->propre, &m, &none, &id, &f->error), &f->error,
                 "no tactic");
    m.tactic = no_int;
    m.workspace = other.id;
    assert_fault(FAULT_ABSENT, message_save(f->propre, &m, &parts, &id, &f->error), &f->error,
                 "no channel");
}

static void
says_which_field_cannot_be_kept(void **state)
{
    struct fixture *f = *state;
    struct message m = sample(f);
    struct variant twice[] = {{.channel = 1}, {.channel = 1}}, odd = {.options = S("[1]")};
    struct message_parts none = {0}, two = {twice, 2, NULL, 0, NULL, 0},
                         option = {&odd, 1, NULL, 0, NULL, 0};
    struct message_parts many = {twice, VARIANTS_MAX + 1, NULL, 0, NULL, 0},
                         pictures = {NULL, 0, NULL, MESSAGE_FILES_MAX + 1, NULL, 0};
    char *big = malloc(POST_BODY_MAX + 1);
    memset(big, 'a', POST_BODY_MAX + 1);
    m.title = S("\xff");
    assert_fault(FAULT_INPUT, message_storable(&m, &none, &f->error), &f->error, "title");
    m.title = S("a\0b");
    assert_fault(FAULT_INPUT, message_storable(&m, &none, &f->error), &f->error, "code 0");
    m.title = STR_NONE;
    m.body = (str){big, POST_BODY_MAX + 1};
    assert_fault(FAULT_INPUT, message_storable(&m, &none, &f->error), &f->error, "body");
    m.body.n--;
    assert_ok(message_storable(&m, &none, &f->error), &f->error);
    struct variant long_ones[6];
    for (int i = 0; i < 6; i++)
        long_ones[i] = (struct variant){.channel = i, .body = m.body};
    struct message_parts all = {long_ones, 6, NULL, 0, NULL, 0};
    assert_fault(FAULT_INPUT, message_storable(&m, &all, &f->error), &f->error, "together");
    free(big);
    m = sample(f);
    assert_fault(FAULT_INPUT, message_storable(&m, &two, &f->error), &f->error, "two variants");
    assert_fault(FAULT_INPUT, message_storable(&m, &option, &f->error), &f->error, "options");
    assert_fault(FAULT_INPUT, message_storable(&m, &many, &f->error), &f->error, "channels");
    assert_fault(FAULT_INPUT, message_storable(&m, &pictures, &f->error), &f->error,
                 "pictures");
    m.currency = STR_NONE;
    assert_fault(FAULT_INPUT, message_storable(&m, &none, &f->error), &f->error, "currency");
}

static void
a_variant_overrides_only_what_it_says(void **state)
{
    struct fixture *f = *state;
    struct message m = sample(f), got;
    struct variant v = {.body = S("Short"), .warning = S("")};
    message_resolve(&m, &v, &got);
    assert_str("Short", got.body);
    assert_str("Fair", got.title);
    assert_str("https://example.org/fair", got.link);
    assert_int_equal(0, got.warning.n);
    assert_str("public", got.visibility);
    assert_str("evenings", got.queue);
    message_resolve(&m, NULL, &got);
    assert_is_sample(&got);
}

static void
a_thread_is_cut_at_lines_of_dashes(void **state)
{
    struct fixture *f = *state;
    int32_t n = 0;
    str *parts = message_thread(S("one\n---\n two\nmore \r\n---\r\nthree"), f->keep, &n);
    assert_int_equal(3, n);
    assert_str("one", parts[0]);
    assert_str("two\nmore", parts[1]);
    assert_str("three", parts[2]);
    parts = message_thread(S("a --- b\n----\n-- -"), f->keep, &n);
    assert_int_equal(1, n);
    assert_str("a --- b\n----\n-- -", parts[0]);
    /* a part without text is none; a message without text has one */
    parts = message_thread(S("---\n---\nlast\n---"), f->keep, &n);
    assert_int_equal(1, n);
    assert_str("last", parts[0]);
    parts = message_thread(S("---\n"), f->keep, &n);
    assert_int_equal(1, n);
    assert_int_equal(0, parts[0].n);
    parts = message_thread(STR_NONE, f->keep, &n);
    assert_int_equal(1, n);
}

static void
an_archived_one_comes_back(void **state)
{
    struct fixture *f = *state;
    struct message m = sample(f), got;
    struct message_parts none = {0};
    assert_ok(message_save(f->propre, &m, &none, &m.id, &f->error), &f->error);
    assert_ok(message_archive(f->propre, f->workspace, m.id, true, &f->error), &f->error);
    assert_ok(message_get(f->propre, f->workspace, m.id, f->keep, &got, &f->error), &f->error);
    assert_true(got.archived);
    assert_ok(message_archive(f->propre, f->workspace, m.id, false, &f->error), &f->error);
    assert_ok(message_get(f->propre, f->workspace, m.id, f->keep, &got, &f->error), &f->error);
    assert_false(got.archived);
    assert_fault(FAULT_ABSENT,
                 message_archive(f->propre, f->workspace + 1, m.id, true, &f->error), &f->error,
                 "no post");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_all_fields_variants_and_files, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(every_revision_is_kept_and_can_come_back, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(two_people_do_not_overwrite_each_other, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(refers_only_to_its_own_workspace, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(says_which_field_cannot_be_kept, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_variant_overrides_only_what_it_says, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_thread_is_cut_at_lines_of_dashes, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(an_archived_one_comes_back, fixture_open,
                                        fixture_close),
    };
    if (testdb_skips())
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
