#include "learn/effects_json.h"

#include <math.h>

/* ---- writing ---- */

static void
put_real(struct json_writer *w, const char *key, double x)
{
    json_key(w, str_of(key));
    json_real(w, x);
}

static void
put_int(struct json_writer *w, const char *key, int64_t n)
{
    json_key(w, str_of(key));
    json_int(w, n);
}

static void
put_bool(struct json_writer *w, const char *key, bool truth)
{
    json_key(w, str_of(key));
    json_bool(w, truth);
}

static void
put_str(struct json_writer *w, const char *key, str s)
{
    json_key(w, str_of(key));
    json_str(w, s);
}

static void
write_summary(struct json_writer *w, const char *key, const struct effects_summary *s)
{
    json_key(w, str_of(key));
    json_object_begin(w);
    put_real(w, "mean", s->mean);
    put_real(w, "sd", s->sd);
    put_real(w, "low90", s->low90);
    put_real(w, "low50", s->low50);
    put_real(w, "median", s->median);
    put_real(w, "high50", s->high50);
    put_real(w, "high90", s->high90);
    put_real(w, "mcse", s->mcse);
    put_real(w, "rhat", s->rhat);
    put_real(w, "ess_bulk", s->ess_bulk);
    put_real(w, "ess_tail", s->ess_tail);
    json_object_end(w);
}

static void
write_contrast(struct json_writer *w, const struct effects_contrast *c)
{
    json_object_begin(w);
    put_int(w, "a", c->a);
    put_int(w, "b", c->b);
    put_real(w, "ratio", c->ratio);
    put_real(w, "ratio_low90", c->ratio_low90);
    put_real(w, "ratio_low50", c->ratio_low50);
    put_real(w, "ratio_high50", c->ratio_high50);
    put_real(w, "ratio_high90", c->ratio_high90);
    put_real(w, "greater_share", c->greater_share);
    put_str(w, "verdict", str_of(effects_verdict_word(c->verdict)));
    put_int(w, "verdict_rank", (int64_t)c->verdict);
    put_int(w, "posts_needed", c->posts_needed);
    put_bool(w, "posts_needed_over", c->posts_needed_over);
    json_object_end(w);
}

static void
write_factor(struct json_writer *w, const struct effects_factor_result *f)
{
    json_object_begin(w);
    put_str(w, "name", f->name);
    put_int(w, "kind", (int64_t)f->kind);
    put_int(w, "factor", f->factor);
    write_summary(w, "tau", &f->tau);
    json_key(w, S("levels"));
    json_array_begin(w);
    for (int32_t i = 0; i < f->levels_n; i++) {
        const struct effects_level *level = &f->levels[i];
        json_object_begin(w);
        put_str(w, "label", level->label);
        put_int(w, "posts", level->posts_n);
        put_bool(w, "recorded", level->recorded);
        put_real(w, "outcome_median", level->outcome_median);
        write_summary(w, "effect", &level->effect);
        put_real(w, "best_share", level->best_share);
        json_object_end(w);
    }
    json_array_end(w);
    json_key(w, S("contrasts"));
    json_array_begin(w);
    for (int32_t i = 0; i < f->contrasts_n; i++)
        write_contrast(w, &f->contrasts[i]);
    json_array_end(w);
    json_object_end(w);
}

static void
write_diagnostics(struct json_writer *w, const struct effects_diagnostics *d)
{
    json_key(w, S("diagnostics"));
    json_object_begin(w);
    put_bool(w, "settled", d->settled);
    put_int(w, "failed", (int64_t)d->failed);
    put_real(w, "rhat_max", d->rhat_max);
    put_real(w, "ess_bulk_min", d->ess_bulk_min);
    put_real(w, "ess_tail_min", d->ess_tail_min);
    put_real(w, "ebfmi_min", d->ebfmi_min);
    put_str(w, "rhat_worst", d->rhat_worst);
    put_str(w, "ess_worst", d->ess_worst);
    put_int(w, "transitions", d->transitions);
    put_int(w, "divergent", d->divergent);
    put_int(w, "depth_hits", d->depth_hits);
    put_int(w, "gradients", d->gradients);
    put_real(w, "step_mean", d->step_mean);
    json_object_end(w);
}

static void
write_fingerprint(struct json_writer *w, const uint8_t fingerprint[32])
{
    static const char digits[] = "0123456789abcdef";
    char text[64];
    for (int i = 0; i < 32; i++) {
        text[i * 2L] = digits[fingerprint[i] >> 4];
        text[i * 2L + 1] = digits[fingerprint[i] & 15];
    }
    put_str(w, "fingerprint", (str){text, sizeof text});
}

