#include "t.h"

#include "web/words.h"

/* The sentences of findings, as a reader sees them, in both languages. */

static struct arena_region region;

static const struct words_contrast twice = {.factor = {"format", 6},
                                            .better = {"photo", 5},
                                            .other = {"status", 6},
                                            .ratio = 2.115,
                                            .low90 = 1.763,
                                            .high90 = 2.532,
                                            .better_n = 426,
                                            .other_n = 45,
                                            .verdict = FINDING_CLEAR,
                                            .outcome = {"interactions", 12},
                                            .exposure = WORDS_REACH};

/* In what is expected, ~ stands for U+00A0 and ^ for U+202F, which cannot be seen in an editor. */
static void
assert_words(const char *expected, str actual)
{
    char text[400];
    size_t n = 0;
    for (const char *p = expected; *p; p++) {
        const char *as = *p == '~' ? "\u00a0" : *p == '^' ? "\u202f" : NULL;
        assert_true(n + 4 < sizeof text);
        if (!as) {
            text[n++] = *p;
            continue;
        }
        memcpy(text + n, as, strlen(as));
        n += strlen(as);
    }
    text[n] = '\0';
    assert_str(text, actual);
}

static void
says(struct arena *a, const struct words_contrast *c, const char *english, const char *french)
{
    assert_words(english, words_contrast(a, LANG_EN, c));
    assert_words(french, words_contrast(a, LANG_FR, c));
}

static void
test_contrasts(void **state)
{
    struct arena *a = *state;
    says(a, &twice,
         "Photos bring about twice the interactions of status posts, for the same reach.",
         "Les photos suscitent environ deux fois plus d’interactions que les statuts, à portée "
         "égale.");
    struct words_contrast c = twice;
    c.ratio = 1.8;
    c.verdict = FINDING_LEANING;
    c.outcome = S("comments");
    says(a, &c,
         "Photos probably bring about 1.8 times the comments of status posts, for the same "
         "reach.",
         "Les photos suscitent probablement environ 1,8~fois plus de commentaires que les "
         "statuts, à "
         "portée égale.");
    c.ratio = 1.30;
    c.exposure = WORDS_VOLUME;
    says(a, &c, "Photos probably bring about 30% more comments than status posts.",
         "Les photos suscitent probablement environ 30~% de commentaires de plus que les "
         "statuts.");
    c.verdict = FINDING_UNKNOWN;
    says(a, &c, "Between photos and status posts it cannot be told yet which do better.",
         "On ne peut pas encore départager les photos et les statuts.");
}

static void
test_names_of_users_and_calendar(void **state)
{
    struct arena *a = *state;
    struct words_contrast c = twice;
    c.factor = S("tactic");
    c.better = S("Coulisses");
    c.other = S("Offres");
    says(a, &c,
         "Posts of “Coulisses” bring about twice the interactions of posts of “Offres”, for "
         "the same reach.",
         "Les publications «~Coulisses~» suscitent environ deux fois plus d’interactions que "
         "les "
         "publications «~Offres~», à portée égale.");
    assert_words("Thursday", words_level(a, LANG_EN, S("weekday"), S("4")));
    assert_words("8~h à 12~h", words_level(a, LANG_FR, S("hour"), S("8")));
    assert_words("Weekday 3", words_level(a, LANG_EN, S("weekday_number"), S("3")));
    assert_words("audience", words_factor(a, LANG_FR, S("audience")));
}

static void
test_unknown(void **state)
{
    struct arena *a = *state;
    struct words_contrast c = twice;
    c.factor = S("weekday");
    c.needed = 140;
    assert_words(
        "Which weekday works best cannot be told yet: about 140 more posts of each would tell.",
        words_factor_unknown(a, LANG_EN, &c));
    c.needed = 500;
    c.needed_over = true;
    assert_words(
        "On ne peut pas encore dire quel jour de la semaine convient le mieux~: même 500 "
        "publications de plus de chaque sorte ne suffiraient sans doute pas.",
        words_factor_unknown(a, LANG_FR, &c));
    c.needed = 0;
    assert_words("Which weekday works best cannot be told yet.",
                 words_factor_unknown(a, LANG_EN, &c));
}

static void
test_every_factor_has_its_words(void **state)
{
    /* as learn/gather.c names them */
    static const char *const names[] = {
        "tactic", "format",   "weekday",  "weekday_number", "hour", "intent", "creation",
        "topic",  "language", "has_link", "length",         "paid", "reply"};
    struct arena *a = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(words_factor(a, LANG_FR, str_of(names[i])), str_of(names[i])))
            fail_msg("%s is shown as it is", names[i]);
    }
    assert_words("Longueur du texte", words_factor(a, LANG_FR, S("length")));
    assert_words("Lien dans le texte", words_factor(a, LANG_FR, S("has_link")));
}

static void
test_evidence(void **state)
{
    struct arena *a = *state;
    assert_words("×~2.1 (90%: 1.8 to 2.5), based on 426 and 45 posts.",
                 words_evidence(a, LANG_EN, &twice));
    assert_words("×~2,1 (90~%~: de 1,8 à 2,5), d’après 426 et 45 publications.",
                 words_evidence(a, LANG_FR, &twice));
    assert_words("Photo face à Statut~: ×~2,1 (90~%~: de 1,8 à 2,5), d’après 426 et 45 "
                 "publications.",
                 words_evidence_between(a, LANG_FR, &twice));
}

static void
test_summary(void **state)
{
    struct arena *a = *state;
    assert_words("Two things are clear, one thing is leaning, three things cannot be told yet.",
                 words_summary(a, LANG_EN, 2, 1, 3));
    assert_words("Une chose est nette^; pour deux choses, on ne peut pas encore le dire.",
                 words_summary(a, LANG_FR, 1, 0, 2));
    assert_words("Pour une chose, on ne peut pas encore le dire.",
                 words_summary(a, LANG_FR, 0, 0, 1));
    assert_words("12 things are clear.", words_summary(a, LANG_EN, 12, 0, 0));
    assert_words(
        "Nothing can be compared yet: as far as is known, the posts are all of one kind.",
        words_summary(a, LANG_EN, 0, 0, 0));
}

static int
setup(void **state)
{
    static struct arena arena;
    arena = arena_reserve(1 << 20, &region);
    *state = &arena;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_release(&region);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrasts), cmocka_unit_test(test_names_of_users_and_calendar),
        cmocka_unit_test(test_unknown),   cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_summary),   cmocka_unit_test(test_every_factor_has_its_words),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
