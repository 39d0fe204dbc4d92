#include <math.h>

#include "base/sha256.h"
#include "learn/model_internal.h"

/* Counts of outcome and exposure beyond it are typing errors, and their squares leave 53 bits. */
#define COUNT_MAX 1e12
#define AGE_HOURS_MAX 1e6 /* a hundred years */

static enum fault
check_sizes(const struct effects_input *in, struct error *error)
{
    if (in->posts_n < 0 || in->posts_n > EFFECTS_POSTS_MAX)
        return fail(error, FAULT_LIMIT,
                    "%d posts are too many to learn from at once: %d at most", in->posts_n,
                    EFFECTS_POSTS_MAX);
    if (in->factors_n < 0 || in->factors_n > EFFECTS_FACTORS_MAX)
        return fail(error, FAULT_LIMIT, "%d ways of sorting posts are too many: %d at most",
                    in->factors_n, EFFECTS_FACTORS_MAX);
    if (in->covariates_n < 0 || in->covariates_n > EFFECTS_COVARIATES_MAX)
        return fail(error, FAULT_LIMIT, "%d properties of posts are too many: %d at most",
                    in->covariates_n, EFFECTS_COVARIATES_MAX);
    if (in->channels_n > EFFECTS_CHANNELS_MAX)
        return fail(error, FAULT_LIMIT, "%d channels are too many to compare: %d at most",
                    in->channels_n, EFFECTS_CHANNELS_MAX);
    if (in->channels_n < 1)
        return fail(error, FAULT_INPUT, "posts cannot be compared without a channel: name one");
    for (int32_t k = 0; k < in->factors_n; k++) {
        int32_t n = in->factors[k].labels_n;
        if (n < 0 || n > EFFECTS_LEVELS_MAX)
            return fail(error, FAULT_LIMIT,
                        "\"%.*s\" has %d values, too many to compare: %d at most",
                        STR_FMT(in->factors[k].name), n, EFFECTS_LEVELS_MAX);
    }
    return OK;
}

static enum fault
check_options(const struct effects_input *in, const struct effects_options *o,
              struct error *error)
{
    const struct {
        double value, low, high;
        const char *what;
    } settings[] = {
        {o->tau_scale, 1e-3, 10, "tau_scale"},
        {o->tau_scale_calendar, 1e-3, 10, "tau_scale_calendar"},
        {o->tau_scale_interaction, 1e-3, 10, "tau_scale_interaction"},
        {o->tau_scale_trend, 1e-3, 10, "tau_scale_trend"},
        {isnan(o->intercept_mean) ? 0 : o->intercept_mean, -50, 50, "intercept_mean"},
        {o->intercept_sd, 1e-3, 100, "intercept_sd"},
        {o->covariate_sd, 1e-3, 100, "covariate_sd"},
        {o->rope, 0, 1, "rope"},
        {o->accept, 0.5, 0.999, "accept"},
        {o->chains, 1, EFFECTS_CHAINS_MAX, "chains"},
        {o->warmup, 0, 20000, "warmup"},
        {o->draws, 1, 20000, "draws"},
        {o->interaction_factor, -1, in->factors_n - 1, "interaction_factor"},
        {(double)o->exposure, EXPOSURE_REACH, EXPOSURE_AUTO, "exposure"},
    };
    for (int32_t i = 0; i < (int32_t)(sizeof settings / sizeof *settings); i++) {
        if (!(settings[i].value >= settings[i].low && settings[i].value <= settings[i].high))
            return fail(
                error, FAULT_INPUT,
                "the setting %s of the effects model cannot be %g: choose from %g to %g",
                settings[i].what, settings[i].value, settings[i].low, settings[i].high);
    }
    return OK;
}

static bool
bad_number(double x, double low, double high)
{
    return !isnan(x) && !(x >= low && x <= high);
}

static enum fault
check_post(const struct effects_input *in, const struct effects_post *p, struct error *error)
{
    long long id = (long long)p->id;
    bool exposures = true, levels = true, covariates = true, readings = true;
    for (int32_t i = 0; i < EFFECTS_RUNGS; i++)
        exposures = exposures && !bad_number(p->exposure[i], 0, COUNT_MAX);
    for (int32_t k = 0; k < in->factors_n; k++)
        levels = levels && p->levels[k] >= -1 && p->levels[k] < in->factors[k].labels_n;
    for (int32_t b = 0; b < in->covariates_n; b++)
        covariates = covariates && !bad_number(p->covariates[b], -1e9, 1e9);
    if (p->earlier_n < 0 || p->earlier_n > EFFECTS_SNAPSHOTS_MAX)
        return fail(error, FAULT_LIMIT,
                    "post %lld has %d earlier readings: %d at most are used", id, p->earlier_n,
                    EFFECTS_SNAPSHOTS_MAX);
    for (int32_t i = 0; i < p->earlier_n; i++)
        readings = readings && p->earlier[i].outcome >= 0 && p->earlier[i].age_hours >= 0;
    if (p->outcome < 0 || (double)p->outcome > COUNT_MAX)
        return fail(error, FAULT_INPUT,
                    "post %lld cannot be learnt from: its result is negative or too large", id);
    if (!exposures)
        return fail(error, FAULT_INPUT,
                    "post %lld cannot be learnt from: its reach is negative or too large", id);
    if (bad_number(p->age_hours, 0, AGE_HOURS_MAX))
        return fail(error, FAULT_INPUT,
                    "post %lld cannot be learnt from: its age is negative or too great", id);
    if (p->channel < 0 || p->channel >= in->channels_n)
        return fail(error, FAULT_INPUT,
                    "post %lld cannot be learnt from: its channel does not exist", id);
    if (!levels)
        return fail(
            error, FAULT_INPUT,
            "post %lld cannot be learnt from: it is sorted under a value that does not exist",
            id);
    if (!covariates)
        return fail(error, FAULT_INPUT,
                    "post %lld cannot be learnt from: one of its properties is out of range",
                    id);
    if (!readings)
        return fail(error, FAULT_INPUT,
                    "post %lld cannot be learnt from: one of its earlier readings is negative",
                    id);
    return OK;
}