void
effects_json_write(struct json_writer *w, const struct effects_result *r)
{
    json_object_begin(w);
    put_str(w, "model", r->model);
    put_int(w, "model_version", r->model_version);
    write_fingerprint(w, r->fingerprint);
    json_key(w, S("seed")); /* as text: 64 bits do not survive readers that know only doubles */
    char seed[17];
    (void)snprintf(seed, sizeof seed, "%016llx", (unsigned long long)r->seed);
    json_str(w, str_of(seed));
    put_bool(w, "preview", r->preview);
    put_str(w, "exposure", str_of(effects_exposure_word(r->exposure)));
    put_int(w, "exposure_rung", (int64_t)r->exposure);
    put_int(w, "posts_used", r->posts_used);
    put_int(w, "posts_left_out", r->posts_left_out);
    put_int(w, "outcome_sum", r->outcome_sum);
    put_real(w, "exposure_sum", r->exposure_sum);
    json_key(w, S("factors"));
    json_array_begin(w);
    for (int32_t i = 0; i < r->factors_n; i++)
        write_factor(w, &r->factors[i]);
    json_array_end(w);
    json_key(w, S("scalars"));
    json_array_begin(w);
    for (int32_t i = 0; i < r->scalars_n; i++) {
        json_object_begin(w);
        put_str(w, "name", r->scalars[i].name);
        put_int(w, "kind", (int64_t)r->scalars[i].kind);
        put_int(w, "index", r->scalars[i].index);
        write_summary(w, "is", &r->scalars[i].is);
        json_object_end(w);
    }
    json_array_end(w);
    write_diagnostics(w, &r->diagnostics);
    json_key(w, S("notes"));
    json_array_begin(w);
    for (int32_t i = 0; i < r->notes_n; i++) {
        json_object_begin(w);
        put_int(w, "kind", (int64_t)r->notes[i].kind);
        put_int(w, "factor", r->notes[i].factor);
        put_int(w, "n", r->notes[i].n);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}

/* ---- reading ---- */

/* Reads the members of one object; the first that is missing or of the wrong kind makes it bad. */
struct reader {
    struct arena *keep;
    bool bad;
};

static int64_t
get_int(struct reader *r, const struct json *object, const char *key, int64_t min, int64_t max)
{
    struct maybe_int n = json_as_int(json_get(object, str_of(key)));
    if (!n.has || n.is < min || n.is > max) {
        r->bad = true;
        return min;
    }
    return n.is;
}

/* null stands for "not finite" */
static double
get_real(struct reader *r, const struct json *object, const char *key)
{
    const struct json *value = json_get(object, str_of(key));
    struct maybe_real x = json_as_real(value);
    if (!value || (!x.has && value->kind != JSON_KIND_NULL))
        r->bad = true;
    return x.has ? x.is : (double)NAN;
}

/* The same of a member that answers kept by older programs lack. */
static double
get_real_later(struct reader *r, const struct json *object, const char *key)
{
    return json_get(object, str_of(key)) ? get_real(r, object, key) : (double)NAN;
}

static bool
get_bool(struct reader *r, const struct json *object, const char *key)
{
    const struct json *value = json_get(object, str_of(key));
    if (!value || value->kind != JSON_KIND_BOOL)
        r->bad = true;
    return json_as_bool(value, false);
}

static str
get_str(struct reader *r, const struct json *object, const char *key)
{
    const struct json *value = json_get(object, str_of(key));
    if (!value || (value->kind != JSON_KIND_STR && value->kind != JSON_KIND_NULL)) {
        r->bad = true;
        return STR_NONE;
    }
    return arena_str(r->keep, json_text(value));
}

/* The children of an array, counted against its ceiling. */
static const struct json *
get_array(struct reader *r, const struct json *object, const char *key, int32_t max,
          int32_t *ret_n)
{
    const struct json *value = json_get(object, str_of(key));
    if (!value || value->kind != JSON_KIND_ARRAY || value->n > max) {
        r->bad = true;
        *ret_n = 0;
        return NULL;
    }
    *ret_n = value->n;
    return value->first;
}

static struct effects_summary
read_summary(struct reader *r, const struct json *object, const char *key)
{
    const struct json *s = json_get(object, str_of(key));
    return (struct effects_summary){
        .mean = get_real(r, s, "mean"),
        .sd = get_real(r, s, "sd"),
        .low90 = get_real(r, s, "low90"),
        .low50 = get_real(r, s, "low50"),
        .median = get_real(r, s, "median"),
        .high50 = get_real(r, s, "high50"),
        .high90 = get_real(r, s, "high90"),
        .mcse = get_real(r, s, "mcse"),
        .rhat = get_real(r, s, "rhat"),
        .ess_bulk = get_real(r, s, "ess_bulk"),
        .ess_tail = get_real(r, s, "ess_tail"),
    };
}

static void
read_contrasts(struct reader *r, const struct json *object, struct effects_factor_result *f)
{
    /* every pair of the levels that are compared */
    enum { PAIRS_MAX = EFFECTS_CONTRAST_LEVELS_MAX * (EFFECTS_CONTRAST_LEVELS_MAX - 1) / 2 };
    const struct json *at = get_array(r, object, "contrasts", PAIRS_MAX, &f->contrasts_n);
    f->contrasts = new (r->keep, struct effects_contrast, f->contrasts_n);
    for (int32_t i = 0; i < f->contrasts_n; i++, at = at->next) {
        f->contrasts[i] = (struct effects_contrast){
            .a = (int32_t)get_int(r, at, "a", 0, f->levels_n - 1),
            .b = (int32_t)get_int(r, at, "b", 0, f->levels_n - 1),
            .ratio = get_real(r, at, "ratio"),
            .ratio_low90 = get_real(r, at, "ratio_low90"),
            .ratio_low50 = get_real(r, at, "ratio_low50"),
            .ratio_high50 = get_real(r, at, "ratio_high50"),
            .ratio_high90 = get_real(r, at, "ratio_high90"),
            .greater_share = get_real(r, at, "greater_share"),
            .verdict = (enum effects_verdict)get_int(r, at, "verdict_rank", VERDICT_CANNOT_TELL,
                                                     VERDICT_CLEAR),
            .posts_needed = (int32_t)get_int(r, at, "posts_needed", 0, INT32_MAX),
            .posts_needed_over = get_bool(r, at, "posts_needed_over"),
        };
    }
}

static void
read_factor(struct reader *r, const struct json *object, struct effects_factor_result *f)
{
    f->name = get_str(r, object, "name");
    f->kind = (enum effects_factor_kind)get_int(r, object, "kind", FACTOR_PLAIN, FACTOR_TREND);
    f->factor = (int32_t)get_int(r, object, "factor", -1, EFFECTS_FACTORS_MAX - 1);
    f->tau = read_summary(r, object, "tau");
    const struct json *at =
        get_array(r, object, "levels", EFFECTS_ALL_LEVELS_MAX, &f->levels_n);
    f->levels = new (r->keep, struct effects_level, f->levels_n);
    for (int32_t i = 0; i < f->levels_n; i++, at = at->next) {
        f->levels[i] = (struct effects_level){
            .label = get_str(r, at, "label"),
            .posts_n = (int32_t)get_int(r, at, "posts", 0, EFFECTS_POSTS_MAX),
            .recorded = get_bool(r, at, "recorded"),
            .outcome_median = get_real_later(r, at, "outcome_median"),
            .effect = read_summary(r, at, "effect"),
            .best_share = get_real(r, at, "best_share"),
        };
    }
    read_contrasts(r, object, f);
}

static struct effects_diagnostics
read_diagnostics(struct reader *r, const struct json *object)
{
    const struct json *d = json_get(object, S("diagnostics"));
    return (struct effects_diagnostics){
        .settled = get_bool(r, d, "settled"),
        .failed = (uint32_t)get_int(r, d, "failed", 0, UINT32_MAX),
        .rhat_max = get_real(r, d, "rhat_max"),
        .ess_bulk_min = get_real(r, d, "ess_bulk_min"),
        .ess_tail_min = get_real(r, d, "ess_tail_min"),
        .ebfmi_min = get_real(r, d, "ebfmi_min"),
        .rhat_worst = get_str(r, d, "rhat_worst"),
        .ess_worst = get_str(r, d, "ess_worst"),
        .transitions = get_int(r, d, "transitions", 0, INT64_MAX),
        .divergent = get_int(r, d, "divergent", 0, INT64_MAX),
        .depth_hits = get_int(r, d, "depth_hits", 0, INT64_MAX),
        .gradients = get_int(r, d, "gradients", 0, INT64_MAX),
        .step_mean = get_real(r, d, "step_mean"),
    };
}

static int32_t
hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ${n} bytes from twice as many digits. */
static bool
read_hex(str text, uint8_t *out, int32_t n)
{
    if (text.n != 2 * (ptrdiff_t)n)
        return false;
    for (int32_t i = 0; i < n; i++) {
        int32_t high = hex_digit(text.p[i * 2L]), low = hex_digit(text.p[i * 2L + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static void
read_lists(struct reader *r, const struct json *root, struct effects_result *result)
{
    const struct json *at = get_array(r, root, "factors", EFFECTS_FACTORS_MAX + 3,
                                      &result->factors_n); /* + those made here */
    result->factors = new (r->keep, struct effects_factor_result, result->factors_n);
    for (int32_t i = 0; i < result->factors_n; i++, at = at->next)
        read_factor(r, at, &result->factors[i]);
    at = get_array(r, root, "scalars", 1 + EFFECTS_COVARIATES_MAX + 3 * EFFECTS_CHANNELS_MAX,
                   &result->scalars_n);
    result->scalars = new (r->keep, struct effects_scalar, result->scalars_n);
    for (int32_t i = 0; i < result->scalars_n; i++, at = at->next) {
        result->scalars[i] = (struct effects_scalar){
            .name = get_str(r, at, "name"),
            .kind = (enum effects_scalar_kind)get_int(r, at, "kind", SCALAR_INTERCEPT,
                                                      SCALAR_SLOPE),
            .index = (int32_t)get_int(r, at, "index", -1, EFFECTS_CHANNELS_MAX),
            .is = read_summary(r, at, "is"),
        };
    }
    at = get_array(r, root, "notes", EFFECTS_NOTES_MAX, &result->notes_n);
    for (int32_t i = 0; i < result->notes_n; i++, at = at->next) {
        result->notes[i] = (struct effects_note){
            .kind = (enum effects_note_kind)get_int(r, at, "kind", NOTE_EXPOSURE_NONE,
                                                    NOTE_SECOND_RUN),
            .factor = (int32_t)get_int(r, at, "factor", -1,
                                       EFFECTS_FACTORS_MAX + EFFECTS_COVARIATES_MAX),
            .n = get_int(r, at, "n", INT64_MIN, INT64_MAX),
        };
    }
}

enum fault
effects_json_read(str text, struct arena *keep, struct effects_result *ret_result,
                  struct error *error)
{
    struct json *root = NULL;
    enum fault fault = json_parse(keep, text, &root, error);
    if (fault)
        return error_prefix(error, "reading a kept result of the effects model");
    struct reader r = {keep, false};
    struct effects_result result = {0};
    result.model = get_str(&r, root, "model");
    result.model_version = (int32_t)get_int(&r, root, "model_version", 0, INT32_MAX);
    if (!r.bad && (!str_eq(result.model, S(EFFECTS_MODEL)) ||
                   result.model_version > EFFECTS_MODEL_VERSION)) {
        return fail(error, FAULT_LIMIT,
                    "this result was made by model %.*s version %d, which this program does "
                    "not know; update Propre or compute again",
                    STR_FMT(result.model), result.model_version);
    }
    uint8_t seed[8] = {0};
    r.bad |= !read_hex(get_str(&r, root, "fingerprint"), result.fingerprint, 32);
    r.bad |= !read_hex(get_str(&r, root, "seed"), seed, 8);
    for (int i = 0; i < 8; i++)
        result.seed = result.seed << 8 | seed[i];
    result.preview = get_bool(&r, root, "preview");
    result.exposure = (enum effects_exposure)get_int(&r, root, "exposure_rung", EXPOSURE_REACH,
                                                     EXPOSURE_NONE);
    result.posts_used = (int32_t)get_int(&r, root, "posts_used", 0, EFFECTS_POSTS_MAX);
    result.posts_left_out = (int32_t)get_int(&r, root, "posts_left_out", 0, INT32_MAX);
    result.outcome_sum = get_int(&r, root, "outcome_sum", 0, INT64_MAX);
    result.exposure_sum = get_real(&r, root, "exposure_sum");
    result.diagnostics = read_diagnostics(&r, root);
    read_lists(&r, root, &result);
    if (r.bad)
        return fail(error, FAULT_CORRUPT,
                    "a kept result of the effects model is damaged; compute it again");
    *ret_result = result;
    return OK;
}
