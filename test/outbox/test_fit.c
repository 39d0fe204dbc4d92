#include "fixture.h"

#include <zlib.h>

#include "channel/driver.h"
#include "outbox/delivery.h"
#include "outbox/fit_internal.h"
#include "place/db.h"
#include "place/media.h"
#include "strategy/channel.h"
#include "t.h"
#include "tactic/message.h"

/* What a picture tells of its maker must not go out, what goes out must be taken, and the person must hear of it. */

enum { SIDE = 48, PNG_MAX = 32 * 1024, SCRATCH_BYTES = 64 << 20 };

#define PLACE "Comment\0taken at 48.8583,2.2945"

/* ---- a PNG that says where it was taken ---- */

static void
put_u32(char *out, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(n >> (24 - 8 * i));
}

static ptrdiff_t
chunk(char *out, const char *type, const void *data, uint32_t n)
{
    put_u32(out, n);
    memcpy(out + 4, type, 4);
    memcpy(out + 8, data, n);
    put_u32(out + 8 + n, (uint32_t)crc32(0, (const Bytef *)out + 4, n + 4));
    return 12 + (ptrdiff_t)n;
}

static str
png_with_place(struct arena *keep)
{
    char *out = new (keep, char, PNG_MAX);
    char header[13] = {0}, rows[SIDE * (1 + 3 * SIDE)];
    Bytef packed[PNG_MAX / 2];
    uLongf packed_n = sizeof packed;
    memcpy(out, "\x89PNG\r\n\x1a\n", 8);
    ptrdiff_t n = 8;
    put_u32(header, SIDE);
    put_u32(header + 4, SIDE);
    header[8] = 8; /* bits */
    header[9] = 2; /* RGB */
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = i % (1 + 3 * SIDE) == 0 ? 0 : (char)(i * 7919 % 251);
    assert_int_equal(Z_OK, compress(packed, &packed_n, (const Bytef *)rows, sizeof rows));
    n += chunk(out + n, "IHDR", header, sizeof header);
    n += chunk(out + n, "tEXt", PLACE, sizeof PLACE - 1);
    n += chunk(out + n, "IDAT", packed, (uint32_t)packed_n);
    n += chunk(out + n, "IEND", "", 0);
    return (str){out, n};
}

static bool
read_bytes(void *ctx, void *out, ptrdiff_t max, ptrdiff_t *ret_n)
{
    str *rest = ctx;
    ptrdiff_t n = rest->n < max ? rest->n : max;
    memcpy(out, rest->p, (size_t)n);
    *rest = str_slice(*rest, n, rest->n);
    *ret_n = n;
    return true;
}

static int64_t
bring_in(struct fixture *f, str bytes, const char *name)
{
    int64_t id = 0;
    const struct media media = {
        .workspace = f->workspace, .name = str_of(name), .alt = S("A tower")};
    const struct media_reader reader = {read_bytes, &bytes};
    assert_ok(media_add(f->propre, &media, &reader, &id, &f->error), &f->error);
    return id;
}

/* A delivery with that picture, committed; no transaction is open afterwards. */
static int64_t
schedule(struct fixture *f, int64_t picture)
{
    int64_t channel_id = 0, message = 0, id = 0;
    const struct channel channel = {
        .workspace = f->workspace, .name = S("Blog"), .network = NETWORK_OTHER};
    const struct message m = {.workspace = f->workspace, .body = S("Look")};
    const struct message_file file = {picture, S("A tower")};
    const struct message_parts parts = {.files = &file, .files_n = 1};
    assert_ok(channel_insert(f->propre, &channel, &channel_id, &f->error), &f->error);
    assert_ok(message_save(f->propre, &m, &parts, &message, &f->error), &f->error);
    const struct delivery_plan plan = {.workspace = f->workspace,
                                       .message = message,
                                       .channel = channel_id,
                                       .due_us = f->t.now.us + SPAN_DAY.us};
    assert_ok(delivery_schedule(f->propre, &plan, &id, &f->error), &f->error);
    assert_ok(db_commit(f->propre->db, &f->error), &f->error);
    return id;
}

static const struct driver only_jpeg = {.traits = {.network = "other",
                                                   .name = "Other",
                                                   .media_bytes_max = {4000, "a test", "2026"},
                                                   .mimes = {"image/jpeg"}}};
static const struct driver no_pictures = {
    .traits = {.network = "other", .name = "Other", .mimes = {"video/mp4"}}};