enum fault
model_check(const struct effects_input *input, const struct effects_options *options,
            struct error *error)
{
    enum fault fault = check_sizes(input, error);
    if (fault == OK)
        fault = check_options(input, options, error);
    if (fault != OK)
        return fault;
    for (int32_t i = 0; i < input->posts_n; i++) {
        fault = check_post(input, &input->posts[i], error);
        if (fault != OK)
            return fault;
    }
    return OK;
}

/* ---- the fingerprint: every number in a fixed order, eight bytes each, low byte first ---- */

static void
add_int(struct sha256 *hash, int64_t n)
{
    char bytes[8];
    for (int32_t i = 0; i < 8; i++)
        bytes[i] = (char)(unsigned char)((uint64_t)n >> (8 * i) & 255);
    sha256_add(hash, (str){bytes, 8});
}

static void
add_real(struct sha256 *hash, double x)
{
    int64_t bits;
    if (isnan(x))
        x = -1.0; /* not recorded; no recorded number here is negative but covariates */
    memcpy(&bits, &x, sizeof bits);
    add_int(hash, bits);
}

static void
add_text(struct sha256 *hash, str s)
{
    add_int(hash, s.n);
    sha256_add(hash, s);
}

static void
add_settings(struct sha256 *hash, const struct effects_model *model)
{
    const struct effects_input *in = model->input;
    const struct effects_options *o = &model->options;
    add_text(hash, S(EFFECTS_MODEL));
    add_int(hash, EFFECTS_MODEL_VERSION);
    add_int(hash, (int64_t)model->exposure);
    add_int(hash, o->interaction_factor);
    add_int(hash, o->trend);
    const double settings[] = {o->tau_scale,
                               o->tau_scale_calendar,
                               o->tau_scale_interaction,
                               o->tau_scale_trend,
                               o->intercept_sd,
                               o->covariate_sd,
                               o->rope};
    for (int32_t i = 0; i < (int32_t)(sizeof settings / sizeof *settings); i++)
        add_real(hash, settings[i]);
    for (int32_t k = 0; k < in->factors_n; k++) {
        add_text(hash, in->factors[k].name);
        add_int(hash, (int64_t)in->factors[k].kind);
        add_int(hash, in->factors[k].labels_n);
        for (int32_t j = 0; j < in->factors[k].labels_n; j++)
            add_text(hash, in->factors[k].labels[j]);
    }
    for (int32_t b = 0; b < in->covariates_n; b++) {
        add_text(hash, in->covariates[b].name);
        add_int(hash, in->covariates[b].standardise);
    }
    for (int32_t c = 0; c < in->channels_n; c++) {
        add_text(hash, in->channels[c].label);
        add_real(hash, in->channels[c].h50_prior_hours);
    }
}

void
model_fingerprint(struct effects_model *model, const struct effects_post *const *posts)
{
    const struct effects_input *in = model->input;
    struct sha256 hash;
    sha256_init(&hash);
    add_settings(&hash, model);
    for (int32_t i = 0; i < model->posts_n; i++) {
        const struct effects_post *p = posts[i];
        add_int(&hash, p->id);
        for (int32_t k = 0; k < in->factors_n; k++)
            add_int(&hash, p->levels[k]);
        for (int32_t b = 0; b < in->covariates_n; b++)
            add_real(&hash, p->covariates[b]);
        add_int(&hash, p->outcome);
        add_real(&hash, model->exposure < EXPOSURE_NONE ? p->exposure[model->exposure] : 1.0);
        add_real(&hash, p->age_hours);
        add_int(&hash, p->channel);
        add_int(&hash, p->month);
        for (int32_t s = 0; s < p->earlier_n; s++) {
            add_real(&hash, p->earlier[s].age_hours);
            add_int(&hash, p->earlier[s].outcome);
        }
    }
    sha256_end(&hash, model->fingerprint);
}
