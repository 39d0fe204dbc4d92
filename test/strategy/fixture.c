#include "fixture.h"

#include "base/sha256.h"

static void
begin(struct fixture *f)
{
    assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
}

int
fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct fixture_workspace_row row;
    testdb_open(&f->t);
    f->propre = &f->t.propre;
    f->keep = &f->t.keep;
    begin(f);
    struct fixture_workspace_in in = {S("Test"), S("Europe/Paris"), S("en"), S("EUR")};
    assert_ok(q_fixture_workspace(f->propre->db, &in, NULL, &row, &f->error), &f->error);
    f->workspace = row.id;
    fixture_commit(f);
    *state = f;
    return 0;
}

int
fixture_close(void **state)
{
    struct fixture *f = *state;
    db_rollback(f->propre->db);
    testdb_close(&f->t);
    free(f);
    return 0;
}

void
fixture_commit(struct fixture *f)
{
    assert_ok(db_commit(f->propre->db, &f->error), &f->error);
    begin(f);
}

void
fixture_rollback(struct fixture *f)
{
    db_rollback(f->propre->db);
    begin(f);
}

struct digest {
    struct sha256 hash;
};

static void
add_int(struct digest *d, struct maybe_int v)
{
    int64_t parts[] = {v.has, v.has ? v.is : 0};
    sha256_add(&d->hash, (str){(const char *)parts, sizeof parts});
}

static void
add_text(struct digest *d, str s)
{
    add_int(d, s.p ? some_int(s.n) : no_int);
    sha256_add(&d->hash, s);
}

static bool
add_post(void *ctx, const struct fixture_posts_row *r)
{
    struct digest *d = ctx;
    const struct maybe_int ints[] = {some_int(r->id), r->tactic,      r->published_us,
                                     r->local_day,    r->local_month, r->local_weekday,
                                     r->local_hour,   r->paid,        r->graphemes};
    const str texts[] = {r->identity, r->body, r->hashtags, r->link, r->format};
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
        add_int(d, ints[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(d, texts[i]);
    return true;
}

static bool
add_point(void *ctx, const struct fixture_points_row *r)
{
    struct digest *d = ctx;
    add_int(d, some_int(r->snapshot));
    add_int(d, some_int(r->post));
    add_int(d, r->taken_us);
    add_int(d, some_int(r->made_post));
    add_text(d, r->metric);
    add_int(d, r->val.has ? some_int((int64_t)r->val.is) : no_int);
    add_text(d, r->reason);
    return true;
}

static bool
add_sum(void *ctx, const struct fixture_sums_row *r)
{
    struct digest *d = ctx;
    const struct maybe_int ints[] = {
        some_int(r->post), r->taken_us,    r->followers,   r->reach,        r->impressions,
        r->likes,          r->comments,    r->shares,      r->interactions, r->saves,
        r->clicks,         r->link_clicks, r->video_views, r->engaged};
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
        add_int(d, ints[i]);
    return true;
}

str
fixture_digest(struct fixture *f)
{
    struct digest d;
    uint8_t out[SHA256_BYTES];
    sha256_init(&d.hash);
    assert_ok(q_fixture_posts_each(f->propre->db, NULL, add_post, &d, &f->error), &f->error);
    assert_ok(q_fixture_points_each(f->propre->db, NULL, add_point, &d, &f->error), &f->error);
    assert_ok(q_fixture_sums_each(f->propre->db, NULL, add_sum, &d, &f->error), &f->error);
    sha256_end(&d.hash, out);
    return hex(f->keep, out, SHA256_BYTES);
}

struct fixture_counts_row
fixture_counts(struct fixture *f)
{
    struct fixture_counts_row row;
    assert_ok(q_fixture_counts(f->propre->db, NULL, NULL, &row, &f->error), &f->error);
    return row;
}