static struct channel_media
fit_one(struct fixture *f, const struct driver *driver, int64_t delivery, int64_t picture,
        int64_t bytes)
{
    struct arena_region region;
    struct arena scratch = arena_reserve(SCRATCH_BYTES, &region);
    const struct channel_account account = {0};
    const struct fit fit = {f->propre, f->workspace, delivery, driver, &account};
    const struct channel_media media = {.media = picture,
                                        .bytes = bytes,
                                        .mime = S("image/png"),
                                        .file_name = S("tower.png"),
                                        .alt = S("A tower"),
                                        .width = SIDE,
                                        .height = SIDE};
    struct channel_message message = {.media = &media, .media_n = 1};
    assert_ok(fit_media(&fit, &message, f->keep, scratch, &f->error), &f->error);
    struct channel_media made = message.media[0];
    arena_release(&region);
    return made;
}

static bool
says_place(struct fixture *f, int64_t media, int64_t bytes)
{
    char *out = new (f->keep, char, bytes);
    ptrdiff_t n = 0, got = 0;
    assert_ok(db_begin(f->propre->db, DB_READ, &f->error), &f->error);
    do {
        assert_ok(media_read(f->propre, media, n, out + n, bytes - n, &got, &f->error),
                  &f->error);
        n += got;
    } while (got > 0 && n < bytes);
    db_rollback(f->propre->db);
    return str_find((str){out, n}, S("48.8583")) >= 0;
}

static void
a_picture_goes_out_fit_and_without_its_place(void **state)
{
    struct fixture *f = *state;
    str png = png_with_place(f->keep);
    int64_t picture = bring_in(f, png, "tower.png"), delivery = schedule(f, picture);
    assert_true(says_place(f, picture, png.n)); /* the test can see it */

    struct channel_media made = fit_one(f, &only_jpeg, delivery, picture, png.n);
    assert_int_not_equal(picture, made.media);
    assert_str("image/jpeg", made.mime);
    assert_str("tower.jpg", made.file_name);
    assert_str("A tower", made.alt);
    assert_true(made.bytes <= 4000);
    assert_false(says_place(f, made.media, made.bytes));

    /* once for whoever asks next, and told once */
    struct channel_media again = fit_one(f, &only_jpeg, delivery, picture, png.n);
    assert_int_equal(made.media, again.media);
    struct delivery_event *events;
    ptrdiff_t n;
    assert_ok(db_begin(f->propre->db, DB_READ, &f->error), &f->error);
    assert_ok(
        delivery_history(f->propre, f->workspace, delivery, f->keep, &events, &n, &f->error),
        &f->error);
    int told = 0;
    for (ptrdiff_t i = 0; i < n; i++)
        told += str_eq(events[i].act, S("picture")) &&
                str_find(events[i].detail, S("saved as JPEG")) >= 0;
    assert_int_equal(1, told);

    /* the library shows what the person brought, and only that */
    struct media *list;
    assert_ok(media_list(f->propre, f->workspace, f->keep, &list, &n, &f->error), &f->error);
    assert_int_equal(1, n);
    assert_int_equal(picture, list[0].id);
    db_rollback(f->propre->db);
    assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
}

static void
what_cannot_be_made_fit_is_said(void **state)
{
    struct fixture *f = *state;
    str png = png_with_place(f->keep);
    int64_t picture = bring_in(f, png, "tower.png"), delivery = schedule(f, picture);
    struct arena_region region;
    struct arena scratch = arena_reserve(SCRATCH_BYTES, &region);
    const struct channel_account account = {0};
    const struct fit fit = {f->propre, f->workspace, delivery, &no_pictures, &account};
    const struct channel_media media = {
        .media = picture, .bytes = png.n, .mime = S("image/png"), .file_name = S("tower.png")};
    struct channel_message message = {.media = &media, .media_n = 1};
    assert_int_equal(FAULT_LIMIT, fit_media(&fit, &message, f->keep, scratch, &f->error));
    f->error = (struct error){0};
    arena_release(&region);

    /* a film goes as it is */
    const struct channel_media film = {.media = picture, .bytes = 10, .mime = S("video/mp4")};
    struct channel_message other = {.media = &film, .media_n = 1};
    scratch = arena_reserve(SCRATCH_BYTES, &region);
    assert_ok(fit_media(&fit, &other, f->keep, scratch, &f->error), &f->error);
    assert_int_equal(picture, other.media[0].media);
    arena_release(&region);
    assert_ok(db_begin(f->propre->db, DB_WRITE, &f->error), &f->error);
}

int
main(void)
{
    if (testdb_skips())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_picture_goes_out_fit_and_without_its_place,
                                        fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(what_cannot_be_made_fit_is_said, fixture_open,
                                        fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
